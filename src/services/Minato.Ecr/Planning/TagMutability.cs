using Minato.Contracts.Ecr;
using Minato.Ecr.State;

namespace Minato.Ecr.Planning;

/// <summary>Which tags stay where they are.</summary>
internal static class TagMutability
{
    public static bool IsFixed(RepositoryState repository, string tag) => repository.Mutability switch
    {
        ImageTagMutability.Immutable => true,
        ImageTagMutability.ImmutableWithExclusion => !IsExcluded(repository, tag),
        ImageTagMutability.MutableWithExclusion => IsExcluded(repository, tag),
        _ => false,
    };

    private static bool IsExcluded(RepositoryState repository, string tag) => repository.Exclusions.Any(filter => Matches(filter, tag));

    /// <summary>The whole text; <c>*</c> stands for any number of characters.</summary>
    public static bool Matches(string filter, string text)
    {
        var parts = filter.Split('*');
        if (parts.Length == 1) return filter == text;
        if (!text.StartsWith(parts[0], StringComparison.Ordinal)) return false;
        var at = parts[0].Length;
        foreach (var part in parts[1..^1])
        {
            var found = text.IndexOf(part, at, StringComparison.Ordinal);
            if (found < 0) return false;
            at = found + part.Length;
        }

        return text.Length - at >= parts[^1].Length && text.EndsWith(parts[^1], StringComparison.Ordinal);
    }
}
