using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Minato.Migration.Plans;

namespace Minato.Migration.Planning;

/// <summary>Requests out of an access log: of an Application Load Balancer, or in the common format. Only those that change nothing.</summary>
internal static partial class AccessLog
{
    private const string Host = "Host";
    private static readonly ImmutableSortedDictionary<string, string> s_none = ImmutableSortedDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase);
    private const int LongestLine = 16 << 10;
    private const int MostLines = 2_000_000;

    /// <summary>As many different paths as asked for, evenly over the log; the same ones for the same log.</summary>
    /// <param name="counts">Whether a request is one of those to draw from.</param>
    public static ImmutableArray<MirrorRequest> Draw(IEnumerable<string> lines, int count, Func<MirrorRequest, bool>? counts = null)
    {
        var found = lines.Take(MostLines).Where(l => l.Length <= LongestLine).Select(Read).OfType<MirrorRequest>()
            .DistinctBy(r => (r.Method, r.Path, r.Headers.GetValueOrDefault(Host))).Where(r => counts?.Invoke(r) ?? true).ToList();
        if (found.Count <= count) return [.. found];
        return [.. Enumerable.Range(0, count).Select(i => found[(int)((long)i * found.Count / count)])];
    }

    private static MirrorRequest? Read(string line)
    {
        if (RequestLine().Match(line) is not { Success: true } match) return null;
        var target = match.Groups["target"].Value;
        if (target.StartsWith('/')) return new(match.Groups["method"].Value, target, s_none, null);
        // AWS writes the whole address, with the port: who was asked is part of the request.
        return Uri.TryCreate(target, UriKind.Absolute, out var url) ? new(match.Groups["method"].Value, url.PathAndQuery, s_none.Add(Host, url.Host), null) : null;
    }

    [GeneratedRegex("\"(?<method>GET|HEAD) (?<target>[!-~]+) HTTP/[0-9.]+\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RequestLine();
}
