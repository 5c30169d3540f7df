using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Minato.Engines.Scanner.Archives;
using Minato.Engines.Scanner.Contents;

namespace Minato.Engines.Scanner.Worker;

/// <summary>What the worker is told first; the layers' bytes follow, one after the other.</summary>
internal sealed record WorkerOrder
{
    public required long UnpackedBytes { get; init; }
    public required int Files { get; init; }
    public required int Depth { get; init; }
    public required int Ratio { get; init; }
    public required TimeSpan Time { get; init; }

    /// <summary>Bytes of each layer as it will come, lowest first.</summary>
    public required ImmutableArray<long> LayerSizes { get; init; }

    public ScanBudget Budget() => new(UnpackedBytes, Files, Depth, Ratio, Time);
}

/// <summary>What the worker answers: contents, or the sentence why there are none.</summary>
internal sealed record WorkerAnswer
{
    public ImageContents? Contents { get; init; }
    public string? Refusal { get; init; }
    public bool IsUnsupported { get; init; }
}

/// <summary>Messages are JSON with their length in four bytes before it.</summary>
internal static class WorkerProtocol
{
    public const int MaxOrder = 1 << 20;
    public const int MaxAnswer = 256 << 20;

    public static byte[] Frame<T>(T message, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(message, type);
        var frame = new byte[4 + json.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, json.Length);
        json.CopyTo(frame, 4);
        return frame;
    }

    /// <returns>Null when the other side ended before the message did, or said what is no message.</returns>
    public static async ValueTask<T?> ReadAsync<T>(Stream from, int max, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, CancellationToken ct) where T : class
    {
        var header = new byte[4];
        if (await from.ReadAtLeastAsync(header, 4, throwOnEndOfStream: false, ct) < 4) return null;
        var length = BinaryPrimitives.ReadInt32BigEndian(header);
        if (length < 0 || length > max) return null;
        var json = new byte[length];
        if (await from.ReadAtLeastAsync(json, length, throwOnEndOfStream: false, ct) < length) return null;
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSerializable(typeof(WorkerOrder))]
[JsonSerializable(typeof(WorkerAnswer))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class WorkerJson : JsonSerializerContext;
