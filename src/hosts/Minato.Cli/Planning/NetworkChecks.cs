using Minato.Cli.Running;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using NetworkMode = Minato.Contracts.Ecs.NetworkMode;

namespace Minato.Cli.Planning;

/// <summary>Whether tasks get an address: subnets with room, security groups, all of one VPC.</summary>
internal sealed class NetworkChecks(AwsAccess aws, Service service, TaskDefinition definition)
{
    public async Task<List<Check>> AllAsync(CancellationToken ct)
    {
        if (definition.NetworkMode is not NetworkMode.Awsvpc) return [];
        if (service.NetworkConfiguration?.AwsvpcConfiguration is not { Subnets.IsEmpty: false } asked)
            return [Check.Failed("subnets", "the new version has network mode awsvpc, and the service has no network configuration")];
        var checks = new List<Check>();
        var vpcs = new HashSet<string>(StringComparer.Ordinal);
        foreach (var subnet in asked.Subnets) checks.Add(await SubnetAsync(subnet, vpcs, ct));
        foreach (var group in asked.SecurityGroups ?? []) checks.Add(await SecurityGroupAsync(group, vpcs, ct));
        if (vpcs.Count > 1) checks.Add(Check.Failed("subnets", $"they are in different VPCs: {string.Join(", ", vpcs.Order(StringComparer.Ordinal))}"));
        return checks;
    }

    private Task<Check> SubnetAsync(string id, HashSet<string> vpcs, CancellationToken ct)
    {
        var subject = $"subnet {id}";
        return Checks.AskAsync(subject, async () =>
        {
            var found = await aws.Ec2.DescribeSubnetsAsync(new() { SubnetIds = [id] }, aws.Caller, ct);
            if (found.Subnets is not [var subnet, ..]) return Check.Failed(subject, "it is not there");
            vpcs.Add(subnet.VpcId ?? "");
            var words = $"{subnet.AvailabilityZone}, {subnet.AvailableIpAddressCount} addresses are free";
            return subnet.AvailableIpAddressCount is 0 ? Check.Failed(subject, words) : Check.Passed(subject, words);
        });
    }

    /// <param name="vpcs">Of the subnets.</param>
    private Task<Check> SecurityGroupAsync(string id, HashSet<string> vpcs, CancellationToken ct)
    {
        var subject = $"security group {id}";
        return Checks.AskAsync(subject, async () =>
        {
            var found = await aws.Ec2.DescribeSecurityGroupsAsync(new() { GroupIds = [id] }, aws.Caller, ct);
            if (found.SecurityGroups is not [var group, ..]) return Check.Failed(subject, "it is not there");
            return vpcs.Count == 0 || vpcs.Contains(group.VpcId ?? "") ? Check.Passed(subject, $"{group.GroupName} is there")
                : Check.Failed(subject, $"{group.GroupName} is in {group.VpcId}, and the subnets are in {string.Join(", ", vpcs)}");
        });
    }
}
