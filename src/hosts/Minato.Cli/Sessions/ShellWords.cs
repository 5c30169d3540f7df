namespace Minato.Cli.Sessions;

/// <summary>Words as a shell reads them.</summary>
internal static class ShellWords
{
    private const string Plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%_+=:,./-";

    /// <summary>One command line, which a shell splits into the same words.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    /// <summary>In quotes where it needs them.</summary>
    public static string Quote(string word) => word.Length > 0 && word.All(Plain.Contains) ? word : Quoted(word);

    /// <summary>In quotes, whatever is in it.</summary>
    public static string Quoted(string word) => $"'{word.Replace("'", "'\"'\"'", StringComparison.Ordinal)}'";
}
