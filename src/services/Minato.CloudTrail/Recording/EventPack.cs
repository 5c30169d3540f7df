using System.Diagnostics.CodeAnalysis;
using System.Text;
using Minato.CloudTrail.State;

namespace Minato.CloudTrail.Recording;

/// <summary>
/// Events of one account and region on their way to the log, one behind another as they will stand in it. However many wait, the garbage collector sees a few
/// arrays: as objects they would outlive its youngest generation, and every call would wait while it carries them on.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "Streams in memory, which hold nothing else.")]
internal sealed class EventPack
{
    private const int MostInBlock = 500; // Packed some 50 KB: what is larger, the garbage collector keeps longer.
    private const int LargestKept = 8 * 1024 * 1024; // After a busier moment it is made anew.

    private readonly MemoryStream _events = new();
    private readonly MemoryStream _blocks = new();
    private readonly BinaryWriter _writer;
    private readonly List<Place> _places = [];
    private readonly List<(Place Place, WaitingChange Change)> _changes = [];

    public EventPack() => _writer = new(_events, Encoding.UTF8);

    public int Count => _places.Count;

    /// <summary>What the events take.</summary>
    public long Size => _events.Length;

    /// <summary>Those events of it that change something.</summary>
    public IEnumerable<WaitingChange> Changes => _changes.Select(c => c.Change);

    public bool HasChanges => _changes.Count > 0;

    /// <param name="one">What happened.</param>
    /// <param name="change">Null for what only reads, and for data events.</param>
    public void Add(RecordedEvent one, WaitingChange? change)
    {
        var place = new Place(one.At.UtcTicks, (int)_events.Length, 0);
        EventBlock.Write(_writer, one);
        place = place with { Length = (int)_events.Length - place.Start };
        _places.Add(place);
        if (change is { } waiting) _changes.Add((place, waiting));
    }

    /// <summary>The events of its changes, in the order they came.</summary>
    public List<RecordedEvent> ReadChanges(Home home) => _changes.ConvertAll(c => EventBlock.Read(new(_events.GetBuffer(), c.Place.Start, c.Place.Length), home));

    /// <summary>Takes all of another one, which is empty then.</summary>
    public void Absorb(EventPack later)
    {
        var start = (int)_events.Length;
        later._events.WriteTo(_events);
        foreach (var place in later._places) _places.Add(place with { Start = place.Start + start });
        foreach (var (place, change) in later._changes) _changes.Add((place with { Start = place.Start + start }, change));
        later.TryClear();
    }

    /// <summary>Its events as entries of the log, the oldest first. They hold until events are added or cleared.</summary>
    public List<ReadOnlyMemory<byte>> ToBlocks()
    {
        _places.Sort();
        _blocks.SetLength(0);
        var ends = new List<int>();
        for (var first = 0; first < _places.Count; first += MostInBlock)
        {
            var some = _places.GetRange(first, Math.Min(MostInBlock, _places.Count - first));
            EventBlock.Write(_blocks, some.ConvertAll(p => new ReadOnlyMemory<byte>(_events.GetBuffer(), p.Start, p.Length)));
            ends.Add((int)_blocks.Length);
        }

        return [.. ends.Select((end, i) => new ReadOnlyMemory<byte>(_blocks.GetBuffer(), i == 0 ? 0 : ends[i - 1], i == 0 ? end : end - ends[i - 1]))];
    }

    /// <returns>Whether it is worth keeping for other events.</returns>
    public bool TryClear()
    {
        _events.SetLength(0);
        _places.Clear();
        _changes.Clear();
        return _events.Capacity <= LargestKept;
    }

    private readonly record struct Place(long Ticks, int Start, int Length) : IComparable<Place>
    {
        public int CompareTo(Place other) => Ticks == other.Ticks ? Start.CompareTo(other.Start) : Ticks.CompareTo(other.Ticks);
    }
}

/// <summary>An event that changes something, on its way to the log.</summary>
/// <param name="Row">Where it may be in the journal, too, until it is in the log.</param>
/// <param name="Appended">Somebody waits for it; null when nobody does.</param>
internal readonly record struct WaitingChange(string? Row, TaskCompletionSource? Appended);
