using System.Collections.Immutable;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>A condition as an anonymous ACL; its values are alternatives.</summary>
internal static class ConditionWriter
{
    /// <summary>What has no writable value can never hold.</summary>
    private const string Never = "{ always_false }";

    public const string Path = "path";
    public const string HostName = "req.hdr(host),field(1,:)";

    public static string Write(ProxyCondition condition) => condition switch
    {
        ProxyCondition.Host host => Matches(HostName, "-i ", host.Values, host.Regexes),
        ProxyCondition.Path path => Matches(Path, "", path.Values, path.Regexes),
        ProxyCondition.Method method => Matches("method", "", method.Values, []),
        ProxyCondition.Header header when Safe.FieldName(header.Name) is { } name => Matches($"req.fhdr({name})", "-i ", header.Values, header.Regexes),
        ProxyCondition.Query query => Matches("query", "-i ", query.Values.Select(v => Pattern.QueryPart(v.Key, v.Value))),
        ProxyCondition.SourceIp source => Networks(source),
        _ => Never,
    };

    /// <summary>Most values are plain text with a wildcard at one end, or none: HAProxy compares those several times as fast as it runs an expression.</summary>
    private static string Matches(string sample, string flags, ImmutableArray<string> values, ImmutableArray<string> regexes)
    {
        var plain = values.Select(Pattern.Plain).ToList();
        return regexes.IsEmpty && plain is [{ } first, ..] && plain.TrueForAll(p => p?.Method == first.Method)
            ? $"{{ {sample} -m {first.Method} {flags}-- {string.Join(' ', plain.Select(p => p?.Text))} }}"
            : Matches(sample, flags, values.Select(Pattern.Whole).Concat(regexes.Select(Pattern.Expression)));
    }

    private static string Matches(string sample, string flags, IEnumerable<string> patterns) =>
        string.Join(' ', patterns) is { Length: > 0 } all ? $"{{ {sample} -m reg {flags}-- {all} }}" : Never;

    private static string Networks(ProxyCondition.SourceIp source) =>
        string.Join(' ', source.Cidrs.Select(Safe.Network).OfType<string>()) is { Length: > 0 } all ? $"{{ src {all} }}" : Never;
}
