using System.Collections.Immutable;
using Minato.Elb.State;

namespace Minato.Elb.Planning;

/// <summary>Headers that the attributes of a listener put into every answer.</summary>
internal static class AnswerHeaders
{
    public const string Prefix = "routing.http.response.";
    public const string Suffix = ".header_value";
    public const string Server = Prefix + "server.enabled";

    public static ImmutableArray<(string Name, string? Value)> Of(ListenerState listener)
    {
        if (listener.Attributes.IsEmpty) return [];
        var set = listener.Attributes.Where(a => a.Key.EndsWith(Suffix, StringComparison.Ordinal) && a.Value.Length > 0).Select(a => (Name(a.Key), (string?)a.Value));
        return Attributes.Value(Attributes.Listener, listener.Attributes, Server) is "false" ? [.. set, ("Server", null)] : [.. set];
    }

    /// <summary><c>…strict_transport_security.header_value</c> is the header Strict-Transport-Security.</summary>
    private static string Name(string key) =>
        string.Join('-', key[Prefix.Length..^Suffix.Length].Split('_').Select(w => char.ToUpperInvariant(w[0]) + w[1..]));
}
