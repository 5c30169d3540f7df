using System.Collections.Immutable;
using System.Net;
using System.Text.Json;

namespace Minato.Aws.EventPatterns;

/// <summary>One thing that a value may be.</summary>
internal abstract record ValueMatcher
{
    public abstract bool Matches(EventValue value);

    /// <summary>How many values it names.</summary>
    public virtual int Values => 1;

    public sealed record Same(EventValue Value) : ValueMatcher
    {
        public override bool Matches(EventValue value) => Value.IsSameAs(value);
    }

    /// <summary>There is a value, whatever it is.</summary>
    public sealed record Present : ValueMatcher
    {
        public override bool Matches(EventValue value) => true;
    }

    /// <summary>No value at all: its node asks the whole event.</summary>
    public sealed record Absent : ValueMatcher
    {
        public override bool Matches(EventValue value) => false;
    }

    public sealed record Prefix(string Text, StringComparison Comparison) : ValueMatcher
    {
        public override bool Matches(EventValue value) => value.Text?.StartsWith(Text, Comparison) is true;
    }

    public sealed record Suffix(string Text, StringComparison Comparison) : ValueMatcher
    {
        public override bool Matches(EventValue value) => value.Text?.EndsWith(Text, Comparison) is true;
    }

    public sealed record EqualsIgnoreCase(string Text) : ValueMatcher
    {
        public override bool Matches(EventValue value) => string.Equals(value.Text, Text, StringComparison.OrdinalIgnoreCase);
    }

    public sealed record Wildcard(WildcardText Text) : ValueMatcher
    {
        public override bool Matches(EventValue value) => value.Text is { } text && Text.Matches(text);
    }

    /// <summary>AWS: a value must be there, and null is one.</summary>
    public sealed record AnythingBut(ImmutableArray<ValueMatcher> Listed) : ValueMatcher
    {
        public override int Values => Listed.Length;

        public override bool Matches(EventValue value) => !Listed.Any(m => m.Matches(value));
    }

    /// <summary>AWS: JSON numbers only, never strings of digits.</summary>
    public sealed record Range(EventValue? Least, bool WithLeast, EventValue? Most, bool WithMost) : ValueMatcher
    {
        public override bool Matches(EventValue value) => value.Kind is JsonValueKind.Number
            && (Least is null || value.CompareNumberTo(Least) is var low && (low > 0 || (low == 0 && WithLeast)))
            && (Most is null || value.CompareNumberTo(Most) is var high && (high < 0 || (high == 0 && WithMost)));
    }

    public sealed record Cidr(IPNetwork Network) : ValueMatcher
    {
        public override bool Matches(EventValue value) => value.Text is { } text && IPAddress.TryParse(text, out var address) && Network.Contains(address);
    }
}

/// <summary>A text with stars, each any run of characters; a backslash before a star or a backslash takes it as it is.</summary>
internal sealed class WildcardText
{
    private const char Run = '\uFFFE'; // Not a character of any text.
    private readonly string _text;

    private WildcardText(string text) => _text = text;

    /// <param name="text">As in the pattern.</param>
    /// <param name="fault">Why it is none.</param>
    public static WildcardText? TryRead(string text, out string? fault)
    {
        var read = new System.Text.StringBuilder(text.Length);
        fault = null;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                if (i + 1 >= text.Length || text[i + 1] is not ('*' or '\\'))
                {
                    fault = $"Invalid escape character at pos {i}";
                    return null;
                }

                read.Append(text[++i]);
            }
            else if (text[i] != '*')
            {
                read.Append(text[i] == Run ? ' ' : text[i]);
            }
            else if (read.Length > 0 && read[^1] == Run)
            {
                fault = $"Consecutive wildcard characters at pos {i - 1}";
                return null;
            }
            else
            {
                read.Append(Run);
            }
        }

        return new(read.ToString());
    }

    // Only the last star is ever gone back to: never worse than the product of both lengths.
    public bool Matches(string value)
    {
        var (p, v, star, mark) = (0, 0, -1, 0);
        while (v < value.Length)
        {
            if (p < _text.Length && _text[p] == Run) (star, mark, p) = (p, v, p + 1);
            else if (p < _text.Length && _text[p] == value[v]) (p, v) = (p + 1, v + 1);
            else if (star >= 0) (p, mark, v) = (star + 1, mark + 1, mark + 1);
            else return false;
        }

        while (p < _text.Length && _text[p] == Run) p++;
        return p == _text.Length;
    }
}
