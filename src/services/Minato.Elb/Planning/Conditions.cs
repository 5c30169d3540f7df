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
        var texts = all.SelectMany(c => c.Values.Concat(c.Regexes).Concat(c.Pairs.Select(p => p.Key + p.Value))).ToList();
        if (texts.Count > MostValues) throw ElbErrors.Validation($"A rule can only have '{MostValues}' condition values");
        var patterns = all.SelectMany(c => c.Values.Concat(c.Pairs.Select(p => p.Key + p.Value)));
        if (patterns.Sum(t => t.Count(c => c is '*' or '?')) > MostWildcards) throw ElbErrors.Validation($"A rule can only have '{MostWildcards}' condition wildcards");
        return all;
    }

    public static RuleCondition ToWire(ConditionState condition) => condition.Field switch
    {
        "host-header" => new()
        {
            Field = condition.Field, Values = Given(condition.Values), RegexValues = Given(condition.Regexes),
            HostHeaderConfig = new() { Values = Given(condition.Values), RegexValues = Given(condition.Regexes) },
        },
        "path-pattern" => new()
        {
            Field = condition.Field, Values = Given(condition.Values), RegexValues = Given(condition.Regexes),
            PathPatternConfig = new() { Values = Given(condition.Values), RegexValues = Given(condition.Regexes) },
        },
        "http-header" => new()
        {
            Field = condition.Field,
            HttpHeaderConfig = new() { HttpHeaderName = condition.HeaderName, Values = Given(condition.Values), RegexValues = Given(condition.Regexes) },
        },
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
        var field = condition.Field ?? throw ElbErrors.Validation("A condition field must be specified");
        DemandConfigOf(field, condition);
        return field switch
        {
            "host-header" => Simple(field, condition.HostHeaderConfig?.Values ?? condition.Values, condition.HostHeaderConfig?.RegexValues ?? condition.RegexValues, HostName),
            "path-pattern" => Simple(field, condition.PathPatternConfig?.Values ?? condition.Values, condition.PathPatternConfig?.RegexValues ?? condition.RegexValues, PathPattern),
            "http-request-method" => Simple(field, condition.HttpRequestMethodConfig?.Values, null, Method),
            "source-ip" => Simple(field, condition.SourceIpConfig?.Values, null, Cidr),
            "http-header" => Simple(field, condition.HttpHeaderConfig?.Values, condition.HttpHeaderConfig?.RegexValues, Printable) with
            {
                HeaderName = HeaderName(condition.HttpHeaderConfig?.HttpHeaderName),
            },
            "query-string" => Query(field, condition.QueryStringConfig?.Values),
            _ => throw ElbErrors.Validation($"Condition field '{field}' must be one of '[{string.Join(", ", s_fields)}]'"),
        };
    }

    /// <summary>A configuration of another field would silently be forgotten, and so would plain values beside one.</summary>
    private static void DemandConfigOf(string field, RuleCondition c)
    {
        (string Field, bool IsThere)[] configs =
        [
            ("host-header", c.HostHeaderConfig is not null), ("path-pattern", c.PathPatternConfig is not null), ("http-header", c.HttpHeaderConfig is not null),
            ("http-request-method", c.HttpRequestMethodConfig is not null), ("query-string", c.QueryStringConfig is not null), ("source-ip", c.SourceIpConfig is not null),
        ];
        if (configs.FirstOrDefault(o => o.IsThere && o.Field != field) is { Field: { } other })
        {
            throw ElbErrors.Validation($"A condition with field '{field}' cannot have the configuration of field '{other}'");
        }
        var plain = c.Values is { IsDefaultOrEmpty: false } || c.RegexValues is { IsDefaultOrEmpty: false };
        if (plain && s_fields.Contains(field) && field is not ("host-header" or "path-pattern")) throw ElbErrors.Validation($"Condition values of field '{field}' must be specified in its configuration");
        if (plain && configs.Any(o => o.IsThere) && !AreTheSame(c)) throw ElbErrors.Validation("You cannot specify both condition values and a condition configuration");
    }

    /// <summary>What was read is written back: answers have both forms.</summary>
    private static bool AreTheSame(RuleCondition c)
    {
        var (values, regexes) = c.HostHeaderConfig is { } host ? (host.Values, host.RegexValues) : (c.PathPatternConfig?.Values, c.PathPatternConfig?.RegexValues);
        return (c.Values ?? []).SequenceEqual(values ?? []) && (c.RegexValues ?? []).SequenceEqual(regexes ?? []);
    }

    /// <param name="fault">What is wrong with a value, or null.</param>
    private static ConditionState Simple(string field, ImmutableArray<string>? values, ImmutableArray<string>? regexes, Func<string, string?> fault)
    {
        var (all, expressions) = (values ?? [], regexes ?? []);
        if (all.IsEmpty && expressions.IsEmpty) throw ElbErrors.Validation("A condition value must be specified");
        if (!all.IsEmpty && !expressions.IsEmpty) throw ElbErrors.Validation($"A condition with field '{field}' can have either values or regular expressions");
        foreach (var value in all)
        {
            if (value.Length is 0 or > LongestValue) throw ElbErrors.Validation($"Condition value '{value}' cannot be longer than '{LongestValue}' characters or empty");
            if (fault(value) is { } wrong) throw ElbErrors.Validation(wrong);
        }
        foreach (var regex in expressions)
        {
            if (regex.Length is 0 or > LongestValue || !Regexes.IsValid(regex)) throw ElbErrors.Validation($"Condition regex value '{regex}' is not valid");
        }
        return new() { Field = field, Values = all, Regexes = expressions };
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

    private static string? Printable(string value) => value.All(c => c is >= ' ' and not (char)127) ? null : Bad(value);

    private static string? Method(string value) =>
        value.Length <= 40 && value.All(c => char.IsAsciiLetterUpper(c) || c is '-' or '_') ? null : Bad(value);

    private static string? Cidr(string value) =>
        value is "255.255.255.255/32" || !value.Contains('/', StringComparison.Ordinal) || !IPNetwork.TryParse(value, out _)
            ? $"Condition value '{value}' is not a valid CIDR block" : null;

    private static ImmutableArray<string>? Given(ImmutableArray<string> values) => values.IsEmpty ? null : values;

    private static string Bad(string value) => $"Condition value '{value}' contains a character that is not valid";
}
