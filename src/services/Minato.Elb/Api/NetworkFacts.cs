using System.Collections.Immutable;
using System.Net;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Elb.Api;

internal sealed record SubnetFact(string Id, string VpcId, string Zone, string Cidr);

/// <param name="VpcId">Null for the machine that Minato runs on: it plays a container instance of every VPC.</param>
internal sealed record InstanceFact(string Address, string? Zone, string? VpcId)
{
    public bool IsIn(string vpcId) => VpcId is null || VpcId == vpcId;
}

/// <summary>What this room has to know of networks and instances, asked of EC2 as any client would.</summary>
internal sealed class NetworkFacts(IEc2 ec2)
{
    // EC2's type of the machine itself, which is none of AWS.
    private const string HostType = "minato.host";

    public async Task<ImmutableArray<SubnetFact>> SubnetsAsync(ImmutableArray<string> ids, Caller caller, CancellationToken ct)
    {
        try
        {
            var answer = await ec2.DescribeSubnetsAsync(new() { SubnetIds = ids }, caller, ct);
            return [.. (answer.Subnets ?? []).Select(Fact)];
        }
        catch (AwsException e) when (e.Code is "InvalidSubnetID.NotFound")
        {
            throw new SubnetNotFoundException(e.Message);
        }
    }

    /// <summary>The default subnets of zones, for who names zones alone.</summary>
    public async Task<ImmutableArray<SubnetFact>> DefaultSubnetsAsync(ImmutableArray<string> zones, Caller caller, CancellationToken ct)
    {
        var answer = await ec2.DescribeSubnetsAsync(new(), caller, ct);
        var found = (answer.Subnets ?? []).Where(s => s.DefaultForAz is true).ToDictionary(s => s.AvailabilityZone ?? "", Fact, StringComparer.Ordinal);
        return [.. zones.Distinct(StringComparer.Ordinal).Select(z => found.GetValueOrDefault(z) ?? throw ElbErrors.Validation($"The requested Availability Zone {z} is not valid or has no default subnet"))];
    }

    public async Task<ImmutableArray<string>> SecurityGroupsAsync(ImmutableArray<string>? ids, string vpcId, Caller caller, CancellationToken ct)
    {
        try
        {
            var request = ids is { IsDefaultOrEmpty: false } given
                ? new DescribeSecurityGroupsRequest { GroupIds = given }
                : new() { Filters = [new() { Name = "group-name", Values = ["default"] }, new() { Name = "vpc-id", Values = [vpcId] }] };
            var answer = await ec2.DescribeSecurityGroupsAsync(request, caller, ct);
            if ((answer.SecurityGroups ?? []).FirstOrDefault(g => g.VpcId != vpcId) is { } foreign)
                throw ElbErrors.Incompatible($"Security group \"{foreign.GroupId}\" does not belong to VPC \"{vpcId}\"");
            return [.. (answer.SecurityGroups ?? []).Select(g => g.GroupId).OfType<string>()];
        }
        catch (AwsException e) when (e.Code is "InvalidGroup.NotFound")
        {
            throw new InvalidSecurityGroupException(e.Message);
        }
    }

    /// <summary>Elastic IP addresses, which have to be there.</summary>
    public async Task DemandAllocationsAsync(ImmutableArray<string> ids, Caller caller, CancellationToken ct)
    {
        if (ids.IsEmpty) return;
        try
        {
            await ec2.DescribeAddressesAsync(new() { AllocationIds = ids }, caller, ct);
        }
        catch (AwsException e) when (e.Code is "InvalidAllocationID.NotFound")
        {
            throw new AllocationIdNotFoundException(e.Message);
        }
    }

    public async Task DemandVpcAsync(string vpcId, Caller caller, CancellationToken ct)
    {
        try
        {
            await ec2.DescribeVpcsAsync(new() { VpcIds = [vpcId] }, caller, ct);
        }
        catch (AwsException e) when (e.Code is "InvalidVpcID.NotFound")
        {
            throw ElbErrors.Validation($"The VPC ID '{vpcId}' is not found");
        }
    }

    public async Task<ImmutableArray<SubnetFact>> SubnetsOfAsync(string vpcId, Caller caller, CancellationToken ct)
    {
        var answer = await ec2.DescribeSubnetsAsync(new() { Filters = [new() { Name = "vpc-id", Values = [vpcId] }] }, caller, ct);
        return [.. (answer.Subnets ?? []).Select(Fact)];
    }

    /// <returns>Null when there is no such running instance.</returns>
    public async Task<InstanceFact?> InstanceAsync(string id, Caller caller, CancellationToken ct)
    {
        try
        {
            var answer = await ec2.DescribeInstancesAsync(new() { InstanceIds = [id] }, caller, ct);
            var instance = (answer.Reservations ?? []).SelectMany(r => r.Instances ?? []).FirstOrDefault();
            return instance is { State.Name: InstanceStateName.Running, PrivateIpAddress: { } address }
                ? new(address, instance.Placement?.AvailabilityZone, instance.InstanceType == HostType ? null : instance.VpcId) : null;
        }
        catch (AwsException e) when (e.Code.StartsWith("InvalidInstanceID", StringComparison.Ordinal))
        {
            return null;
        }
    }

    /// <returns>Its state; null when EC2 does not know it any more.</returns>
    public async Task<InstanceStateName?> InstanceStateAsync(string id, Caller caller, CancellationToken ct)
    {
        try
        {
            var answer = await ec2.DescribeInstancesAsync(new() { InstanceIds = [id] }, caller, ct);
            return (answer.Reservations ?? []).SelectMany(r => r.Instances ?? []).FirstOrDefault()?.State?.Name;
        }
        catch (AwsException e) when (e.Code.StartsWith("InvalidInstanceID", StringComparison.Ordinal))
        {
            return null;
        }
    }

    public static string? ZoneOf(IPAddress address, ImmutableArray<SubnetFact> subnets) =>
        subnets.FirstOrDefault(s => IPNetwork.TryParse(s.Cidr, out var range) && range.Contains(address))?.Zone;

    private static SubnetFact Fact(Subnet s) => new(s.SubnetId ?? "", s.VpcId ?? "", s.AvailabilityZone ?? "", s.CidrBlock ?? "");
}
