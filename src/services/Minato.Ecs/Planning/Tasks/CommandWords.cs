using System.Collections.Immutable;
using System.Text;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>Splits a command line into words as a POSIX shell does, without running anything of it.</summary>
internal static class CommandWords
{
    private const string EscapableInQuotes = "\"\\$`\n";

    /// <returns>Default when a quote is not closed; empty when there is no word.</returns>
    public static ImmutableArray<string> Split(string line)
    {
        var words = ImmutableArray.CreateBuilder<string>();
        StringBuilder? word = null;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c is ' ' or '\t' or '\n' or '\r')
            {
                if (word is not null) words.Add(word.ToString());
                word = null;
                continue;
            }

            word ??= new();
            switch (c)
            {
                case '\'':
                    var end = line.IndexOf('\'', i + 1);
                    if (end < 0) return default;
                    word.Append(line, i + 1, end - i - 1);
                    i = end;
                    break;
                case '"':
                    i = Quoted(line, i + 1, word);
                    if (i < 0) return default;
                    break;
                case '\\':
                    if (++i == line.Length) return default;
                    word.Append(line[i]);
                    break;
                default:
                    word.Append(c);
                    break;
            }
        }

        if (word is not null) words.Add(word.ToString());
        return words.ToImmutable();
    }

    /// <returns>Where the closing quote stands; negative when there is none.</returns>
    private static int Quoted(string line, int start, StringBuilder word)
    {
        for (var i = start; i < line.Length; i++)
        {
            if (line[i] == '"') return i;
            if (line[i] == '\\' && i + 1 < line.Length && EscapableInQuotes.Contains(line[i + 1], StringComparison.Ordinal)) i++;
            word.Append(line[i]);
        }
        return -1;
    }
}
