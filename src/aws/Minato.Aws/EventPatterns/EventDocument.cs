using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Minato.Aws.EventPatterns;

/// <summary>An event as patterns look at it, made once for all of them: arrays are seen through, and a name with dots is a path.</summary>
public sealed class EventDocument
{
    internal EventNode Root { get; } = new();

    private EventDocument()
    {
    }

    /// <param name="json">An object; it is not needed any more afterwards.</param>
    public static EventDocument Of(JsonElement json)
    {
        var document = new EventDocument();
        document.Root.Take(json);
        return document;
    }

    /// <returns>The strings that a field at the top has.</returns>
    public ImmutableArray<string> StringsOf(string field) => Root.Child(field) is { } node ? [.. node.Values.Select(v => v.Text).OfType<string>()] : [];
}

/// <summary>A place in an event.</summary>
internal sealed class EventNode
{
    public static readonly EventNode Nothing = new();

    private Dictionary<string, EventNode>? _children;

    /// <summary>Objects in an array at this place: what is asked of one of them must hold of the same one.</summary>
    public List<EventNode> Elements { get; } = [];

    public List<EventValue> Values { get; } = [];

    public EventNode? Child(string name) => _children?.GetValueOrDefault(name);

    public void Take(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in json.EnumerateObject()) At(member.Name).Take(member.Value);
                break;
            case JsonValueKind.Array:
                foreach (var element in json.EnumerateArray()) TakeElement(element);
                break;
            default:
                Values.Add(EventValue.Of(json));
                break;
        }
    }

    /// <summary>Whether there is a value at the end of a path, in whatever element of an array.</summary>
    public bool HasValueAt(ReadOnlySpan<string> path)
    {
        if (path.IsEmpty) return Values.Count > 0;
        if (Child(path[0])?.HasValueAt(path[1..]) is true) return true;
        foreach (var element in Elements)
        {
            if (element.HasValueAt(path)) return true;
        }

        return false;
    }

    private void TakeElement(JsonElement element)
    {
        if (element.ValueKind is not JsonValueKind.Object)
        {
            Take(element);
            return;
        }

        var node = new EventNode();
        node.Take(element);
        Elements.Add(node);
    }

    private EventNode At(string name)
    {
        var node = this;
        foreach (var part in name.Split('.'))
        {
            node._children ??= new(StringComparer.Ordinal);
            if (!node._children.TryGetValue(part, out var child)) node._children.Add(part, child = new());
            node = child;
        }

        return node;
    }
}

/// <summary>A string, number, boolean or null of an event.</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="Text">A string's text.</param>
/// <param name="Number">A number's value.</param>
/// <param name="Exact">The same without rounding, where it is not too long for that.</param>
internal sealed record EventValue(JsonValueKind Kind, string? Text = null, double Number = 0, decimal? Exact = null)
{
    public static EventValue Of(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => new(JsonValueKind.String, json.GetString()),
        JsonValueKind.Number => OfNumber(json.GetRawText()),
        var kind => new(kind),
    };

    public static EventValue OfNumber(string text) => new(
        JsonValueKind.Number, null, double.Parse(text, CultureInfo.InvariantCulture),
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact) ? exact : null);

    /// <summary>AWS: 300, 300.0 and 3.0e2 are one number.</summary>
    public bool IsSameAs(EventValue other) => Kind == other.Kind && Kind switch
    {
        JsonValueKind.String => string.Equals(Text, other.Text, StringComparison.Ordinal),
        JsonValueKind.Number => Exact is { } a && other.Exact is { } b ? a == b : Number.Equals(other.Number),
        _ => true,
    };

    public int CompareNumberTo(EventValue other) => Exact is { } a && other.Exact is { } b ? a.CompareTo(b) : Number.CompareTo(other.Number);
}
