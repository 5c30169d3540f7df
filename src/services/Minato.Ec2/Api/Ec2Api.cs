using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Reconcile;
using Minato.Ec2.State;
using Minato.Engines.Containers;
using Minato.Platform;

namespace Minato.Ec2.Api;

internal sealed partial class Ec2Api(
    Store store, Homes homes, Ids ids, Installation installation, PageTokens tokens, TimeProvider clock, Enforcement enforcement,
    IContainerEngine engine, Hints hints) : IEc2
{
    private const int MostAtOncePage = 1000;

    private static readonly ImmutableSortedDictionary<string, string> NoTags = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    private static Home HomeOf(Caller caller) => new(caller.AccountId, caller.Region);

    private static ResourceKey KeyOf(Caller caller, string id) => new(caller.AccountId, caller.Region, id);

    private static void EndIfDryRun(bool? dryRun)
    {
        if (dryRun is true) throw Ec2Errors.DryRun();
    }

    /// <summary>The records named, in the order of the names, or all of them; a name that does not exist is an error.</summary>
    private static IEnumerable<T> Named<T>(
        IReadState state, Caller caller, ImmutableArray<string>? names, Table<ResourceKey, T> table, Func<IEnumerable<T>> all,
        Func<string, AwsException> notFound) where T : class
    {
        if (names is not { IsDefaultOrEmpty: false } some) return all();
        return [.. some.Distinct(StringComparer.Ordinal).Select(n => state.Find(table, KeyOf(caller, n)) ?? throw notFound(n))];
    }

    private (ImmutableArray<T> Items, string? NextToken) Page<T>(
        string operation, IEnumerable<T> records, Func<T, string> id, int? maxResults, string? nextToken, int least = 5)
    {
        var after = nextToken is null ? null : tokens.Decode(operation, nextToken) ?? throw Ec2Errors.BadToken();
        if (maxResults is { } asked && (asked < least || asked > MostAtOncePage))
            throw Ec2Errors.Invalid($"Value ( {asked} ) for parameter maxResults is invalid. Expecting a value between {least} and {MostAtOncePage}.");
        var rest = after is null ? records : records.Where(r => string.CompareOrdinal(id(r), after) > 0);
        if (maxResults is not { } max) return ([.. rest], null);
        var page = rest.Take(max + 1).ToImmutableArray();
        return page.Length <= max ? (page, null) : (page[..max], tokens.Encode(operation, id(page[max - 1])));
    }

    internal static ImmutableSortedDictionary<string, string> TagsOf(IReadState state, ResourceKey key) =>
        state.Find(Ec2Tables.Tags, key)?.Tags ?? NoTags;

    private static ImmutableArray<Tag> ToWire(ImmutableSortedDictionary<string, string> tags) =>
        [.. tags.Select(t => new Tag { Key = t.Key, Value = t.Value })];
}

internal static class Lists
{
    public static ImmutableArray<T> OrNone<T>(this ImmutableArray<T>? list) => list ?? [];
}
