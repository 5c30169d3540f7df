using System.Collections.Immutable;
using System.Net;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Task = System.Threading.Tasks.Task;

namespace Minato.Rehearsal;

/// <summary>
/// The security groups of the service's tasks and of its load balancers, made anew with their rules. Ranges of addresses are those of this
/// stage's subnets in the same zones; a group that neither tasks nor load balancers have lets nobody in.
/// </summary>
internal sealed class Groups(IEc2 ec2, RehearsalInput input, Caller caller)
{
    private readonly Dictionary<string, string> _made = new(StringComparer.Ordinal);

    /// <summary>Groups that are named for the tasks, now or from the update on.</summary>
    public static IEnumerable<string> OfTasks(RehearsalInput input) =>
        (input.Service.NetworkConfiguration?.AwsvpcConfiguration?.SecurityGroups ?? []).Concat(input.SecurityGroupsAfter ?? []).Distinct(StringComparer.Ordinal);

    /// <summary>Whether packets are held to them: their rules are known, and the tasks have addresses of their own.</summary>
    public static bool AreRehearsed(RehearsalInput input) => OfTasks(input).Any() && OfTasks(input).All(g => Find(input, g) is not null);

    /// <param name="subnets">All of the VPC.</param>
    public async Task BuildAsync(ImmutableArray<Subnet> subnets, CancellationToken ct)
    {
        if (!AreRehearsed(input)) return;
        var vpc = subnets[0].VpcId ?? "";
        var all = OfTasks(input).Concat(input.BalancerGroups.Values.SelectMany(g => g)).Distinct(StringComparer.Ordinal).ToList();
        foreach (var id in all)
        {
            var made = await ec2.CreateSecurityGroupAsync(new() { GroupName = $"rehearsal-{_made.Count}", Description = id, VpcId = vpc }, caller, ct);
            _made[id] = made.GroupId ?? "";
        }

        foreach (var group in all.Select(id => Find(input, id)).OfType<SecurityGroup>()) await FillAsync(group, subnets, ct);
    }

    /// <returns>What stands for them here; null for none, or when they are not rehearsed.</returns>
    public ImmutableArray<string>? Of(IEnumerable<string> ids)
    {
        ImmutableArray<string> groups = [.. ids.Select(id => _made.GetValueOrDefault(id)).OfType<string>()];
        return groups.IsEmpty ? null : groups;
    }

    private async Task FillAsync(SecurityGroup group, ImmutableArray<Subnet> subnets, CancellationToken ct)
    {
        var id = _made[group.GroupId ?? ""];
        var incoming = Here(group.IpPermissions, subnets);
        if (!incoming.IsEmpty) await ec2.AuthorizeSecurityGroupIngressAsync(new() { GroupId = id, IpPermissions = incoming }, caller, ct);
        await ec2.RevokeSecurityGroupEgressAsync(new() { GroupId = id, IpPermissions = [new() { IpProtocol = "-1", IpRanges = [new() { CidrIp = "0.0.0.0/0" }] }] }, caller, ct);
        var outgoing = Here(group.IpPermissionsEgress, subnets);
        if (!outgoing.IsEmpty) await ec2.AuthorizeSecurityGroupEgressAsync(new() { GroupId = id, IpPermissions = outgoing }, caller, ct);
    }

    private ImmutableArray<IpPermission> Here(ImmutableArray<IpPermission>? permissions, ImmutableArray<Subnet> subnets) =>
    [
        .. (permissions ?? []).Select(p => new IpPermission
        {
            IpProtocol = p.IpProtocol, FromPort = p.FromPort, ToPort = p.ToPort,
            IpRanges = [.. (p.IpRanges ?? []).SelectMany(r => Here(r.CidrIp ?? "", subnets)).Distinct(StringComparer.Ordinal).Select(r => new IpRange { CidrIp = r })],
            UserIdGroupPairs = [.. (p.UserIdGroupPairs ?? []).Select(g => _made.GetValueOrDefault(g.GroupId ?? "")).OfType<string>().Select(g => new UserIdGroupPair { GroupId = g })],
        }).Where(p => p is not { IpRanges: [], UserIdGroupPairs: [] }),
    ];

    // A range of the service's own VPC means the subnets that stand for its parts here.
    private IEnumerable<string> Here(string range, ImmutableArray<Subnet> subnets)
    {
        if (range.EndsWith("/0", StringComparison.Ordinal)) return [range];
        if (!IPNetwork.TryParse(range, out var asked)) return [];
        var zones = input.Ranges.Where(r => IPNetwork.TryParse(r.Value, out var known) && (asked.Contains(known.BaseAddress) || known.Contains(asked.BaseAddress)))
            .Select(r => input.Zones.GetValueOrDefault(r.Key)).ToHashSet(StringComparer.Ordinal);
        return subnets.Where(s => zones.Contains(s.AvailabilityZone)).Select(s => s.CidrBlock ?? "").Append(range);
    }

    private static SecurityGroup? Find(RehearsalInput input, string id) => input.SecurityGroups.FirstOrDefault(g => g.GroupId == id);
}
