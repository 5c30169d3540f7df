using System.Collections.Immutable;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>Where a frontend listens.</summary>
internal static class BindLines
{
    /// <summary>An address in a network of containers may be gone at the next start; <c>transparent</c> lets it be bound all the same.</summary>
    public static IEnumerable<string> Of(ProxyListener listener, ImmutableSortedDictionary<string, string>.Builder files)
    {
        var options = TlsWriter.BindOptions(listener.Tls, files);
        yield return $"bind {Safe.Endpoint(listener.Address, listener.Port)}{options}";
        foreach (var address in listener.InnerAddresses) yield return $"bind {Safe.Endpoint(address, listener.Port)} transparent{options}";
    }
}
