using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Minato.Aws.EventPatterns;

/// <summary>Reads a pattern strictly, in one pass.</summary>
internal static class PatternReader
{
    private const int Deepest = 64;
    private static readonly string[] s_matchTypes = ["exists", "equals-ignore-case", "anything-but", "numeric", "prefix", "suffix", "cidr", "wildcard"];

    public static PatternNode Read(byte[] json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Deepest });
        try
        {
            if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject) throw reader.Fault("Filter is not an object");
            var root = new PatternNode([]);
            Object(ref reader, root);
            if (reader.Read()) throw reader.Fault("Filter is not an object");
            return root;
        }
        catch (JsonException e)
        {
            throw new EventPatternException(json.Length == 0 ? "Filter is not an object" : "The pattern is not valid JSON", (e.BytePositionInLine ?? 0) + 1);
        }
    }

    internal static EventPatternException Fault(this ref Utf8JsonReader reader, string reason) => new(reason, reader.BytesConsumed + 1);

    private static void Object(ref Utf8JsonReader reader, PatternNode node)
    {
        var members = 0;
        for (; Next(ref reader) is not JsonTokenType.EndObject; members++)
        {
            var name = reader.GetString() ?? "";
            var isChoice = name == "$or" && IsChoice(reader);
            switch (Next(ref reader))
            {
                case JsonTokenType.StartObject:
                    Object(ref reader, node.At(name));
                    break;
                case JsonTokenType.StartArray when isChoice:
                    node.Choose(Alternatives(ref reader, node.Path));
                    break;
                case JsonTokenType.StartArray:
                    node.At(name).Ask(Matchers(ref reader));
                    break;
                default:
                    throw reader.Fault($"\"{name}\" must be an object or an array");
            }
        }

        if (members == 0) throw reader.Fault("Empty objects are not allowed");
    }

    /// <summary>AWS: at least two objects, none of which is a match expression. Otherwise <c>$or</c> is a name like any other.</summary>
    private static bool IsChoice(Utf8JsonReader ahead)
    {
        if (Next(ref ahead) is not JsonTokenType.StartArray) return false;
        var count = 0;
        for (; Next(ref ahead) is not JsonTokenType.EndArray; count++)
        {
            if (ahead.TokenType is not JsonTokenType.StartObject) return false;
            var members = 0;
            for (; Next(ref ahead) is not JsonTokenType.EndObject; members++)
            {
                if (s_matchTypes.Contains(ahead.GetString())) return false;
                Next(ref ahead);
                ahead.Skip();
            }

            if (members == 0) return false;
        }

        return count >= 2;
    }

    private static ImmutableArray<PatternNode> Alternatives(ref Utf8JsonReader reader, ImmutableArray<string> path)
    {
        var alternatives = ImmutableArray.CreateBuilder<PatternNode>();
        while (Next(ref reader) is JsonTokenType.StartObject)
        {
            var node = new PatternNode(path);
            Object(ref reader, node);
            alternatives.Add(node);
        }

        return alternatives.ToImmutable();
    }

    private static ImmutableArray<ValueMatcher> Matchers(ref Utf8JsonReader reader)
    {
        var matchers = ImmutableArray.CreateBuilder<ValueMatcher>();
        while (Next(ref reader) is not JsonTokenType.EndArray)
        {
            if (reader.TokenType is JsonTokenType.StartArray) throw reader.Fault("Match value must be String, number, true, false, or null");
            matchers.Add(reader.TokenType is JsonTokenType.StartObject ? MatchReader.Expression(ref reader) : new ValueMatcher.Same(Value(ref reader)));
        }

        return matchers.Count > 0 ? matchers.ToImmutable() : throw reader.Fault("Empty arrays are not allowed");
    }

    internal static EventValue Value(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => new(JsonValueKind.String, reader.GetString()),
        JsonTokenType.Number => EventValue.OfNumber(Encoding.UTF8.GetString(reader.ValueSpan)),
        JsonTokenType.True => new(JsonValueKind.True),
        JsonTokenType.False => new(JsonValueKind.False),
        _ => new(JsonValueKind.Null),
    };

    internal static JsonTokenType Next(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType;
    }
}
