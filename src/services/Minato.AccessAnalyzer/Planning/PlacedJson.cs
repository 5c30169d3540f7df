using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Minato.Contracts.Accessanalyzer;

namespace Minato.AccessAnalyzer.Planning;

/// <summary>A value of a text in JSON that knows where it stands.</summary>
internal sealed record PlacedJson(JsonTokenType Kind, string Text, Location Location, ImmutableArray<(string Name, Location Place, PlacedJson Value)> Members, ImmutableArray<PlacedJson> Items)
{
    private const int Deepest = 32;

    public bool IsObject => Kind is JsonTokenType.StartObject;
    public bool IsText => Kind is JsonTokenType.String;

    /// <summary>The items of a list; a value by itself is a list of one.</summary>
    public ImmutableArray<PlacedJson> Each => Kind is JsonTokenType.StartArray ? Items : [this];

    /// <returns>Null for a member that is not there, or of what is no object.</returns>
    public PlacedJson? Find(string name) => Members.FirstOrDefault(m => m.Name == name).Value;

    public Location? PlaceOf(string name) => Members.FirstOrDefault(m => m.Name == name).Place;

    /// <exception cref="JsonException">It is none.</exception>
    public static PlacedJson Parse(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, new() { MaxDepth = Deepest });
        try
        {
            reader.Read();
            var read = Read(ref reader, bytes, []);
            while (reader.Read()) { }
            return read;
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("Half a character.", e); // An escape of a surrogate by itself.
        }
    }

    private static PlacedJson Read(ref Utf8JsonReader reader, byte[] bytes, ImmutableArray<PathElement> path)
    {
        var (kind, start) = (reader.TokenType, reader.TokenStartIndex);
        var members = ImmutableArray.CreateBuilder<(string, Location, PlacedJson)>();
        var items = ImmutableArray.CreateBuilder<PlacedJson>();
        var text = kind is JsonTokenType.String ? reader.GetString() ?? "" : "";
        if (kind is JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
            {
                var name = reader.GetString() ?? "";
                var at = new Location { Path = path.Add(new() { Key = name }), Span = SpanOf(bytes, reader.TokenStartIndex, reader.BytesConsumed) };
                reader.Read();
                members.Add((name, at, Read(ref reader, bytes, path.Add(new() { Value = name }))));
            }
        }
        else if (kind is JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray) items.Add(Read(ref reader, bytes, path.Add(new() { Index = items.Count })));
        }
        var end = reader.BytesConsumed;
        if (kind is not (JsonTokenType.StartObject or JsonTokenType.StartArray or JsonTokenType.String)) text = Encoding.UTF8.GetString(bytes.AsSpan((int)start, (int)(end - start)));
        return new(kind, text, new() { Path = path, Span = SpanOf(bytes, start, end) }, members.ToImmutable(), items.ToImmutable());
    }

    private static Span SpanOf(byte[] bytes, long start, long end) => new() { Start = PositionOf(bytes, start), End = PositionOf(bytes, end) };

    /// <summary>AWS: lines from one, columns and offsets from nought.</summary>
    public static Position PositionOf(byte[] bytes, long at)
    {
        var before = Encoding.UTF8.GetString(bytes.AsSpan(0, (int)at));
        var line = before.LastIndexOf('\n');
        return new() { Line = before.Count(c => c is '\n') + 1, Column = before.Length - line - 1, Offset = before.Length };
    }
}
