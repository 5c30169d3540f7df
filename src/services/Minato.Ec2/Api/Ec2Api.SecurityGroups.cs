using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

internal sealed partial class Ec2Api
{
    private const int MostGroups = 2500; // AWS's quota.

    private static readonly FilterSet<SecurityGroupState> GroupFilters = new(
    [
        ("group-id", g => [g.Key.Id]),
        ("group-name", g => [g.Name]),
        ("description", g => [g.Description]),
        ("vpc-id", g => [g.VpcId]),
        ("owner-id", g => [g.Key.AccountId]),
        .. RuleFiltersOf("ip-permission.", isEgress: false), .. RuleFiltersOf("egress.ip-permission.", isEgress: true),
    ]);

    private static (string, Func<SecurityGroupState, IEnumerable<string?>>)[] RuleFiltersOf(string prefix, bool isEgress)
    {
        return
        [
            Of("cidr", r => r.CidrIpv4), Of("ipv6-cidr", r => r.CidrIpv6), Of("group-id", r => r.GroupId), Of("user-id", r => r.GroupOwnerId),
            Of("prefix-list-id", r => r.PrefixListId), Of("protocol", r => r.Protocol), Of("from-port", r => Text(r.FromPort)), Of("to-port", r => Text(r.ToPort)),
        ];

        (string, Func<SecurityGroupState, IEnumerable<string?>>) Of(string name, Func<RuleState, string?> select) =>
            (prefix + name, g => g.Rules.Where(r => r.IsEgress == isEgress).Select(select));
    }

    public async Task<CreateSecurityGroupResponse> CreateSecurityGroupAsync(
        CreateSecurityGroupRequest request, Caller caller, CancellationToken ct)
    {
        var home = await homes.DefaultVpcAsync(caller, ct);
        var vpcId = request.VpcId ?? home?.Key.Id ?? throw Ec2Errors.NoDefaultVpc();
        if (request.GroupName.Equals("default", StringComparison.OrdinalIgnoreCase)) throw Ec2Errors.ReservedGroupName(request.GroupName);
        if (request.GroupName.StartsWith("sg-", StringComparison.Ordinal))
        {
            throw Ec2Errors.Invalid($"Value ({request.GroupName}) for parameter groupName is invalid. Group names may not be in the format sg-*");
        }
        RuleWords.CheckGroup(request.GroupName, request.Description);
        var tags = TagsFrom(request.TagSpecifications, "security-group", caller.MaySetSystemTags);
        EndIfDryRun(request.DryRun);
        var group = await store.UpdateAsync(tx =>
        {
            if (tx.Find(Ec2Tables.Vpcs, KeyOf(caller, vpcId)) is null) throw Ec2Errors.VpcNotFound(vpcId);
            if (tx.Count(Ec2Tables.SecurityGroupsByName, (vpcId, request.GroupName)) > 0) throw Ec2Errors.DuplicateGroup(request.GroupName, vpcId);
            if (tx.Count(Ec2Tables.SecurityGroupsByVpc, vpcId) >= MostGroups)
                throw new AwsException("SecurityGroupLimitExceeded", $"The maximum number of security groups for VPC '{vpcId}' has been reached.");
            var made = new SecurityGroupState
            {
                Key = KeyOf(caller, DefaultVpc.NewId("sg", ids)),
                Name = request.GroupName,
                Description = request.Description,
                VpcId = vpcId,
                Rules = [DefaultVpc.EgressToAnywhere(ids)],
            };
            tx.Put(Ec2Tables.SecurityGroups, made);
            PutTags(tx, made.Key, tags);
            return made;
        }, ct);
        return new() { GroupId = group.Key.Id, SecurityGroupArn = ArnOf(group.Key, "security-group"), Tags = ToWire(tags) };
    }

    public async Task<DeleteSecurityGroupResponse> DeleteSecurityGroupAsync(
        DeleteSecurityGroupRequest request, Caller caller, CancellationToken ct)
    {
        var vpc = await homes.DefaultVpcAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var id = await store.UpdateAsync(tx =>
        {
            var group = FindGroup(tx, caller, vpc, request.GroupId, request.GroupName);
            if (group.Name == "default") throw Ec2Errors.CannotDeleteDefault(group.Key.Id);
            if (IsInUse(tx, group)) throw Ec2Errors.HasDependents(group.Key.Id);
            Remove(tx, group);
            return group.Key.Id;
        }, ct);
        return new() { Return = true, GroupId = id };
    }

    public async Task<DescribeSecurityGroupsResponse> DescribeSecurityGroupsAsync(
        DescribeSecurityGroupsRequest request, Caller caller, CancellationToken ct)
    {
        var vpc = await homes.DefaultVpcAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var state = store.Current;
        var passes = GroupFilters.Compile(request.Filters, g => TagsOf(state, g.Key));
        var groups = request.GroupNames is { IsDefaultOrEmpty: false } names
            ? names.Select(n => FindGroup(state, caller, vpc, null, n)).OrderBy(g => g.Key)
            : Named(state, caller, request.GroupIds, Ec2Tables.SecurityGroups, () => GroupsOf(state, caller, request.Filters), Ec2Errors.GroupNotFound);
        var (page, next) = Page(nameof(DescribeSecurityGroupsAsync), groups.Where(passes), g => g.Key.Id, request.MaxResults, request.NextToken);
        return new() { SecurityGroups = [.. page.Select(g => ToWire(state, g))], NextToken = next };
    }

    private static IEnumerable<SecurityGroupState> GroupsOf(IReadState state, Caller caller, ImmutableArray<Filter>? filters) =>
        Filters.Exact(filters, "group-id") is { } groups ? groups.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(id => state.Find(Ec2Tables.SecurityGroups, KeyOf(caller, id))).OfType<SecurityGroupState>()
        : Filters.Exact(filters, "vpc-id") is { } vpcs
            ? vpcs.SelectMany(v => state.Where(Ec2Tables.SecurityGroupsByVpc, v)).Where(g => g.Key.Home == HomeOf(caller)).OrderBy(g => g.Key)
        : state.Where(Ec2Tables.SecurityGroupsByHome, HomeOf(caller));

    private static SecurityGroupState FindGroup(IReadState state, Caller caller, StoredVpc? vpc, string? id, string? name)
    {
        if (id is not null) return state.Find(Ec2Tables.SecurityGroups, KeyOf(caller, id)) ?? throw Ec2Errors.GroupNotFound(id);
        if (name is null) throw Ec2Errors.MissingParameter("GroupName or GroupId");
        if (vpc is null) throw Ec2Errors.NoDefaultVpc();
        return state.Where(Ec2Tables.SecurityGroupsByName, (vpc.Key.Id, name)).FirstOrDefault() ?? throw Ec2Errors.GroupNameNotFound(name, vpc.Key.Id);
    }

    private static bool IsInUse(IReadState state, SecurityGroupState group) =>
        state.Count(Ec2Tables.InterfacesByGroup, group.Key.Id) > 0 || state.Where(Ec2Tables.SecurityGroupsByPeer, group.Key.Id).Any(g => g.Key != group.Key);

    /// <summary>With its tags and those of its rules.</summary>
    private static void Remove(Transaction tx, SecurityGroupState group)
    {
        foreach (var rule in group.Rules) tx.Delete(Ec2Tables.Tags, group.Key with { Id = rule.Id });
        tx.Delete(Ec2Tables.Tags, group.Key);
        tx.Delete(Ec2Tables.SecurityGroups, group.Key);
    }

    private static SecurityGroup ToWire(IReadState state, SecurityGroupState group) => new()
    {
        GroupId = group.Key.Id,
        GroupName = group.Name,
        Description = group.Description,
        OwnerId = group.Key.AccountId,
        SecurityGroupArn = ArnOf(group.Key, "security-group"),
        VpcId = group.VpcId,
        IpPermissions = Permissions.ToWire(group.Rules.Where(r => !r.IsEgress)),
        IpPermissionsEgress = Permissions.ToWire(group.Rules.Where(r => r.IsEgress)),
        Tags = ToWire(TagsOf(state, group.Key)),
    };

    private static string? Text(int? number) => number?.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
