using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;

namespace Minato.Ecs.Planning.Placement.Query;

/// <summary>
/// A Java regular expression that has to match a whole value. Most run in linear time and need no limit; those that cannot (they look
/// around or back) get a second, once: a pattern that took longer matches nothing any more, as placement waits for the answer.
/// </summary>
internal sealed class QueryPattern
{
    private const int MostRemembered = 1024;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly Regex _regex;

    // Thousands of instances share a few values.
    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);
    private volatile bool _isTooSlow;

    private QueryPattern(Regex regex) => _regex = regex;

    /// <returns>Null with the reason when it is no regular expression.</returns>
    public static (QueryPattern? Pattern, string? Problem) Compile(string text)
    {
        var whole = $@"\A(?:{Unquoted(text)})\z";
        try
        {
            return (new(new(whole, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, Regex.InfiniteMatchTimeout)), null);
        }
        catch (NotSupportedException)
        {
            return (new(new(whole, RegexOptions.CultureInvariant, s_patience)), null);
        }
        catch (ArgumentException e)
        {
            return (null, e.Message.TrimEnd('.'));
        }
    }

    public bool IsMatch(string value)
    {
        if (_isTooSlow) return false;
        if (_known.TryGetValue(value, out var known)) return known;
        try
        {
            var matches = _regex.IsMatch(value);
            if (_known.Count < MostRemembered) _known.TryAdd(value, matches);
            return matches;
        }
        catch (RegexMatchTimeoutException)
        {
            _isTooSlow = true;
            return false;
        }
    }

    // Java's \Q…\E takes what is inside as it stands.
    private static string Unquoted(string text)
    {
        var from = text.IndexOf(@"\Q", StringComparison.Ordinal);
        if (from < 0) return text;
        var to = text.IndexOf(@"\E", from + 2, StringComparison.Ordinal);
        var rest = to < 0 ? "" : Unquoted(text[(to + 2)..]);
        return new StringBuilder(text[..from]).Append(Regex.Escape(text[(from + 2)..(to < 0 ? text.Length : to)])).Append(rest).ToString();
    }
}
