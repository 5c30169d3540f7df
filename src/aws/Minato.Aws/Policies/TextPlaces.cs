namespace Minato.Aws.Policies;

/// <summary>Finds the places of parts of a text, which are asked for in their order.</summary>
public sealed class TextPlaces(string text)
{
    private int _at;

    /// <param name="part">To the letter as it stands in the text, behind the last one that was asked for.</param>
    public TextSpan Next(string part)
    {
        var start = Math.Max(0, text.IndexOf(part, _at, StringComparison.Ordinal));
        _at = start + part.Length;
        return new(Place(start), Place(_at));
    }

    private (int Line, int Column) Place(int at)
    {
        var before = text.AsSpan(0, at);
        return (before.Count('\n') + 1, at - before.LastIndexOf('\n'));
    }
}
