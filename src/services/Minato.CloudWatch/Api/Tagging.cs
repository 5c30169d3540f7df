using System.Collections.Immutable;
using Minato.Contracts.CloudWatch;

namespace Minato.CloudWatch.Api;

/// <summary>The rules of tags.</summary>
internal static class Tagging
{
    private const int Most = 50;

    public static ImmutableSortedDictionary<string, string> Add(ImmutableSortedDictionary<string, string> tags, ImmutableArray<Tag> given)
    {
        if (given.Any(t => t.Key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase)))
            throw new InvalidParameterValueException("Tag keys that start with aws: are reserved for system use.");
        var all = tags.SetItems(given.Select(t => new KeyValuePair<string, string>(t.Key, t.Value)));
        return all.Count <= Most ? all : throw new InvalidParameterValueException($"A resource can have at most {Most} tags.");
    }
}
