using System.Collections.Immutable;
using System.Text;

namespace Minato.Aws.EventPatterns;

/// <summary>A pattern that was read once, to be asked of many events. EventBridge's rules and SNS's filter policies are such patterns.</summary>
public sealed class EventPattern
{
    private readonly PatternNode _root;

    private EventPattern(PatternNode root) => _root = root;

    /// <exception cref="EventPatternException">It is no pattern. The message is AWS's reason.</exception>
    public static EventPattern Parse(string text) => new(PatternReader.Read(Encoding.UTF8.GetBytes(text)));

    public bool Matches(EventDocument candidate) => _root.IsMetBy(candidate.Root, candidate.Root);

    /// <summary>The only strings that a field at the top may have; null when the pattern leaves more to it. For indexes of patterns.</summary>
    public ImmutableArray<string>? OnlyValuesOf(string field) => _root.OnlyValuesOf(field);

    /// <summary>How many combinations of values it asks about: what SNS counts.</summary>
    public long Combinations => _root.Combinations;

    /// <summary>Fields at the end of paths.</summary>
    public int Fields => _root.Fields;
}

/// <summary>A text that is no pattern.</summary>
/// <param name="reason">AWS's words.</param>
/// <param name="column">Where the reader stood, from 1.</param>
public sealed class EventPatternException(string reason, long column) : Exception(reason)
{
    public long Column => column;
}
