using System.Collections.Immutable;
using Minato.Aws;
using Minato.CloudMap.State;
using Minato.Contracts.Ec2;
using Minato.Contracts.Route53;
using Minato.Contracts.Servicediscovery;
using Minato.Platform;
using InvalidInput = Minato.Contracts.Servicediscovery.InvalidInput;
using Tag = Minato.Contracts.Servicediscovery.Tag;

namespace Minato.CloudMap.Api;

/// <summary>AWS Cloud Map.</summary>
internal sealed partial class CloudMapApi(Store store, IRoute53 route53, IEc2 ec2, PageTokens tokens, Ids ids, TimeProvider clock) : IServicediscovery
{
    private const int DefaultPage = 100;
    private const int MostTags = 50;
    private const int MostNamespaces = 50;
    private const int MostServices = 10_000; // Of an account; instances of a service are fewer.
    private const int MostInstances = 1000;
    private const int MostOperations = 10_000;

    /// <summary>Something that a reconciler finishes.</summary>
    private OperationState PutOperation(Transaction tx, Home home, OperationType type, params (string Kind, string Id)[] targets)
    {
        var now = clock.GetUtcNow();
        var operation = new OperationState
        {
            Id = $"{ids.Hex(32)}-{ids.Hex(8)}", Home = home, Type = type, CreatedAt = now, UpdatedAt = now,
            Targets = targets.ToImmutableSortedDictionary(t => t.Kind, t => t.Id, StringComparer.Ordinal),
        };
        tx.Put(CloudMapTables.Operations, operation);
        if (tx.Count(CloudMapTables.OperationsByHome, home) > MostOperations && tx.Where(CloudMapTables.OperationsByHome, home).Take(64).FirstOrDefault(o => o.IsDone) is { } old)
            tx.Delete(CloudMapTables.Operations, old.Id);
        return operation;
    }

    /// <summary>By id or by ARN.</summary>
    private static string Plain(string id) => id[(id.LastIndexOf('/') + 1)..];

    private static NamespaceState FindNamespace(IReadState state, Home home, string id) =>
        state.Find(CloudMapTables.Namespaces, Plain(id)) is { } ns && ns.Home == home && ns.IsReady ? ns
            : throw new NamespaceNotFound($"Failed to find namespace: {Plain(id)}.");

    private static ServiceState FindService(IReadState state, Home home, string id) =>
        state.Find(CloudMapTables.Services, Plain(id)) is { } service && service.Home == home ? service
            : throw new ServiceNotFound($"Failed to find service: {Plain(id)}.");

    private (ImmutableArray<T> Page, string? Token) Page<T>(string operation, IEnumerable<T> sorted, Func<T, string> position, string? token, int? size)
    {
        var after = token is null ? null : tokens.Decode(operation, token) ?? throw new InvalidInput("The NextToken value is invalid.");
        var most = size ?? DefaultPage;
        var page = (after is null ? sorted : sorted.SkipWhile(r => string.CompareOrdinal(position(r), after) <= 0)).Take(most + 1).ToImmutableArray();
        return page.Length <= most ? (page, null) : (page[..most], tokens.Encode(operation, position(page[most - 1])));
    }

    private static ImmutableSortedDictionary<string, string> Tagged(ImmutableSortedDictionary<string, string> tags, ImmutableArray<Tag>? added)
    {
        foreach (var tag in added ?? [])
        {
            if (tag.Key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase)) throw new InvalidInput("Tag keys that begin with 'aws:' are reserved.");
            tags = tags.SetItem(tag.Key, tag.Value);
        }

        return tags.Count <= MostTags ? tags : throw new TooManyTagsException($"A resource has at most {MostTags} tags.");
    }
}
