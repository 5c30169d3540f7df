using System.Buffers;
using System.Collections.Immutable;
using System.Text;

namespace Minato.Lint.Shell;

/// <summary>One command of a shell line.</summary>
/// <param name="Words">Its name and arguments, without assignments before it and without redirections.</param>
/// <param name="Operator">What stands before it: empty at the beginning, or one of <c>&amp;&amp; || ; | &amp;</c>.</param>
internal sealed record ShellCommand(ImmutableArray<string> Words, string Operator)
{
    public string Name => Words is [var name, ..] ? name[(name.LastIndexOf('/') + 1)..] : "";

    public ImmutableArray<string> Arguments => Words.Length > 1 ? Words[1..] : [];

    public bool HasFlag(params ReadOnlySpan<string> flags)
    {
        foreach (var word in Arguments)
        {
            foreach (var flag in flags)
            {
                if (word == flag || word.StartsWith(flag + "=", StringComparison.Ordinal)) return true;
                // -qy holds -y.
                if (flag.Length == 2 && word.Length > 2 && word[0] == '-' && word[1] != '-' && word.Contains(flag[1], StringComparison.Ordinal)) return true;
            }
        }

        return false;
    }

    /// <summary>What is no flag, after the sub-command.</summary>
    public IEnumerable<string> Operands => Arguments.Where(a => !a.StartsWith('-'));

    public bool Is(string name, string subcommand) => Name == name && Operands.FirstOrDefault() == subcommand;
}

/// <summary>Reads shell text just well enough to know which commands it runs.</summary>
internal static class ShellReader
{
    private const int MaxCommands = 2_000;

    public static List<ShellCommand> Read(string script)
    {
        var commands = new List<ShellCommand>();
        var words = new List<string>();
        var before = "";
        void End(string next)
        {
            var kept = words.SkipWhile(w => IsAssignment(w) || w is "then" or "do" or "else" or "if" or "while" or "until" or "!" or "{" or "exec" or "time").ToImmutableArray();
            if (kept.Length > 0 && commands.Count < MaxCommands) commands.Add(new(kept, before));
            if (kept.Length > 0 || next is "|" or "&&" or "||") before = next;
            words.Clear();
        }

        for (var i = 0; i < script.Length;)
        {
            var c = script[i];
            if (c is '\n' or ';' or '(' or ')') { End(";"); i++; }
            else if (char.IsWhiteSpace(c)) i++;
            else if (c == '#') while (i < script.Length && script[i] != '\n') i++;
            else if (c == '&') i = Ampersand(script, i, End);
            else if (c == '|') { var isOr = Next(script, i) == '|'; End(isOr ? "||" : "|"); i += isOr ? 2 : 1; }
            else if (c is '<' or '>') i = Redirection(script, i);
            else i = Word(script, i, words);
        }

        End("");
        return commands;
    }

    private static int Ampersand(string script, int at, Action<string> end)
    {
        if (Next(script, at) == '>') return Redirection(script, at + 1);
        var isAnd = Next(script, at) == '&';
        end(isAnd ? "&&" : "&");
        return at + (isAnd ? 2 : 1);
    }

    private static int Word(string script, int at, List<string> words)
    {
        var word = new StringBuilder();
        for (; at < script.Length; at++)
        {
            var c = script[at];
            if (c == '\\' && at + 1 < script.Length)
            {
                at++;
                if (script[at] != '\n') word.Append(script[at]);
            }
            else if (c is '"' or '\'') at = Quoted(script, at, word);
            else if (c == '$' && Next(script, at) is '(' or '{') at = Nested(script, at, word);
            else if (char.IsWhiteSpace(c) || c is ';' or '&' or '|' or '<' or '>' or '(' or ')') break;
            else word.Append(c);
        }

        // The number of a descriptor belongs to the redirection after it.
        if (at < script.Length && script[at] is '<' or '>' && word.Length is 1 && char.IsAsciiDigit(word[0])) return at;
        words.Add(word.ToString());
        return at;
    }

    // Leaves the index on the closing quote, or the last character.
    private static int Quoted(string script, int at, StringBuilder word)
    {
        var quote = script[at];
        for (at++; at < script.Length && script[at] != quote; at++)
        {
            if (script[at] == '\\' && quote == '"' && at + 1 < script.Length) at++;
            word.Append(script[at]);
        }

        return Math.Min(at, script.Length - 1);
    }

    private static int Nested(string script, int at, StringBuilder word)
    {
        var (open, close) = script[at + 1] == '(' ? ('(', ')') : ('{', '}');
        var depth = 0;
        for (; at < script.Length; at++)
        {
            word.Append(script[at]);
            depth += script[at] == open ? 1 : script[at] == close ? -1 : 0;
            if (depth == 0 && script[at] == close) return at;
        }

        return script.Length - 1;
    }

    private static int Redirection(string script, int at)
    {
        while (at < script.Length && script[at] is '<' or '>' or '&') at++;
        while (at < script.Length && script[at] is ' ' or '\t') at++;
        var target = new List<string>();
        return at < script.Length && script[at] is not ('\n' or ';' or '|' or '(' or ')') ? Math.Max(Word(script, at, target), at) : at;
    }

    private static char Next(string script, int at) => at + 1 < script.Length ? script[at + 1] : '\0';

    private static readonly SearchValues<char> s_nameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    private static bool IsAssignment(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && (char.IsAsciiLetter(word[0]) || word[0] == '_') && word.AsSpan(0, equals).IndexOfAnyExcept(s_nameCharacters) < 0;
    }
}
