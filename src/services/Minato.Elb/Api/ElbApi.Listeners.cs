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
        var asked = ListenerSettings.Of(request);
        var action = Actions.FromWire(request.DefaultActions, asked.Protocol);
        var tags = Checked(request.Tags, caller);
        asked.DemandFor(FindBalancer(store.Current, caller, request.LoadBalancerArn));
        if (asked.Certificate is { } certificate) await certificates.DemandAsync(certificate, caller, ct);
        var listener = await store.UpdateAsync(tx =>
        {
            var balancer = FindBalancer(tx, caller, request.LoadBalancerArn);
            if (tx.Where(ElbTables.ListenersByPort, (balancer.Arn, asked.Port)).FirstOrDefault() is { } same)
            {
                // AWS: the same listener once more is answered with the one that is there.
                return DefaultRuleOf(tx, same.Arn).Action.IsSameAs(action) && asked.IsSameAs(same, DefaultCertificateOf(tx, same.Arn))
                    ? same : throw ElbErrors.DuplicateListener(balancer.Arn);
            }
            if (tx.Count(ElbTables.ListenersByBalancer, balancer.Arn) >= MostListeners)
            {
                throw new TooManyListenersException($"The maximum number of listeners '{MostListeners}' has been reached");
            }
            DemandTrustStore(tx, caller, asked.Mutual);
            var made = asked.ApplyTo(new() { Arn = ArnOf(caller, $"listener/{balancer.Path}/{ids.Hex(16)}"), BalancerArn = balancer.Arn, Port = asked.Port });
            tx.Put(ElbTables.Listeners, made);
            PutDefaultCertificate(tx, made, asked.Certificate);
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
        var before = FindListener(store.Current, caller, request.ListenerArn);
        var action = request.DefaultActions is { IsDefaultOrEmpty: false } actions ? Actions.FromWire(actions, request.Protocol ?? before.Protocol) : null;
        if (ListenerSettings.Of(request, before, DefaultCertificateOf(store.Current, before.Arn)).Certificate is { } certificate)
        {
            await certificates.DemandAsync(certificate, caller, ct);
        }
        var listener = await store.UpdateAsync(tx =>
        {
            var now = FindListener(tx, caller, request.ListenerArn);
            var balancer = FindBalancer(tx, caller, now.BalancerArn);
            var asked = ListenerSettings.Of(request, now, DefaultCertificateOf(tx, now.Arn));
            asked.DemandFor(balancer);
            DemandTrustStore(tx, caller, asked.Mutual);
            if (tx.Where(ElbTables.ListenersByPort, (now.BalancerArn, asked.Port)).Any(l => l.Arn != now.Arn))
            {
                throw ElbErrors.DuplicateListener(balancer.Arn);
            }
            if (asked.ApplyTo(now) is var next && next != now) tx.Put(ElbTables.Listeners, next);
            PutDefaultCertificate(tx, next, asked.Certificate);
            if (action is not null) PutRule(tx, caller, balancer, DefaultRuleOf(tx, now.Arn) with { Action = action });
            // What its rules do has to go with what it speaks from now on.
            if (next.Protocol != now.Protocol)
            {
                foreach (var rule in tx.Where(ElbTables.RulesByListener, now.Arn).ToList()) PutRule(tx, caller, balancer, rule);
            }
            return next;
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
        DemandFew(request.ListenerArns, "listeners");
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

    private static void Delete(Transaction tx, ListenerState listener)
    {
        foreach (var rule in tx.Where(ElbTables.RulesByListener, listener.Arn).ToList()) Delete(tx, rule);
        PutDefaultCertificate(tx, listener, null);
        tx.Delete(ElbTables.Listeners, listener.Arn);
        tx.Delete(ElbTables.Tags, listener.Arn);
    }

    private static void DemandPort(int port)
    {
        if (port is < 1 or > 65535) throw ElbErrors.Validation($"Port '{port}' must be between '1' and '65535'");
    }

    private static Listener ToWire(IReadState state, ListenerState listener) => new()
    {
        ListenerArn = listener.Arn,
        LoadBalancerArn = listener.BalancerArn,
        Port = listener.Port,
        Protocol = listener.Protocol,
        SslPolicy = listener.SslPolicy,
        AlpnPolicy = listener.AlpnPolicy is { } alpn ? [alpn] : null,
        Certificates = DefaultCertificateOf(state, listener.Arn) is { } certificate ? [new() { CertificateArn = certificate }] : null,
        MutualAuthentication = listener.Protocol is ProtocolEnum.Https ? ToWire(listener.Mutual) : null,
        DefaultActions = [Actions.ToWire(DefaultRuleOf(state, listener.Arn).Action)],
    };
}
