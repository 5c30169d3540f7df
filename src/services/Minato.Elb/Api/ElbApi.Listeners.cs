using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Planning;
using Minato.Elb.State;
using Minato.Platform;

namespace Minato.Elb.Api;

internal sealed partial class ElbApi
{
    private const int MostListeners = 50;

    public async Task<CreateListenerResponse> CreateListenerAsync(CreateListenerRequest request, Caller caller, CancellationToken ct)
    {
        if (request.Protocol is null) throw ElbErrors.Validation("A listener protocol must be specified");
        if (request.Port is not { } port) throw ElbErrors.Validation("A listener port must be specified");
        DemandPort(port);
        DemandHttp(request.Protocol, request.Certificates);
        var action = Actions.FromWire(request.DefaultActions);
        var tags = Checked(request.Tags);
        var listener = await store.UpdateAsync(tx =>
        {
            var balancer = FindBalancer(tx, caller, request.LoadBalancerArn);
            if (tx.Where(ElbTables.ListenersByPort, (balancer.Arn, port)).FirstOrDefault() is { } same)
            {
                // AWS: the same listener once more is answered with the one that is there.
                return DefaultRuleOf(tx, same.Arn).Action.IsSameAs(action) ? same : throw ElbErrors.DuplicateListener(balancer.Arn);
            }
            if (tx.Count(ElbTables.ListenersByBalancer, balancer.Arn) >= MostListeners)
            {
                throw new TooManyListenersException($"The maximum number of listeners '{MostListeners}' has been reached");
            }
            var made = new ListenerState { Arn = ArnOf(caller, $"listener/{balancer.Path}/{ids.Hex(16)}"), BalancerArn = balancer.Arn, Port = port };
            tx.Put(ElbTables.Listeners, made);
            PutRule(tx, caller, balancer, new()
            {
                Arn = ArnOf(caller, $"listener-rule/{made.Path}/{ids.Hex(16)}"), ListenerArn = made.Arn, BalancerArn = balancer.Arn, Action = action,
            });
            PutTags(tx, made.Arn, tags);
            return made;
        }, ct);
        return new() { Listeners = [ToWire(store.Current, listener)] };
    }

    public async Task<ModifyListenerResponse> ModifyListenerAsync(ModifyListenerRequest request, Caller caller, CancellationToken ct)
    {
        if (request.Protocol is not null) DemandHttp(request.Protocol, request.Certificates);
        if (request.Port is { } asked) DemandPort(asked);
        var action = request.DefaultActions is { IsDefaultOrEmpty: false } actions ? Actions.FromWire(actions) : null;
        var listener = await store.UpdateAsync(tx =>
        {
            var now = FindListener(tx, caller, request.ListenerArn);
            var port = request.Port ?? now.Port;
            if (tx.Where(ElbTables.ListenersByPort, (now.BalancerArn, port)).Any(l => l.Arn != now.Arn))
            {
                throw ElbErrors.Validation($"Listener port '{port}' is already in use");
            }
            if (port != now.Port) tx.Put(ElbTables.Listeners, now = now with { Port = port });
            if (action is not null) PutRule(tx, caller, FindBalancer(tx, caller, now.BalancerArn), DefaultRuleOf(tx, now.Arn) with { Action = action });
            return now;
        }, ct);
        return new() { Listeners = [ToWire(store.Current, listener)] };
    }

    public async Task<DeleteListenerResponse> DeleteListenerAsync(DeleteListenerRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx => Delete(tx, FindListener(tx, caller, request.ListenerArn)), ct);
        return new();
    }

    public Task<DescribeListenersResponse> DescribeListenersAsync(DescribeListenersRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        IEnumerable<ListenerState> listeners;
        if (request.ListenerArns is { IsDefaultOrEmpty: false } arns)
        {
            listeners = [.. arns.Distinct(StringComparer.Ordinal).Select(a => FindListener(state, caller, a)).OrderBy(l => l.Arn, StringComparer.Ordinal)];
        }
        else if (request.LoadBalancerArn is { } balancer)
        {
            listeners = state.Where(ElbTables.ListenersByBalancer, FindBalancer(state, caller, balancer).Arn);
        }
        else throw ElbErrors.Validation("You must specify either listener ARNs or a load balancer ARN");
        var (page, next) = Page(nameof(DescribeListenersAsync), listeners, l => l.Arn, request.PageSize, request.Marker);
        return Task.FromResult<DescribeListenersResponse>(new() { Listeners = [.. page.Select(l => ToWire(state, l))], NextMarker = next });
    }

    /// <summary>An HTTP listener has none, and there are no others yet.</summary>
    public Task<DescribeListenerCertificatesResponse> DescribeListenerCertificatesAsync(
        DescribeListenerCertificatesRequest request, Caller caller, CancellationToken ct)
    {
        FindListener(store.Current, caller, request.ListenerArn);
        return Task.FromResult<DescribeListenerCertificatesResponse>(new() { Certificates = [] });
    }

    private static void Delete(Transaction tx, ListenerState listener)
    {
        foreach (var rule in tx.Where(ElbTables.RulesByListener, listener.Arn).ToList()) Delete(tx, rule);
        tx.Delete(ElbTables.Listeners, listener.Arn);
        tx.Delete(ElbTables.Tags, listener.Arn);
    }

    private static void DemandPort(int port)
    {
        if (port is < 1 or > 65535) throw ElbErrors.Validation($"Port '{port}' must be between '1' and '65535'");
    }

    private static void DemandHttp(ProtocolEnum? protocol, ImmutableArray<Certificate>? certificates)
    {
        switch (protocol)
        {
            case ProtocolEnum.Http when certificates is { IsDefaultOrEmpty: false }:
                throw ElbErrors.Validation("You cannot specify certificates for a listener with protocol 'HTTP'");
            case ProtocolEnum.Http:
                return;
            case ProtocolEnum.Https when certificates is not { IsDefaultOrEmpty: false }:
                throw ElbErrors.Validation("A certificate must be specified for HTTPS listeners");
            case ProtocolEnum.Https:
                throw ElbErrors.NotYet("HTTPS listeners");
            default:
                throw ElbErrors.Validation($"Listener protocol '{protocol?.ToWire()}' must be one of 'HTTPS, HTTP'");
        }
    }

    private static Listener ToWire(IReadState state, ListenerState listener) => new()
    {
        ListenerArn = listener.Arn,
        LoadBalancerArn = listener.BalancerArn,
        Port = listener.Port,
        Protocol = ProtocolEnum.Http,
        DefaultActions = [Actions.ToWire(DefaultRuleOf(state, listener.Arn).Action)],
    };
}
