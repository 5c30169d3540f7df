using System.Collections.Immutable;
using Minato.Elb.State;
using Minato.Engines.Certificates;
using Minato.Platform;

namespace Minato.Elb.Planning;

/// <summary>Everything the proxy's configuration is made of.</summary>
internal sealed record ProxyView(IReadOnlyList<ListenerView> Listeners, IReadOnlyList<GroupView> Groups)
{
    /// <summary>Where requests become calls of functions, at 127.0.0.1; null where nobody makes calls of them.</summary>
    public int? FunctionPort { get; init; }

    public static ProxyView Read(IReadState state, IEnumerable<ICertificateVault> vaults)
    {
        var listeners = state.All(ElbTables.Listeners)
            .Select(l => (Listener: l, Balancer: state.Find(ElbTables.Balancers, l.BalancerArn)))
            .Where(l => l.Balancer is not null)
            .Select(l => new ListenerView(l.Listener, l.Balancer ?? throw new InvalidOperationException(), [.. state.Where(ElbTables.RulesByListener, l.Listener.Arn)])
            {
                Certificates = [.. CertificatesOf(state, vaults, l.Listener.Arn)],
                TrustStore = l.Listener.Mutual?.TrustStoreArn is { } store ? state.Find(ElbTables.TrustStores, store) : null,
                InnerAddresses = [.. (state.Find(ElbTables.Interfaces, l.Listener.BalancerArn)?.Interfaces ?? []).Where(i => i.IsUp).Select(i => i.Address).Order(StringComparer.Ordinal)],
            })
            .ToList();
        var groups = state.All(ElbTables.Groups)
            .Where(g => state.Count(ElbTables.UsesByGroup, g.Arn) > 0)
            .Select(g => new GroupView(g, [.. TargetView.ReadAll(state, g)]) { Balancer = BalancerOf(state, g.Arn) })
            .ToList();
        return new(listeners, groups);
    }

    private static IEnumerable<(bool IsDefault, CertificateMaterial Material)> CertificatesOf(IReadState state, IEnumerable<ICertificateVault> vaults, string listenerArn)
    {
        foreach (var use in state.Where(ElbTables.CertificatesByListener, listenerArn))
        {
            if (vaults.Select(v => v.Find(use.Key.CertificateArn)).FirstOrDefault(m => m is not null) is { } material) yield return (use.Key.IsDefault, material);
        }
    }

    /// <summary>A group belongs to one load balancer.</summary>
    private static BalancerState? BalancerOf(IReadState state, string groupArn) =>
        state.Where(ElbTables.UsesByGroup, groupArn).FirstOrDefault() is { } use ? state.Find(ElbTables.Balancers, use.BalancerArn) : null;
}

internal sealed record ListenerView(ListenerState Listener, BalancerState Balancer, IReadOnlyList<RuleState> Rules)
{
    /// <summary>Whose certificates its clients must show; null when it asks for none.</summary>
    public TrustStoreState? TrustStore { get; init; }

    /// <summary>Where clients in the load balancer's VPC find it.</summary>
    public ImmutableArray<string> InnerAddresses { get; init; } = [];

    /// <summary>Those that can serve now.</summary>
    public IReadOnlyList<(bool IsDefault, CertificateMaterial Material)> Certificates { get; init; } = [];
}

internal sealed record GroupView(TargetGroupState Group, IReadOnlyList<TargetView> Targets)
{
    /// <summary>Whose attributes say what becomes of the headers of requests; null when it is being deleted.</summary>
    public BalancerState? Balancer { get; init; }
}
