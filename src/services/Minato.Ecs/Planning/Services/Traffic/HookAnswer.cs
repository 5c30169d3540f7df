using System.Text.Json;
using System.Text.Json.Nodes;
using Minato.Ecs.State;
using Minato.Engines.Functions;

namespace Minato.Ecs.Planning.Services.Traffic;

/// <summary>What a function said about a stage.</summary>
internal abstract record HookAnswer
{
    public sealed record Succeeded : HookAnswer;

    public sealed record Failed : HookAnswer;

    /// <param name="Details">A JSON object to pass back.</param>
    public sealed record InProgress(TimeSpan? CallBack, string? Details) : HookAnswer;

    /// <summary>It said nothing that can be understood.</summary>
    public sealed record Broken(string Reason) : HookAnswer;

    public static HookAnswer Of(FunctionOutcome outcome) => outcome switch
    {
        FunctionOutcome.Returned returned => Read(returned.Payload),
        FunctionOutcome.Failed failed => new Broken(failed.Error),
        FunctionOutcome.Unknown => new Broken("the function does not exist."),
        _ => new Broken("it gave no answer."),
    };

    private static HookAnswer Read(string payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload);
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } root) return new Broken("it returned no JSON object.");
            return Text(root, "hookStatus") switch
            {
                "SUCCEEDED" => new Succeeded(),
                "FAILED" => new Failed(),
                "IN_PROGRESS" => new InProgress(ReadCallBack(root), ReadDetails(root)),
                null => new Broken("it returned no hookStatus."),
                var other => new Broken($"it returned the invalid hookStatus {other}."),
            };
        }
        catch (JsonException)
        {
            return new Broken("it returned no JSON.");
        }
    }

    private static string? Text(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) ? value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText() : null;

    private static TimeSpan? ReadCallBack(JsonElement root)
    {
        if (!root.TryGetProperty("callBackDelay", out var value) || value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var seconds)) return null;
        var most = TrafficLimits.Stage.TotalSeconds;
        return TimeSpan.FromSeconds(Math.Clamp(seconds, TrafficLimits.ShortestCallBack.TotalSeconds, most));
    }

    private static string? ReadDetails(JsonElement root) =>
        root.TryGetProperty("hookDetails", out var value) && value.ValueKind == JsonValueKind.Object ? value.GetRawText() : null;
}

/// <summary>The hookDetails of a hook: what it was configured with, and what its function returned since.</summary>
internal static class HookDetails
{
    public static string? Known(TrafficState traffic, int hook)
    {
        if (traffic.Memories.FirstOrDefault(m => m.Hook == hook) is { } memory) return memory.Details;
        return traffic.Configuration.LifecycleHooks is { } hooks && hook < hooks.Length ? hooks[hook].HookDetails?.GetRawText() : null;
    }

    /// <summary>The members of both; of those that both have, the newer.</summary>
    public static string Merge(string? known, string news)
    {
        var merged = known is null ? null : JsonNode.Parse(known) as JsonObject;
        if (merged is null) return news;
        foreach (var (name, value) in JsonNode.Parse(news) as JsonObject ?? []) merged[name] = value?.DeepClone();
        return merged.ToJsonString();
    }
}
