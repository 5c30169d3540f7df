using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;

namespace Minato.Ec2.Api;

internal sealed partial class Ec2Api
{
    private static readonly FilterSet<AvailabilityZone> ZoneFilters = new(
        ("zone-name", z => [z.ZoneName]),
        ("zone-id", z => [z.ZoneId]),
        ("zone-type", z => [z.ZoneType]),
        ("region-name", z => [z.RegionName]),
        ("group-name", z => [z.GroupName]),
        ("group-long-name", _ => []),
        ("message", _ => []),
        ("parent-zone-id", _ => []),
        ("parent-zone-name", _ => []),
        ("state", _ => ["available"]),
        ("opt-in-status", _ => ["opt-in-not-required"]));

    private static readonly FilterSet<Region> RegionFilters = new(
        ("region-name", r => [r.RegionName]),
        ("endpoint", r => [r.Endpoint]),
        ("opt-in-status", r => [r.OptInStatus]));

    public Task<DescribeRegionsResponse> DescribeRegionsAsync(DescribeRegionsRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        var known = Places.Regions.Append(caller.Region).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (request.RegionNames is { } asked && asked.FirstOrDefault(r => !known.Contains(r)) is { } unknown)
        {
            throw Ec2Errors.Invalid($"Invalid region name(s): {unknown}");
        }
        var regions = known.Where(r => request.RegionNames is not { IsDefaultOrEmpty: false } names || names.Contains(r))
            .Select(r => new Region { RegionName = r, Endpoint = $"ec2.{r}.amazonaws.com", OptInStatus = "opt-in-not-required" });
        return Task.FromResult<DescribeRegionsResponse>(new() { Regions = [.. regions.Where(RegionFilters.Compile(request.Filters, _ => NoTags))] });
    }

    public Task<DescribeAvailabilityZonesResponse> DescribeAvailabilityZonesAsync(
        DescribeAvailabilityZonesRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        var all = Places.ZoneLetters.Select((letter, i) => ZoneOf(caller.Region, letter, i + 1)).ToImmutableArray();
        Refuse(request.ZoneNames, all, z => z.ZoneName);
        Refuse(request.ZoneIds, all, z => z.ZoneId);
        var zones = all.Where(z => request.ZoneNames is not { IsDefaultOrEmpty: false } names || z.ZoneName is { } name && names.Contains(name))
            .Where(z => request.ZoneIds is not { IsDefaultOrEmpty: false } zoneIds || z.ZoneId is { } id && zoneIds.Contains(id))
            .Where(ZoneFilters.Compile(request.Filters, _ => NoTags));
        return Task.FromResult<DescribeAvailabilityZonesResponse>(new() { AvailabilityZones = [.. zones] });
    }

    public async Task<DescribeAccountAttributesResponse> DescribeAccountAttributesAsync(
        DescribeAccountAttributesRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        var home = await homes.EnsureAsync(caller, ct);
        ImmutableArray<(AccountAttributeName? Name, string Wire, string Value)> all =
        [
            (AccountAttributeName.SupportedPlatforms, "supported-platforms", "VPC"),
            (AccountAttributeName.DefaultVpc, "default-vpc", home.DefaultVpcId ?? "none"),
            (null, "max-instances", "20"),
            (null, "vpc-max-security-groups-per-interface", Text(MostGroupsOfInterface) ?? ""),
            (null, "max-elastic-ips", Text(MostAddresses) ?? ""),
            (null, "vpc-max-elastic-ips", Text(MostAddresses) ?? ""),
        ];
        return new()
        {
            AccountAttributes =
            [
                .. all.Where(a => request.AttributeNames is not { IsDefaultOrEmpty: false } names || a.Name is { } n && names.Contains(n))
                    .Select(a => new AccountAttribute { AttributeName = a.Wire, AttributeValues = [new() { AttributeValue = a.Value }] }),
            ],
        };
    }

    private static AvailabilityZone ZoneOf(string region, string letter, int number) => new()
    {
        ZoneName = region + letter,
        ZoneId = Places.ZoneId(region, number),
        RegionName = region,
        GroupName = region + "-zg-1",
        NetworkBorderGroup = region,
        ZoneType = "availability-zone",
        State = AvailabilityZoneState.Available,
        OptInStatus = AvailabilityZoneOptInStatus.OptInNotRequired,
        Messages = [],
    };

    private static void Refuse(ImmutableArray<string>? asked, ImmutableArray<AvailabilityZone> known, Func<AvailabilityZone, string?> name)
    {
        if (asked is { } names && names.FirstOrDefault(n => known.All(z => name(z) != n)) is { } unknown)
        {
            throw Ec2Errors.Invalid($"Invalid availability zone: [{unknown}]");
        }
    }
}
