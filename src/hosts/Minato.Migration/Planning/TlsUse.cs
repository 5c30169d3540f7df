using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Minato.Migration.Planning;

/// <summary>Who negotiated what, by an access log of a Classic or an Application Load Balancer: clients that are there, and not those that might be.</summary>
internal sealed partial class TlsUse
{
    private const int LongestLine = 16 << 10;
    private const int LongestAgent = 80;
    private const int MostNames = 500;

    private readonly Dictionary<string, (long Requests, string Agent)> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<(string Protocol, string Cipher), long> _pairs = [];

    /// <summary>Requests over TLS.</summary>
    public long Requests { get; private set; }

    public ImmutableArray<string> Protocols => [.. _pairs.Keys.Select(p => p.Protocol).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)];

    public ImmutableArray<string> Ciphers => [.. _pairs.Keys.Select(p => p.Cipher).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)];

    public static TlsUse Count(IEnumerable<string> lines)
    {
        var use = new TlsUse();
        foreach (var line in lines.Where(l => l.Length <= LongestLine)) use.Add(line);
        return use;
    }

    /// <summary>Requests whose protocol or cipher is one of these.</summary>
    public long Of(ImmutableArray<string> protocols, ImmutableArray<string> ciphers) =>
        _pairs.Where(p => protocols.Contains(p.Key.Protocol, StringComparer.OrdinalIgnoreCase) || ciphers.Contains(p.Key.Cipher, StringComparer.OrdinalIgnoreCase)).Sum(p => p.Value);

    /// <summary>What to add to a line about a protocol or a cipher.</summary>
    public string Tell(string name) => _names.TryGetValue(name, out var used)
        ? FormattableString.Invariant($"; {used.Requests} of {Requests} requests in the access log, the last by {used.Agent}")
        : FormattableString.Invariant($"; none of {Requests} requests in the access log");

    private void Add(string line)
    {
        if (Negotiated().Match(line) is not { Success: true } match || _pairs.Count >= MostNames) return;
        var (protocol, cipher, agent) = (match.Groups["protocol"].Value, match.Groups["cipher"].Value, match.Groups["agent"].Value);
        Requests++;
        _pairs[(protocol, cipher)] = _pairs.GetValueOrDefault((protocol, cipher)) + 1;
        foreach (var name in (string[])[protocol, cipher]) _names[name] = (_names.GetValueOrDefault(name).Requests + 1, agent.Length > LongestAgent ? agent[..LongestAgent] + "…" : agent);
    }

    // After the request line: "user agent" cipher protocol. Without TLS both are a hyphen.
    [GeneratedRegex("\" \"(?<agent>(?:[^\"\\\\]|\\\\.)*)\" (?<cipher>[A-Za-z0-9_-]*[A-Za-z0-9]) (?<protocol>(?:TLS|SSL)v[0-9.]+)(?: |$)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Negotiated();
}
