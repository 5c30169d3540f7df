using System.Collections.Immutable;
using System.Net;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Api;
using Minato.Elb.State;

namespace Minato.Elb.Planning;

/// <summary>Conditions of rules: from the request, checked; and back.</summary>
internal static class Conditions
{
    private const int MostValues = 5;    // Of a rule.
    private const int MostWildcards = 6; // Of a rule; the quota page's number, a rule too many is worse than one too few.
    private const int LongestValue = 128;
    private static readonly string[] s_fields = ["host-header", "path-pattern", "http-header", "http-request-method", "query-string", "source-ip"];
    private static readonly string[] s_once = ["host-header", "path-pattern", "http-request-method", "source-ip"];

    public static ImmutableArray<ConditionState> FromWire(ImmutableArray<RuleCondition> conditions)
    {
        if (conditions.IsDefaultOrEmpty) throw ElbErrors.Validation("A condition must be specified");
        var all = conditions.Select(FromWire).ToImmutableArray();
        if (s_once.FirstOrDefault(f => all.Count(c => c.Field == f) > 1) is { } twice)
        {
            throw ElbErrors.Validation($"A rule can only have one '{twice}' condition");
        }
        var texts = all.SelectMany(c => c.Values.Concat(c.Pairs.Select(p => p.Key + p.Value))).ToList();
        if (texts.Count > MostValues) throw ElbErrors.Validation($"A rule can only have '{MostValues}' condition values");
        if (texts.Sum(t => t.Count(c => c is '*' or '?')) > MostWildcards) throw ElbErrors.Validation($"A rule can only have '{MostWildcards}' condition wildcards");
        return all;
    }

    public static RuleCondition ToWire(ConditionState condition) => condition.Field switch
    {
        "host-header" => new() { Field = condition.Field, Values = condition.Values, HostHeaderConfig = new() { Values = condition.Values } },
        "path-pattern" => new() { Field = condition.Field, Values = condition.Values, PathPatternConfig = new() { Values = condition.Values } },
        "http-header" => new() { Field = condition.Field, HttpHeaderConfig = new() { HttpHeaderName = condition.HeaderName, Values = condition.Values } },
        "http-request-method" => new() { Field = condition.Field, HttpRequestMethodConfig = new() { Values = condition.Values } },
        "query-string" => new()
        {
            Field = condition.Field,
            QueryStringConfig = new() { Values = [.. condition.Pairs.Select(p => new QueryStringKeyValuePair { Key = p.Key, Value = p.Value })] },
        },
        _ => new() { Field = condition.Field, SourceIpConfig = new() { Values = condition.Values } },
    };

    private static ConditionState FromWire(RuleCondition condition)
    {
        if (condition.RegexValues is { IsDefaultOrEmpty: false } || condition.HostHeaderConfig?.RegexValues is { IsDefaultOrEmpty: false }
            || condition.PathPatternConfig?.RegexValues is { IsDefaultOrEmpty: false } || condition.HttpHeaderConfig?.RegexValues is { IsDefaultOrEmpty: false })
        {
            throw ElbErrors.NotYet("regular expressions in rule conditions");
        }
        var field = condition.Field ?? throw ElbErrors.Validation("A condition field must be specified");
        return field switch
        {
            "host-header" => Simple(field, condition.HostHeaderConfig?.Values ?? condition.Values, HostName),
            "path-pattern" => Simple(field, condition.PathPatternConfig?.Values ?? condition.Values, PathPattern),
            "http-request-method" => Simple(field, condition.HttpRequestMethodConfig?.Values, Method),
            "source-ip" => Simple(field, condition.SourceIpConfig?.Values, Cidr),
            "http-header" => Simple(field, condition.HttpHeaderConfig?.Values, _ => null) with { HeaderName = HeaderName(condition.HttpHeaderConfig?.HttpHeaderName) },
            "query-string" => Query(field, condition.QueryStringConfig?.Values),
            _ => throw ElbErrors.Validation($"Condition field '{field}' must be one of '[{string.Join(", ", s_fields)}]'"),
        };
    }

    /// <param name="fault">What is wrong with a value, or null.</param>
    private static ConditionState Simple(string field, ImmutableArray<string>? values, Func<string, string?> fault)
    {
        if (values is not { IsDefaultOrEmpty: false } all) throw ElbErrors.Validation("A condition value must be specified");
        foreach (var value in all)
        {
            if (value.Length is 0 or > LongestValue) throw ElbErrors.Validation($"Condition value '{value}' cannot be longer than '{LongestValue}' characters or empty");
            if (fault(value) is { } wrong) throw ElbErrors.Validation(wrong);
        }
        return new() { Field = field, Values = all };
    }

    private static ConditionState Query(string field, ImmutableArray<QueryStringKeyValuePair>? pairs)
    {
        if (pairs is not { IsDefaultOrEmpty: false } all) throw ElbErrors.Validation("A condition value must be specified");
        return new()
        {
            Field = field,
            Pairs = [.. all.Select(p => new QueryPair(
                string.IsNullOrEmpty(p.Key) ? null : p.Key,
                p.Value is { Length: > 0 and <= LongestValue } value ? value : throw ElbErrors.Validation("A query string condition needs a value of at most '128' characters")))],
        };
    }

    private static string HeaderName(string? name)
    {
        if (string.IsNullOrEmpty(name)) throw ElbErrors.Validation("An HTTP header name must be specified");
        if (name.Length > 40) throw ElbErrors.Validation($"HTTP header name '{name}' cannot be longer than '40' characters");
        if (name.Equals("host", StringComparison.OrdinalIgnoreCase)) throw ElbErrors.Validation("Use the 'host-header' condition for the Host header");
        return name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal)) && !name.Contains('*', StringComparison.Ordinal)
            ? name
            : throw ElbErrors.Validation($"HTTP header name '{name}' contains a character that is not valid");
    }

    private static string? HostName(string value)
    {
        if (!value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '*' or '?')) return Bad(value);
        var dot = value.LastIndexOf('.');
        if (dot < 0) return $"Condition value '{value}' must contain at least one '.' character";
        return value[(dot + 1)..].All(c => char.IsAsciiLetter(c) || c is '*' or '?') ? null : $"Condition value '{value}' must have only letters after the last '.' character";
    }

    private static string? PathPattern(string value) =>
        value.All(c => char.IsAsciiLetterOrDigit(c) || "_-.$/~\"'@:+&*?%".Contains(c, StringComparison.Ordinal)) ? null : Bad(value);

    private static string? Method(string value) =>
        value.Length <= 40 && value.All(c => char.IsAsciiLetterUpper(c) || c is '-' or '_') ? null : Bad(value);

    private static string? Cidr(string value) =>
        value is "255.255.255.255/32" || !value.Contains('/', StringComparison.Ordinal) || !IPNetwork.TryParse(value, out _)
            ? $"Condition value '{value}' is not a valid CIDR block" : null;

    private static string Bad(string value) => $"Condition value '{value}' contains a character that is not valid";
}
