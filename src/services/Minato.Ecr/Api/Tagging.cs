using System.Collections.Immutable;
using Minato.Contracts.Ecr;

namespace Minato.Ecr.Api;

/// <summary>The rules of resource tags.</summary>
internal static class Tagging
{
    private const int Most = 50;

    public static ImmutableSortedDictionary<string, string> Add(ImmutableSortedDictionary<string, string> tags, ImmutableArray<Tag> given)
    {
        foreach (var tag in given)
        {
            if (tag.Key.Length is 0 or > 128) throw new InvalidTagParameterException("Tag keys must be between 1 and 128 characters long.");
            if (tag.Value.Length > 256) throw new InvalidTagParameterException("Tag values must be at most 256 characters long.");
            if (tag.Key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))
                throw new InvalidTagParameterException("Tag keys that start with aws: are reserved for system use.");
        }

        var all = tags.SetItems(given.Select(t => KeyValuePair.Create(t.Key, t.Value)));
        return all.Count <= Most ? all : throw new TooManyTagsException($"The maximum number of tags for a repository is {Most}.");
    }
}
