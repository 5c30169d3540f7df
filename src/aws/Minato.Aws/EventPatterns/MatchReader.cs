using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Minato.Aws.EventPatterns;

/// <summary>Reads match expressions: objects in the list of what a field may be.</summary>
internal static class MatchReader
{
    private const string IgnoreCase = "equals-ignore-case";

    public static ValueMatcher Expression(ref Utf8JsonReader reader)
    {
        if (PatternReader.Next(ref reader) is not JsonTokenType.PropertyName) throw reader.Fault("Match expression name not found");
        var type = reader.GetString() ?? "";
        PatternReader.Next(ref reader);
        ValueMatcher matcher = type switch
        {
            "exists" => Exists(ref reader),
            "prefix" or "suffix" => Affix(ref reader, type, $"{type} match pattern must be a string"),
            IgnoreCase => new ValueMatcher.EqualsIgnoreCase(Text(ref reader, $"{type} match pattern must be a string")),
            "wildcard" => Wildcard(ref reader),
            "anything-but" => AnythingBut(ref reader),
            "numeric" => Numeric(ref reader),
            "cidr" => Cidr(ref reader),
            _ => throw reader.Fault($"Unrecognized match type {type}"),
        };
        return PatternReader.Next(ref reader) is JsonTokenType.EndObject ? matcher : throw reader.Fault("Only one key allowed in match expression");
    }

    private static ValueMatcher Exists(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.True => new ValueMatcher.Present(),
        JsonTokenType.False => new ValueMatcher.Absent(),
        _ => throw reader.Fault("exists match pattern must be either true or false."),
    };

    private static ValueMatcher Affix(ref Utf8JsonReader reader, string type, string fault)
    {
        if (reader.TokenType is not JsonTokenType.StartObject) return Affix(type, Text(ref reader, fault), StringComparison.Ordinal);
        if (PatternReader.Next(ref reader) is not JsonTokenType.PropertyName || reader.GetString() is not IgnoreCase) throw reader.Fault($"Unsupported {type} pattern: {Word(ref reader)}");
        PatternReader.Next(ref reader);
        var matcher = Affix(type, Text(ref reader, $"{IgnoreCase} match pattern must be a string"), StringComparison.OrdinalIgnoreCase);
        return PatternReader.Next(ref reader) is JsonTokenType.EndObject ? matcher : throw reader.Fault("Only one key allowed in match expression");
    }

    private static ValueMatcher Affix(string type, string text, StringComparison comparison) =>
        type == "prefix" ? new ValueMatcher.Prefix(text, comparison) : new ValueMatcher.Suffix(text, comparison);

    private static ValueMatcher.Wildcard Wildcard(ref Utf8JsonReader reader)
    {
        var text = Text(ref reader, "wildcard match pattern must be a string");
        return new(WildcardText.TryRead(text, out var fault) ?? throw reader.Fault(fault ?? ""));
    }

    private static ValueMatcher.AnythingBut AnythingBut(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String or JsonTokenType.Number:
                return new([new ValueMatcher.Same(PatternReader.Value(ref reader))]);
            case JsonTokenType.StartArray:
                return new([.. Values(ref reader).Select(v => new ValueMatcher.Same(v))]);
            case JsonTokenType.StartObject:
                var matchers = AnythingButAll(ref reader);
                return PatternReader.Next(ref reader) is JsonTokenType.EndObject ? new(matchers) : throw reader.Fault("Only one key allowed in match expression");
            default:
                throw reader.Fault("Value of anything-but must be an array or single string/number value.");
        }
    }

    /// <summary>AWS: all of them strings, or all numbers.</summary>
    private static List<EventValue> Values(ref Utf8JsonReader reader)
    {
        var values = new List<EventValue>();
        while (PatternReader.Next(ref reader) is not JsonTokenType.EndArray)
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number)) throw reader.Fault("Inside anything but list, start|null|boolean is not supported.");
            values.Add(PatternReader.Value(ref reader));
            if (values[^1].Kind != values[0].Kind) throw reader.Fault("Inside anything but list, either all values are number or string, mixed type is not supported");
        }

        return values.Count > 0 ? values : throw reader.Fault("Empty arrays are not allowed");
    }

    private static ImmutableArray<ValueMatcher> AnythingButAll(ref Utf8JsonReader reader)
    {
        if (PatternReader.Next(ref reader) is not JsonTokenType.PropertyName) throw reader.Fault("Match expression name not found");
        var type = reader.GetString() ?? "";
        if (type is not ("prefix" or "suffix" or IgnoreCase or "wildcard")) throw reader.Fault($"Unsupported anything-but pattern: {type}");
        if (PatternReader.Next(ref reader) is not JsonTokenType.StartArray) return [OneOf(ref reader, type)];
        var matchers = ImmutableArray.CreateBuilder<ValueMatcher>();
        while (PatternReader.Next(ref reader) is not JsonTokenType.EndArray) matchers.Add(OneOf(ref reader, type));
        return matchers.Count > 0 ? matchers.ToImmutable() : throw reader.Fault("Empty arrays are not allowed");
    }

    private static ValueMatcher OneOf(ref Utf8JsonReader reader, string type)
    {
        if (type is "wildcard") return Wildcard(ref reader);
        if (type is IgnoreCase) return new ValueMatcher.EqualsIgnoreCase(Text(ref reader, $"{IgnoreCase} match pattern must be a string"));
        if (reader.TokenType is JsonTokenType.String && reader.GetString() is "") throw reader.Fault("Null prefix/suffix not allowed");
        return Affix(ref reader, type, "prefix/suffix match pattern must be a string");
    }

    private static ValueMatcher Numeric(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not JsonTokenType.StartArray) throw reader.Fault("Value of numeric must be an array.");
        PatternReader.Next(ref reader);
        var first = Operator(ref reader);
        var bound = Number(ref reader, first);
        var isAtEnd = PatternReader.Next(ref reader) is JsonTokenType.EndArray;
        if (first is "=") return isAtEnd ? new ValueMatcher.Same(bound) : throw reader.Fault("Too many terms in numeric range expression");
        if (first is "<" or "<=") return isAtEnd ? new ValueMatcher.Range(null, false, bound, first is "<=") : throw reader.Fault("Too many terms in numeric range expression");
        if (isAtEnd) return new ValueMatcher.Range(bound, first is ">=", null, false);
        var second = Operator(ref reader);
        if (second is not ("<" or "<=")) throw reader.Fault($"Bad numeric range operator: {second}");
        var most = Number(ref reader, second);
        if (bound.CompareNumberTo(most) >= 0) throw reader.Fault("Bottom must be less than top");
        return PatternReader.Next(ref reader) is JsonTokenType.EndArray ? new ValueMatcher.Range(bound, first is ">=", most, second is "<=")
            : throw reader.Fault("Too many terms in numeric range expression");
    }

    private static string Operator(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not JsonTokenType.String) throw reader.Fault("Invalid member in numeric match: " + Word(ref reader));
        var text = reader.GetString() ?? "";
        return text is "=" or "<" or "<=" or ">" or ">=" ? text : throw reader.Fault($"Unrecognized numeric range operator: {text}");
    }

    private static EventValue Number(ref Utf8JsonReader reader, string after) =>
        PatternReader.Next(ref reader) is JsonTokenType.Number ? PatternReader.Value(ref reader) : throw reader.Fault(
            after is "=" ? "Value of equals must be numeric" : $"Value of {after} must be numeric");

    private static ValueMatcher.Cidr Cidr(ref Utf8JsonReader reader)
    {
        var text = Text(ref reader, "prefix match pattern must be a string");
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || text.IndexOf('/', slash + 1) >= 0) throw reader.Fault("Malformed CIDR, one '/' required");
        if (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var bits)) throw reader.Fault("Malformed CIDR, mask bits must be an integer");
        var host = text[..slash];
        if (!IsPlain(host) || !IPAddress.TryParse(host, out var address)) throw reader.Fault($"Nonstandard IP address: {host}");
        var most = address.AddressFamily is AddressFamily.InterNetwork ? 32 : 128;
        if (bits > most) throw reader.Fault($"Malformed CIDR, mask bits must not be greater than {most}");
        return new(new IPNetwork(Masked(address, bits), bits));
    }

    private static bool IsPlain(string host) => host.Contains(':', StringComparison.Ordinal) || host.Split('.') is { Length: 4 } parts && parts.All(p => p.Length is > 0 and < 4 && p.All(char.IsAsciiDigit));

    private static IPAddress Masked(IPAddress address, int bits)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var left = Math.Clamp(bits - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xff << (8 - left));
        }

        return new(bytes);
    }

    private static string Text(ref Utf8JsonReader reader, string fault) =>
        reader.TokenType is JsonTokenType.String && reader.GetString() is { } text ? text : throw reader.Fault(fault);

    private static string Word(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName ? reader.GetString() ?? "" : System.Text.Encoding.UTF8.GetString(reader.ValueSpan);
}
