using System.Collections.Immutable;
using System.Net;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Running;

/// <summary>Reads back from the configuration file which addresses a found HAProxy listens on.</summary>
internal static class LoadedConfiguration
{
    public static ImmutableArray<ProxyListener> Listeners(string file)
    {
        const string Bind = "    bind ";
        if (!File.Exists(file)) return [];
        return [.. File.ReadLines(file).Where(l => l.StartsWith(Bind, StringComparison.Ordinal))
            .Select(l => IPEndPoint.TryParse(l[Bind.Length..].Split(' ')[0], out var endpoint) ? endpoint : null).OfType<IPEndPoint>()
            .Select(e => new ProxyListener { Id = e.ToString(), Address = e.Address.ToString(), Port = e.Port, DefaultAction = new ProxyAction.Forward([]) })];
    }
}
