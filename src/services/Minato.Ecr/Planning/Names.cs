using System.Text.RegularExpressions;

namespace Minato.Ecr.Planning;

internal static partial class Names
{
    public static bool IsRepository(string name) => name.Length is >= 2 and <= 256 && Repository().IsMatch(name);

    public static bool IsTag(string tag) => Tag().IsMatch(tag);

    /// <summary>The shape of a digest, of any algorithm.</summary>
    public static bool IsDigest(string digest) => Digest().IsMatch(digest);

    // NonBacktracking: the pattern of the model repeats within repeats.
    [GeneratedRegex("^[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*\\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Repository();

    [GeneratedRegex("^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}\\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Tag();

    [GeneratedRegex("^[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+\\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Digest();
}
