using System.Net;
using Minato.Engines.Proxy;

namespace Minato.Engines.Simulated;

/// <summary>What the real engine would refuse, and when two configurations are the same.</summary>
internal static class SimProxyChecks
{
    public static string? WhatIsWrong(ProxyConfiguration wanted)
    {
        var ids = wanted.Listeners.Select(l => l.Id).Concat(wanted.Backends.Select(b => b.Id)).Concat(wanted.Backends.SelectMany(b => b.Servers.Select(s => s.Id)));
        if (ids.FirstOrDefault(id => !IsId(id)) is { } bad) return $"'{bad}' is not an id";
        var addresses = wanted.Listeners.Select(l => l.Address).Concat(wanted.Backends.SelectMany(b => b.Servers.Select(s => s.Address)));
        if (addresses.FirstOrDefault(a => !IPAddress.TryParse(a, out _)) is { } wrong) return $"'{wrong}' is not an address";
        return Twice(wanted.Listeners.Select(l => l.Id)) ?? Twice(wanted.Backends.Select(b => b.Id))
            ?? wanted.Backends.Select(b => Twice(b.Servers.Select(s => s.Id))).FirstOrDefault(t => t is not null);
    }

    public static bool AreSame(ProxyConfiguration a, ProxyConfiguration b) =>
        ReferenceEquals(a, b) || (a.Listeners.Select(Text).SequenceEqual(b.Listeners.Select(Text)) && a.Backends.Select(Text).SequenceEqual(b.Backends.Select(Text)));

    private static string? Twice(IEnumerable<string> ids) =>
        ids.GroupBy(i => i, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice ? $"'{twice.Key}' is there twice" : null;

    private static bool IsId(string id) => id.Length is > 0 and <= 128 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static string Text(ProxyListener listener) => string.Join('|', new[]
    {
        listener.Id, $"{listener.Address}:{listener.Port}", string.Join(',', listener.InnerAddresses), Text(listener.Tls), listener.Protocol.ToString(), string.Join(',', listener.HostNames),
        $"{listener.IdleTimeout}/{listener.ClientKeepAlive}", string.Join(',', listener.AnswerHeaders), $"{listener.TellsAll}", Text(listener.DefaultAction),
    }.Concat(listener.Rules.Select(r => $"{r.Priority}:{string.Join('&', r.Conditions.Select(Text))}:{Text(r.Action)}:{string.Join(',', r.Rewrites)}")));

    private static string Text(ProxyBackend backend) => $"{backend.Id}:{backend.Algorithm}:{backend.Protocol}:{backend.Stickiness}:{backend.Requests}:{string.Join(',', backend.Servers)}";

    private static string Text(ProxyTls? tls) => tls is null ? "" : string.Join(
        ',', tls.Certificates.Prepend(tls.Default).Select(c => c.Id).Concat(tls.Ciphers).Concat(tls.Alpn).Append($"{tls.Oldest}-{tls.Newest}-{tls.PassesClientCertificate}-{tls.TellsTargets}-{tls.Trust}-{string.Join('/', tls.Renamed)}"));

    private static string Text(ProxyAction action) => action is ProxyAction.Forward forward ? $"{forward.Stickiness}:{string.Join(',', forward.Backends)}" : action.ToString();

    private static string Text(ProxyCondition condition) => condition.GetType().Name + condition switch
    {
        ProxyCondition.Host host => string.Join(',', host.Values.Concat(host.Regexes)),
        ProxyCondition.Path path => string.Join(',', path.Values.Concat(path.Regexes)),
        ProxyCondition.Method method => string.Join(',', method.Values),
        ProxyCondition.Header header => header.Name + string.Join(',', header.Values.Concat(header.Regexes)),
        ProxyCondition.Query query => string.Join(',', query.Values),
        ProxyCondition.SourceIp source => string.Join(',', source.Cidrs),
        _ => "",
    };
}
