using System.Collections.Immutable;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.Api;

/// <summary>The rules of tags, the same for every resource.</summary>
internal static class Tagging
{
    private const int Most = 50;

    /// <param name="isFromAws">Keys that begin with <c>aws:</c> are in order.</param>
    public static ImmutableArray<Tag> Check(ImmutableArray<Tag>? given, bool isFromAws = false)
    {
        if (given is not { } tags) return [];
        if (tags.Length > Most) throw new InvalidParameterException($"The maximum number of tags for a resource is {Most}.");
        foreach (var tag in tags)
        {
            if (string.IsNullOrEmpty(tag.Key)) throw new InvalidParameterException("Tag keys can not be null or empty.");
            if (!isFromAws && tag.Key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))
                throw new InvalidParameterException("Tag keys that start with aws: are reserved for system use.");
        }

        if (tags.Select(t => t.Key).Distinct(StringComparer.Ordinal).Count() != tags.Length)
            throw new InvalidParameterException("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
        return tags;
    }

    /// <exception cref="LimitExceededException">With those there are already it is too many.</exception>
    public static ImmutableArray<Tag> Add(ImmutableArray<Tag> old, ImmutableArray<Tag> given)
    {
        ImmutableArray<Tag> all = [.. old.Where(o => given.All(g => g.Key != o.Key)), .. given];
        return all.Length <= Most ? all : throw new LimitExceededException($"The maximum number of tags for a resource is {Most}.");
    }

    public static ImmutableArray<Tag> Remove(ImmutableArray<Tag> old, ImmutableArray<string> keys) =>
        [.. old.Where(o => !keys.Contains(o.Key ?? ""))];
}
