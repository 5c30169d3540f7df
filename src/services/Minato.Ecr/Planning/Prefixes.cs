namespace Minato.Ecr.Planning;

/// <summary>Prefixes of repository names, as templates and pull-through caches have them.</summary>
internal static class Prefixes
{
    /// <summary>The prefixes that a name may fall under, the longest first: <c>a/b/c</c> gives <c>a/b/c</c>, <c>a/b</c>, <c>a</c>.</summary>
    public static IEnumerable<string> Of(string name)
    {
        for (var end = name.Length; end > 0; end = name.LastIndexOf('/', end - 1)) yield return name[..end];
    }

    /// <summary>AWS: a prefix ends with a slash whether it says so or not.</summary>
    public static string Normal(string prefix) => prefix.TrimEnd('/');
}
