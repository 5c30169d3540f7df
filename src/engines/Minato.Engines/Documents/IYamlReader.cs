namespace Minato.Engines.Documents;

/// <summary>Tells a YAML 1.1 document piece by piece. What the pieces mean, and how many and how deep they may be, is the caller's business.</summary>
public interface IYamlReader
{
    /// <summary>Reads as it is enumerated; the text need not be well-formed to begin.</summary>
    /// <exception cref="YamlFaultException">Not well-formed, or more than one document.</exception>
    IEnumerable<YamlPiece> Read(string text);
}

/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Tag">As written, with its exclamation marks; null when there is none.</param>
/// <param name="Text">Of a scalar, or the name of an alias.</param>
/// <param name="IsPlain">A scalar without quotes: it may stand for a number, a boolean or nothing.</param>
public readonly record struct YamlPiece(YamlPieceKind Kind, int Line, int Column, string? Tag = null, string Text = "", bool IsPlain = false);

public enum YamlPieceKind
{
    Scalar,
    SequenceStart,
    SequenceEnd,
    MappingStart,
    MappingEnd,
    Alias,
}

/// <summary>The text is not well-formed YAML.</summary>
public sealed class YamlFaultException(string message, int line, int column, Exception? inner = null) : Exception(message, inner)
{
    public int Line { get; } = line;
    public int Column { get; } = column;
}
