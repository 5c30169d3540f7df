using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Minato.Engines.Proxy;

namespace Minato.Engines.Simulated;

/// <summary>Which rule of a listener takes a request, and what a redirect makes of it.</summary>
internal static class SimRouting
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    public static (string Name, ProxyRule Rule) RuleFor(ProxyListener listener, ProxyCall call)
    {
        var rule = listener.Rules.OrderBy(r => r.Priority).FirstOrDefault(r => r.Conditions.All(c => Holds(c, call)));
        return rule is null ? ("default", new(int.MaxValue, [], listener.DefaultAction)) : (rule.Priority.ToString(CultureInfo.InvariantCulture), rule);
    }

    /// <summary>What a target is asked: host, path and query.</summary>
    public static string AskedFor(ProxyRule rule, ProxyCall call)
    {
        var host = call.Host;
        var url = call.Query.Length > 0 ? $"{call.Path}?{call.Query}" : call.Path;
        foreach (var rewrite in rule.Rewrites)
        {
            if (rewrite.Part is RewrittenPart.Host) host = Rewritten(rewrite, host);
            else url = Rewritten(rewrite, url);
        }
        return host + url;
    }

    private static string Rewritten(ProxyRewrite rewrite, string text)
    {
        var regex = new Regex(rewrite.Regex, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, s_patience);
        return regex.Replace(text, m => Filled(rewrite.Replacement, m), 1);
    }

    /// <summary>A dollar sign that no digit follows stands for itself.</summary>
    private static string Filled(string replacement, Match match)
    {
        var text = new StringBuilder();
        for (var i = 0; i < replacement.Length; i++)
        {
            if (replacement[i] == '$' && i + 1 < replacement.Length && char.IsAsciiDigit(replacement[i + 1])) text.Append(match.Groups[replacement[++i] - '0'].Value);
            else text.Append(replacement[i]);
        }
        return text.ToString();
    }

    private static bool Finds(ImmutableArray<string> regexes, string text, bool ignoreCase) =>
        regexes.Any(r => Regex.IsMatch(text, r, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None), s_patience));

    public static string Location(ProxyAction.Redirect redirect, ProxyListener listener, ProxyCall call)
    {
        string Fill(string text) => text
            .Replace("#{protocol}", listener.Tls is null ? "http" : "https", StringComparison.Ordinal).Replace("#{host}", HostOf(call), StringComparison.Ordinal)
            .Replace("#{port}", listener.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("#{path}", call.Path.TrimStart('/'), StringComparison.Ordinal).Replace("#{query}", call.Query, StringComparison.Ordinal);
        var query = redirect.Query is "#{query}" && call.Query.Length == 0 ? "" : redirect.Query;
        var path = redirect.Path.StartsWith('/') ? redirect.Path : "/" + redirect.Path;
        return $"{Encoded(Fill(redirect.Protocol.ToLowerInvariant()))}://{Encoded(Fill(redirect.Host))}:{Fill(redirect.Port)}{Encoded(Fill(path))}{(query.Length > 0 ? "?" + Encoded(Fill(query)) : "")}";
    }

    private static bool Holds(ProxyCondition condition, ProxyCall call) => condition switch
    {
        ProxyCondition.Host host => host.Values.Any(v => Glob.Matches(v, HostOf(call), ignoreCase: true)) || Finds(host.Regexes, HostOf(call), ignoreCase: true),
        ProxyCondition.Path path => path.Values.Any(v => Glob.Matches(v, call.Path, ignoreCase: false)) || Finds(path.Regexes, call.Path, ignoreCase: false),
        ProxyCondition.Method method => method.Values.Contains(call.Method, StringComparer.Ordinal),
        ProxyCondition.Header header => call.Headers.Where(h => h.Name.Equals(header.Name, StringComparison.OrdinalIgnoreCase))
            .Any(h => header.Values.Any(v => Glob.Matches(v, h.Value, ignoreCase: true)) || Finds(header.Regexes, h.Value, ignoreCase: true)),
        ProxyCondition.Query query => query.Values.Any(v => call.Query.Split('&').Any(part => QueryHolds(v, part))),
        ProxyCondition.SourceIp source => source.Cidrs.Any(c => IPNetwork.TryParse(c, out var network) && network.Contains(IPAddress.Parse(call.SourceIp))),
        _ => false,
    };

    private static bool QueryHolds((string? Key, string Value) wanted, string part)
    {
        var equals = part.IndexOf('=', StringComparison.Ordinal);
        var (key, value) = equals < 0 ? ("", part) : (part[..equals], part[(equals + 1)..]);
        return (wanted.Key is null || (equals >= 0 && Glob.Matches(wanted.Key, key, ignoreCase: true, escapes: true)))
            && Glob.Matches(wanted.Value, value, ignoreCase: true, escapes: true);
    }

    private static string HostOf(ProxyCall call) => call.Host.Split(':')[0];

    private static string Encoded(string text) =>
        string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) || "-._~/:@!&()*+,;=?%".Contains(c, StringComparison.Ordinal) ? c.ToString() : Uri.HexEscape(c)));
}
