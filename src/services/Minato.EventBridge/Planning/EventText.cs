using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Minato.EventBridge.Planning;

/// <summary>The envelope of an event.</summary>
internal static class EventText
{
    private static readonly JsonWriterOptions s_relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Of(EventFacts facts, string? replay = null)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, s_relaxed))
        {
            json.WriteStartObject();
            json.WriteString("version", "0");
            json.WriteString("id", facts.Id);
            json.WriteString("detail-type", facts.DetailType);
            json.WriteString("source", facts.Source);
            json.WriteString("account", facts.AccountId);
            json.WriteString("time", Time(facts.Time));
            json.WriteString("region", facts.Region);
            json.WriteStartArray("resources");
            foreach (var resource in facts.Resources) json.WriteStringValue(resource);
            json.WriteEndArray();
            json.WritePropertyName("detail");
            json.WriteRawValue(facts.Detail);
            if (replay is not null) json.WriteString("replay-name", replay);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    /// <summary>The same event, told to be a replayed one.</summary>
    public static string Replayed(string json, string replay) => $"{json.AsSpan(0, json.LastIndexOf('}'))},\"replay-name\":{JsonSerializer.Serialize(replay, TargetInput.Relaxed)}}}";

    public static bool IsObject(string json)
    {
        try
        {
            using var parsed = JsonDocument.Parse(json);
            return parsed.RootElement.ValueKind is JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    public static bool IsJson(string json)
    {
        try
        {
            using var parsed = JsonDocument.Parse(json);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

/// <summary>What an event says of itself.</summary>
internal sealed record EventFacts(
    string Id, string Source, string DetailType, string AccountId, string Region, DateTimeOffset Time, ImmutableArray<string> Resources, string Detail);
