using System.Collections.Immutable;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>Refuses what could not be written down safely, before a byte of it reaches HAProxy.</summary>
internal static class ConfigurationCheck
{
    public static void Verify(ProxyConfiguration wanted)
    {
        Unique("listener", wanted.Listeners.Select(l => l.Id));
        Unique("backend", wanted.Backends.Select(b => b.Id));
        foreach (var listener in wanted.Listeners)
            if (Safe.Endpoint(listener.Address, listener.Port) is null)
                throw new UnwritableConfigurationException($"listener {listener.Id}: '{listener.Address}' with port {listener.Port} is not an address");
        foreach (var listener in wanted.Listeners.Where(l => l.Tls is not null)) TlsWriter.Verify(listener);
        foreach (var listener in wanted.Listeners)
            if (listener.AnswerHeaders.FirstOrDefault(h => !Safe.IsHeaderName(h.Name)) is { Name: { } name })
                throw new UnwritableConfigurationException($"listener {listener.Id}: '{name}' is not the name of a header");
        foreach (var backend in wanted.Backends) Verify(backend);
    }

    private static void Verify(ProxyBackend backend)
    {
        Unique($"server of backend {backend.Id}", backend.Servers.Select(s => s.Id));
        if (backend.Stickiness?.ApplicationCookie is { } cookie && !Safe.IsCookieName(cookie))
            throw new UnwritableConfigurationException($"backend {backend.Id}: '{cookie}' is not the name of a cookie");
        foreach (var server in backend.Servers)
            if (Safe.Endpoint(server.Address, server.Port) is null)
                throw new UnwritableConfigurationException($"server {server.Id} of backend {backend.Id}: '{server.Address}' with port {server.Port} is not an address");
    }

    private static void Unique(string what, IEnumerable<string> ids)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in ids)
        {
            if (!Safe.IsId(id)) throw new UnwritableConfigurationException($"{what}: '{id}' is not an id (letters, digits, '-', '_')");
            if (!seen.Add(id)) throw new UnwritableConfigurationException($"{what}: '{id}' is there twice");
        }
    }
}
