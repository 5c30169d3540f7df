using System.Collections.Immutable;
using System.Globalization;
using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Planning;
using Minato.Elb.State;
using Minato.Platform;

namespace Minato.Elb.Api;

internal sealed partial class ElbApi
{
    private const int MostGroups = 3000;

    public async Task<CreateTargetGroupResponse> CreateTargetGroupAsync(CreateTargetGroupRequest request, Caller caller, CancellationToken ct)
    {
        DemandName("Target group", request.Name);
        var type = request.TargetType ?? TargetTypeEnum.Instance;
        var (protocol, version, port, vpcId) = type is TargetTypeEnum.Lambda ? PlaceOfFunction(request) : await PlaceOfAddressesAsync(request, type, caller, ct);
        var check = HealthChecks.Create(request);
        var tags = Checked(request.Tags, caller);
        var group = await store.UpdateAsync(tx =>
        {
            if (tx.Where(ElbTables.GroupsByName, (HomeOf(caller), request.Name)).FirstOrDefault() is { } same)
            {
                // AWS: an exact repeat is answered, not refused.
                var isSame = same.TargetType == type && same.Protocol == protocol && same.ProtocolVersion == version && same.Port == port && same.VpcId == vpcId && same.HealthCheck == check;
                return isSame ? same : throw ElbErrors.DuplicateGroup(request.Name);
            }
            if (tx.Count(ElbTables.GroupsByHome, HomeOf(caller)) >= MostGroups)
            {
                throw new TooManyTargetGroupsException($"The maximum number of target groups '{MostGroups}' has been reached");
            }
            var made = new TargetGroupState
            {
                Arn = ArnOf(caller, $"targetgroup/{request.Name}/{ids.Hex(16)}"),
                Home = HomeOf(caller),
                Name = request.Name,
                TargetType = type,
                Protocol = protocol,
                ProtocolVersion = version,
                Port = port,
                VpcId = vpcId,
                HealthCheck = check,
            };
            tx.Put(ElbTables.Groups, made);
            PutTags(tx, made.Arn, tags);
            return made;
        }, ct);
        return new() { TargetGroups = [ToWire(store.Current, group)] };
    }

    private static (ProtocolEnum Protocol, string Version, int Port, string VpcId) PlaceOfFunction(CreateTargetGroupRequest request)
    {
        FunctionGroups.Demand(request);
        return (ProtocolEnum.Http, "HTTP1", 0, "");
    }

    private async Task<(ProtocolEnum Protocol, string Version, int Port, string VpcId)> PlaceOfAddressesAsync(
        CreateTargetGroupRequest request, TargetTypeEnum type, Caller caller, CancellationToken ct)
    {
        if (request.Protocol is not { } protocol) throw ElbErrors.Validation("A protocol must be specified");
        var version = VersionOf(protocol, type, request.ProtocolVersion);
        if (request.IpAddressType is TargetGroupIpAddressTypeEnum.Ipv6) throw ElbErrors.NotYet("IPv6 targets");
        if (request.Port is not { } port) throw ElbErrors.Validation("A port must be specified");
        DemandPort(port);
        if (request.VpcId is not { } vpcId) throw ElbErrors.Validation("A VPC ID must be specified");
        await network.DemandVpcAsync(vpcId, caller, ct);
        return (protocol, version, port, vpcId);
    }

    public async Task<ModifyTargetGroupResponse> ModifyTargetGroupAsync(ModifyTargetGroupRequest request, Caller caller, CancellationToken ct)
    {
        var group = await store.UpdateAsync(tx =>
        {
            var now = FindGroup(tx, caller, request.TargetGroupArn);
            now = now with { HealthCheck = HealthChecks.Modify(now, request) };
            tx.Put(ElbTables.Groups, now);
            return now;
        }, ct);
        return new() { TargetGroups = [ToWire(store.Current, group)] };
    }

    public async Task<DeleteTargetGroupResponse> DeleteTargetGroupAsync(DeleteTargetGroupRequest request, Caller caller, CancellationToken ct)
    {
        DemandArn(request.TargetGroupArn, "targetgroup", "target group");
        await store.UpdateAsync(tx =>
        {
            // AWS: deleting what is not there succeeds.
            if (!IsOf(caller, request.TargetGroupArn) || tx.Find(ElbTables.Groups, request.TargetGroupArn) is not { IsClassic: false } group) return;
            if (tx.Count(ElbTables.UsesByGroup, group.Arn) > 0) throw ElbErrors.GroupInUse(group.Arn);
            foreach (var key in tx.Keys(ElbTables.TargetsByGroup, group.Arn).ToList())
            {
                tx.Delete(ElbTables.Targets, key);
                tx.Delete(ElbTables.Health, key);
            }
            tx.Delete(ElbTables.Groups, group.Arn);
            tx.Delete(ElbTables.Tags, group.Arn);
        }, ct);
        hints.Publish(ElbRoom.TargetHealthTopic, request.TargetGroupArn);
        return new();
    }

    public Task<DescribeTargetGroupsResponse> DescribeTargetGroupsAsync(DescribeTargetGroupsRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        DemandFew(request.TargetGroupArns, "target groups");
        DemandFew(request.Names, "target groups");
        IEnumerable<TargetGroupState> groups;
        if (request.TargetGroupArns is { IsDefaultOrEmpty: false } arns)
        {
            groups = [.. arns.Distinct(StringComparer.Ordinal).Select(a => FindGroup(state, caller, a)).OrderBy(g => g.Arn, StringComparer.Ordinal)];
        }
        else if (request.Names is { IsDefaultOrEmpty: false } names)
        {
            groups = [.. names.Distinct(StringComparer.Ordinal)
                .Select(n => state.Where(ElbTables.GroupsByName, (HomeOf(caller), n)).FirstOrDefault() ?? throw ElbErrors.GroupNotFound())
                .OrderBy(g => g.Arn, StringComparer.Ordinal)];
        }
        else if (request.LoadBalancerArn is { } balancer)
        {
            groups = state.Where(ElbTables.UsesByBalancer, FindBalancer(state, caller, balancer).Arn).Select(u => u.Key.GroupArn)
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(arn => FindGroup(state, caller, arn));
        }
        else groups = state.Where(ElbTables.GroupsByHome, HomeOf(caller));
        var (page, next) = Page(nameof(DescribeTargetGroupsAsync), groups, g => g.Arn, request.PageSize, request.Marker);
        return Task.FromResult<DescribeTargetGroupsResponse>(new() { TargetGroups = [.. page.Select(g => ToWire(state, g))], NextMarker = next });
    }

    private static TargetGroup ToWire(IReadState state, TargetGroupState group) => new()
    {
        TargetGroupArn = group.Arn,
        TargetGroupName = group.Name,
        TargetType = group.TargetType,
        Protocol = group.IsFunction ? null : group.Protocol,
        ProtocolVersion = group.IsNetwork || group.IsFunction ? null : group.ProtocolVersion,
        Port = group.IsFunction ? null : group.Port,
        VpcId = group.IsFunction ? null : group.VpcId,
        IpAddressType = TargetGroupIpAddressTypeEnum.Ipv4,
        LoadBalancerArns = [.. state.Where(ElbTables.UsesByGroup, group.Arn).Select(u => u.BalancerArn).Distinct(StringComparer.Ordinal)],
        HealthCheckEnabled = group.HealthCheck.IsEnabled,
        HealthCheckProtocol = group.IsFunction ? null : group.HealthCheck.Protocol,
        HealthCheckPort = group.IsFunction ? null : group.HealthCheck.Port,
        HealthCheckPath = group.HealthCheck.Protocol is ProtocolEnum.Tcp ? null : group.HealthCheck.Path,
        HealthCheckIntervalSeconds = (int)group.HealthCheck.Interval.TotalSeconds,
        HealthCheckTimeoutSeconds = (int)group.HealthCheck.Timeout.TotalSeconds,
        HealthyThresholdCount = group.HealthCheck.HealthyThreshold,
        UnhealthyThresholdCount = group.HealthCheck.UnhealthyThreshold,
        Matcher = (group.ProtocolVersion, group.HealthCheck.Protocol) switch
        {
            (_, ProtocolEnum.Tcp) => null,
            ("GRPC", _) => new() { GrpcCode = group.HealthCheck.Matcher },
            _ => new() { HttpCode = group.HealthCheck.Matcher },
        },
    };

    private static string VersionOf(ProtocolEnum protocol, TargetTypeEnum type, string? version)
    {
        if (version is "") version = null; // AWS: an empty word is none; Terraform sends it.
        if (protocol is ProtocolEnum.Geneve or ProtocolEnum.Quic or ProtocolEnum.TcpQuic) throw ElbErrors.NotYet($"target groups of protocol '{protocol.ToWire()}'");
        if (type is TargetTypeEnum.Alb && protocol is not ProtocolEnum.Tcp) throw ElbErrors.Validation("Target groups with target type 'alb' must have protocol 'TCP'");
        if (Protocols.IsOfNetwork(protocol) && version is not null) throw ElbErrors.Validation($"You cannot specify a protocol version for a target group with protocol '{protocol.ToWire()}'");
        return version is null or "HTTP1" or "HTTP2" or "GRPC" ? version ?? "HTTP1"
            : throw ElbErrors.Validation($"Protocol version '{version}' must be one of 'GRPC, HTTP1, HTTP2'");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
