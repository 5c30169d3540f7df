using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;

namespace Minato.Ec2.Api;

internal sealed partial class Ec2Api
{
    private static readonly FilterSet<InstanceTypeFacts> TypeFilters = new(
        ("instance-type", t => [t.Name]),
        ("current-generation", _ => ["true"]),
        ("bare-metal", _ => ["false"]),
        ("burstable-performance-supported", t => [Text(IsBurstable(t))]),
        ("free-tier-eligible", t => [Text(IsFree(t))]),
        ("hypervisor", t => [HypervisorOf(t).ToWire()]),
        ("processor-info.supported-architecture", t => [t.Architecture]),
        ("vcpu-info.default-vcpus", t => [Text(t.VCpus)]),
        ("memory-info.size-in-mib", t => [Text(t.MemoryMiB)]),
        ("network-info.maximum-network-interfaces", t => [Text(t.Interfaces)]),
        ("network-info.ipv6-supported", _ => ["false"]),
        ("supported-root-device-type", _ => ["ebs"]),
        ("supported-usage-class", _ => ["on-demand", "spot"]),
        ("supported-virtualization-type", _ => ["hvm"]));

    private static readonly FilterSet<InstanceTypeOffering> OfferingFilters = new(("instance-type", o => [o.InstanceType]), ("location", o => [o.Location]));

    public Task<DescribeInstanceTypesResponse> DescribeInstanceTypesAsync(DescribeInstanceTypesRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        var asked = request.InstanceTypes is { Length: > 0 } names ? names.Distinct(StringComparer.Ordinal) : InstanceTypes.All.Keys;
        var unknown = asked.Where(n => !InstanceTypes.All.ContainsKey(n)).ToList();
        if (unknown.Count > 0) throw new AwsException("InvalidInstanceType", $"The following supplied instance types do not exist: [{string.Join(", ", unknown)}]");
        var passes = TypeFilters.Compile(request.Filters, _ => NoTags);
        var types = asked.Order(StringComparer.Ordinal).Select(n => InstanceTypes.All[n]).Where(passes);
        var (page, next) = Page(nameof(DescribeInstanceTypesAsync), types, t => t.Name, request.MaxResults, request.NextToken);
        return Task.FromResult(new DescribeInstanceTypesResponse { InstanceTypes = [.. page.Select(ToWire)], NextToken = next });
    }

    /// <summary>Every type is offered everywhere.</summary>
    public Task<DescribeInstanceTypeOfferingsResponse> DescribeInstanceTypeOfferingsAsync(DescribeInstanceTypeOfferingsRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        var kind = request.LocationType ?? LocationType.Region;
        IEnumerable<string> locations = kind switch
        {
            LocationType.Region => [caller.Region],
            LocationType.AvailabilityZone => Places.ZoneLetters.Select(l => caller.Region + l),
            LocationType.AvailabilityZoneId => Places.ZoneLetters.Select((_, i) => Places.ZoneId(caller.Region, i + 1)),
            _ => [],
        };
        var offerings = InstanceTypes.All.Keys.Order(StringComparer.Ordinal)
            .SelectMany(_ => locations, (t, l) => new InstanceTypeOffering { InstanceType = t, LocationType = kind, Location = l })
            .Where(OfferingFilters.Compile(request.Filters, _ => NoTags)).OrderBy(IdOf, StringComparer.Ordinal);
        var (page, next) = Page(nameof(DescribeInstanceTypeOfferingsAsync), offerings, IdOf, request.MaxResults, request.NextToken);
        return Task.FromResult(new DescribeInstanceTypeOfferingsResponse { InstanceTypeOfferings = page, NextToken = next });

        static string IdOf(InstanceTypeOffering offering) => $"{offering.InstanceType}\n{offering.Location}";
    }

    private static bool IsBurstable(InstanceTypeFacts type) => type.Name.StartsWith('t');

    private static bool IsFree(InstanceTypeFacts type) => type.Name is "t2.micro" or "t3.micro";

    private static InstanceTypeHypervisor HypervisorOf(InstanceTypeFacts type) =>
        type.Name.StartsWith("t2.", StringComparison.Ordinal) || type.Name.StartsWith("p3.", StringComparison.Ordinal) ? InstanceTypeHypervisor.Xen : InstanceTypeHypervisor.Nitro;

    private static InstanceTypeInfo ToWire(InstanceTypeFacts type) => new()
    {
        InstanceType = type.Name,
        CurrentGeneration = true,
        FreeTierEligible = IsFree(type),
        SupportedUsageClasses = [UsageClassType.OnDemand, UsageClassType.Spot],
        SupportedRootDeviceTypes = [RootDeviceType.Ebs],
        SupportedVirtualizationTypes = [VirtualizationType.Hvm],
        BareMetal = false,
        Hypervisor = HypervisorOf(type),
        ProcessorInfo = new() { SupportedArchitectures = [type.Architecture == "arm64" ? ArchitectureType.Arm64 : ArchitectureType.X8664] },
        VCpuInfo = new() { DefaultVCpus = type.VCpus },
        MemoryInfo = new() { SizeInMiB = type.MemoryMiB },
        NetworkInfo = new() { MaximumNetworkInterfaces = type.Interfaces, Ipv6Supported = false },
        GpuInfo = type.Gpus == 0 ? null : new() { Gpus = [new() { Name = type.Gpu, Manufacturer = "NVIDIA", Count = type.Gpus }] },
    };
}
