using System.Collections.Immutable;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>
/// Says quickly that two configurations have the same shape, so that the text need not be written to find out. A false "no" only
/// costs that writing.
/// </summary>
internal static class Sameness
{
    public static bool HaveSameShape(ProxyConfiguration a, ProxyConfiguration b) =>
        ReferenceEquals(a, b) || (All(a.Listeners, b.Listeners, Same) && All(a.Backends, b.Backends, Same));

    private static bool Same(ProxyBackend a, ProxyBackend b) => a.Id == b.Id && a.Algorithm == b.Algorithm && a.Protocol == b.Protocol && a.Stickiness == b.Stickiness
        && a.Requests == b.Requests && a.Source == b.Source;

    private static bool Same(ProxyListener a, ProxyListener b) => ReferenceEquals(a, b)
        || (a.Id == b.Id && a.Address == b.Address && a.Port == b.Port && a.InnerAddresses.SequenceEqual(b.InnerAddresses) && a.Protocol == b.Protocol && Same(a.Tls, b.Tls) && a.IdleTimeout == b.IdleTimeout && a.ClientKeepAlive == b.ClientKeepAlive
            && a.HostNames.SequenceEqual(b.HostNames) && a.AnswerHeaders.SequenceEqual(b.AnswerHeaders) && a.TellsAll == b.TellsAll && Same(a.DefaultAction, b.DefaultAction) && All(a.Rules, b.Rules, Same));

    private static bool Same(ProxyTls? a, ProxyTls? b) => ReferenceEquals(a, b) || (a is not null && b is not null
        && a.Default == b.Default && a.Certificates.SequenceEqual(b.Certificates) && a.Oldest == b.Oldest && a.Newest == b.Newest
        && a.Ciphers.SequenceEqual(b.Ciphers) && a.Alpn.SequenceEqual(b.Alpn) && a.PassesClientCertificate == b.PassesClientCertificate && a.Trust == b.Trust && a.TellsTargets == b.TellsTargets && a.Renamed.SequenceEqual(b.Renamed));

    private static bool Same(ProxyRule a, ProxyRule b) => a.Priority == b.Priority && Same(a.Action, b.Action) && All(a.Conditions, b.Conditions, Same) && a.Rewrites.SequenceEqual(b.Rewrites);

    private static bool Same(ProxyAction a, ProxyAction b) => (a, b) switch
    {
        (ProxyAction.Forward x, ProxyAction.Forward y) => Weights.IsDirect(x) == Weights.IsDirect(y) && x.Stickiness == y.Stickiness && All(x.Backends, y.Backends, (p, q) => p.Backend == q.Backend),
        _ => a == b,
    };

    private static bool Same(ProxyCondition a, ProxyCondition b) => (a, b) switch
    {
        (ProxyCondition.Host x, ProxyCondition.Host y) => x.Values.SequenceEqual(y.Values) && x.Regexes.SequenceEqual(y.Regexes),
        (ProxyCondition.Path x, ProxyCondition.Path y) => x.Values.SequenceEqual(y.Values) && x.Regexes.SequenceEqual(y.Regexes),
        (ProxyCondition.Method x, ProxyCondition.Method y) => x.Values.SequenceEqual(y.Values),
        (ProxyCondition.Header x, ProxyCondition.Header y) => x.Name == y.Name && x.Values.SequenceEqual(y.Values) && x.Regexes.SequenceEqual(y.Regexes),
        (ProxyCondition.Query x, ProxyCondition.Query y) => x.Values.SequenceEqual(y.Values),
        (ProxyCondition.SourceIp x, ProxyCondition.SourceIp y) => x.Cidrs.SequenceEqual(y.Cidrs),
        _ => false,
    };

    private static bool All<T>(ImmutableArray<T> a, ImmutableArray<T> b, Func<T, T, bool> same)
    {
        if (a.Length != b.Length) return false;
        for (var i = 0; i < a.Length; i++)
            if (!same(a[i], b[i])) return false;
        return true;
    }
}
