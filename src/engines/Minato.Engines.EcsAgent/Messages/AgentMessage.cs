using System.Text.Json;

namespace Minato.Engines.EcsAgent.Messages;

/// <summary>What an agent said: <c>{"type": …, "message": {…}}</c>. Nothing in it is trusted to be there, or to be of its kind.</summary>
internal sealed class AgentMessage : IDisposable
{
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 24 };

    private readonly JsonDocument _document;
    private readonly JsonElement _body;

    private AgentMessage(JsonDocument document, string type, JsonElement body) => (_document, Type, _body) = (document, type, body);

    public string Type { get; }

    /// <returns>Null when it is none.</returns>
    public static AgentMessage? Parse(ReadOnlyMemory<byte> text)
    {
        // AWS: telemetry has the headers of its signature in front of it, in the frame.
        var brace = text.Span.IndexOf((byte)'{');
        if (brace < 0) return null;
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(text[brace..], s_options);
        }
        catch (JsonException)
        {
            return null;
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
            && document.RootElement.TryGetProperty("message", out var body) && body.ValueKind == JsonValueKind.Object)
        {
            return new(document, TextOf(type) ?? "", body);
        }

        document.Dispose();
        return null;
    }

    public string? Text(string name) => TextOf(_body, name);

    /// <summary>The objects in a list, as many as are taken at all.</summary>
    public IEnumerable<JsonElement> List(string name, int most) => ListOf(_body, name, most);

    public void Dispose() => _document.Dispose();

    public static IEnumerable<JsonElement> ListOf(JsonElement from, string name, int most) =>
        from.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.Object).Take(most) : [];

    public static string? TextOf(JsonElement from, string name) => from.TryGetProperty(name, out var value) ? TextOf(value) : null;

    /// <summary>Seconds since 1970. AWS: what never happened is said to have happened in the year 1.</summary>
    public static DateTimeOffset? TimeOf(JsonElement from, string name)
    {
        if (!from.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var seconds)) return null;
        return seconds is > 0 and < 253_402_300_800 ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null;
    }

    private static string? TextOf(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String) return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null; // Half of a surrogate pair is no text.
        }
    }
}
