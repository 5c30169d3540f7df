using System.Text.RegularExpressions;

namespace Minato.Aws.Shapes;

/// <summary>Limits on a value. Lengths are of characters, bytes or elements; bounds are of numbers.</summary>
public sealed class Constraint
{
    private static readonly TimeSpan SlowestMatch = TimeSpan.FromMilliseconds(50);
    private Regex? _pattern;

    public long? Min { get; init; }
    public long? Max { get; init; }
    public string? Pattern { get; init; }

    /// <summary>The wire values of an enum.</summary>
    public string[]? Values { get; init; }

    internal bool Matches(string value)
    {
        if (Pattern is null) return true;
        try { return (_pattern ??= Compile(Pattern)).IsMatch(value); }
        catch (RegexMatchTimeoutException) { return false; }
    }

    // The model's patterns are not anchored but mean the whole value. Non-backtracking where the pattern allows: no request can make it slow.
    private static Regex Compile(string pattern)
    {
        var whole = $@"\A(?:{JavaPatterns.Translate(pattern)})\z";
        try { return new(whole, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture); }
        catch (NotSupportedException) { return new(whole, RegexOptions.CultureInvariant, SlowestMatch); }
    }
}
