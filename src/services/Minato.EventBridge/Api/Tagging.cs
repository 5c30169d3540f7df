using System.Collections.Immutable;
using Minato.Contracts.Eventbridge;

namespace Minato.EventBridge.Api;

internal static class Tagging
{
    public const int MostTags = 50;

    public static readonly ImmutableSortedDictionary<string, string> None = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public static ImmutableSortedDictionary<string, string> Add(ImmutableSortedDictionary<string, string> tags, IEnumerable<Tag> more)
    {
        var after = tags.SetItems(more.Select(t => KeyValuePair.Create(t.Key, t.Value)));
        return after.Count <= MostTags ? after : throw new LimitExceededException(EventErrors.TooMany);
    }

    public static ImmutableArray<Tag> ToWire(ImmutableSortedDictionary<string, string> tags) => [.. tags.Select(t => new Tag { Key = t.Key, Value = t.Value })];
}
