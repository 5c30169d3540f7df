using System.Collections.Immutable;
using Minato.Contracts.S3;

namespace Minato.S3.Planning;

/// <summary>Which rule of a bucket lets a page of another origin in.</summary>
internal static class CorsPlanner
{
    /// <summary>The first rule that fits all of it.</summary>
    public static CORSRule? Match(ImmutableArray<CORSRule> rules, string origin, string method, IReadOnlyCollection<string> headers) => rules.FirstOrDefault(rule =>
        rule.AllowedOrigins.Any(o => Fits(o, origin, StringComparison.Ordinal)) && rule.AllowedMethods.Contains(method)
        && headers.All(h => (rule.AllowedHeaders ?? []).Any(a => Fits(a, h, StringComparison.OrdinalIgnoreCase))));

    /// <summary>What a browser is told.</summary>
    public static IEnumerable<(string Name, string Value)> Headers(CORSRule rule, string origin, IReadOnlyCollection<string> headers)
    {
        var isAny = rule.AllowedOrigins.Contains("*");
        yield return ("Access-Control-Allow-Origin", isAny ? "*" : origin);
        yield return ("Access-Control-Allow-Methods", string.Join(", ", rule.AllowedMethods));
        if (headers.Count > 0) yield return ("Access-Control-Allow-Headers", string.Join(", ", headers.Select(h => h.ToLowerInvariant())));
        if (rule.ExposeHeaders is { Length: > 0 } exposed) yield return ("Access-Control-Expose-Headers", string.Join(", ", exposed));
        if (rule.MaxAgeSeconds is { } age) yield return ("Access-Control-Max-Age", $"{age}");
        if (!isAny) yield return ("Access-Control-Allow-Credentials", "true");
        yield return ("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
    }

    public static ImmutableArray<CORSRule> Check(ImmutableArray<CORSRule> rules)
    {
        string[] methods = ["GET", "PUT", "HEAD", "POST", "DELETE"];
        if (rules.Length is 0 or > 100) throw S3Errors.MalformedXml();
        foreach (var rule in rules)
        {
            if (rule.AllowedMethods.IsDefaultOrEmpty || rule.AllowedOrigins.IsDefaultOrEmpty) throw S3Errors.MalformedXml();
            if (rule.AllowedMethods.FirstOrDefault(m => !methods.Contains(m)) is { } unknown)
                throw S3Errors.BadRequest($"Found unsupported HTTP method in CORS config. Unsupported method is {unknown}");
            if (rule.AllowedOrigins.FirstOrDefault(o => o.Count(c => c == '*') > 1) is { } origin)
                throw S3Errors.BadRequest($"AllowedOrigin \"{origin}\" can not have more than one wildcard.");
            if ((rule.AllowedHeaders ?? []).FirstOrDefault(h => h.Count(c => c == '*') > 1) is { } header)
                throw S3Errors.BadRequest($"AllowedHeader \"{header}\" can not have more than one wildcard.");
        }
        return rules;
    }

    private static bool Fits(string pattern, string value, StringComparison comparison)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        return star < 0 ? pattern.Equals(value, comparison)
            : value.Length >= pattern.Length - 1 && value.StartsWith(pattern[..star], comparison) && value.EndsWith(pattern[(star + 1)..], comparison);
    }
}
