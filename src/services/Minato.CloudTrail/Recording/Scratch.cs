using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Minato.CloudTrail.Recording;

/// <summary>What events are made in, one a thread: every call makes one, and what it is made in would cost more than the making.</summary>
internal sealed class Scratch
{
    private const int LargestKept = 1024 * 1024; // After a call that was larger it is made anew.
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [ThreadStatic] private static Scratch? _ofThread;

    private readonly ArrayBufferWriter<byte> _whole = new(4096);
    private readonly ArrayBufferWriter<byte> _part = new(4096);

    private Scratch()
    {
        Whole = new(_whole, s_json);
        Part = new(_part, s_json);
    }

    /// <summary>This thread's, empty. Whoever took it before on the same thread is done with it.</summary>
    public static Scratch Take()
    {
        if (_ofThread is not { } own || own._whole.Capacity + own._part.Capacity > LargestKept) return _ofThread = new();
        own._whole.ResetWrittenCount();
        own.Whole.Reset();
        own.Resources.Clear();
        return own;
    }

    public Utf8JsonWriter Whole { get; }
    private Utf8JsonWriter Part { get; }
    public HashSet<NamedResource> Resources { get; } = [];
    public ReadOnlySpan<byte> Written => _whole.WrittenSpan;
    public ReadOnlySpan<byte> WrittenPart => _part.WrittenSpan;

    /// <summary>Begins a part of the event anew, apart from the whole.</summary>
    public Utf8JsonWriter StartPart()
    {
        _part.ResetWrittenCount();
        Part.Reset();
        return Part;
    }
}
