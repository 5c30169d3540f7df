using System.Collections.Immutable;
using System.Globalization;
using Minato.Aws;
using Minato.Contracts.Route53;
using Minato.Platform;
using Minato.Route53.Planning;
using Minato.Route53.State;

namespace Minato.Route53.Api;

// Ranges of askers, by name, for records that are chosen by who asks.
internal sealed partial class Route53Api
{
    private const int MostCidrCollections = 5;
    private const int CidrPage = 100;

    public async Task<CreateCidrCollectionResponse> CreateCidrCollectionAsync(CreateCidrCollectionRequest request, Caller caller, CancellationToken ct)
    {
        var made = await store.UpdateAsync(tx =>
        {
            var own = tx.Where(Route53Tables.CidrCollectionsByAccount, caller.AccountId).ToImmutableArray();
            if (own.FirstOrDefault(c => c.Name == request.Name || c.CallerReference == request.CallerReference) is { } there)
            {
                // AWS: the same name and reference is a repeated request.
                return there.Name == request.Name && there.CallerReference == request.CallerReference ? there
                    : throw new CidrCollectionAlreadyExistsException("A CIDR collection with this name and a different caller reference already exists in this account.");
            }

            if (own.Length >= MostCidrCollections)
                throw new LimitsExceeded($"Limits Exceeded: MAX_CIDR_COLLECTIONS_BY_OWNER - Cannot create more than {MostCidrCollections} CIDR collections.");
            var collection = new CidrCollectionState { Id = ids.Uuid(), AccountId = caller.AccountId, Name = request.Name, CallerReference = request.CallerReference };
            tx.Put(Route53Tables.CidrCollections, collection);
            return collection;
        }, ct);
        return new()
        {
            Collection = new() { Arn = made.Arn, Id = made.Id, Name = made.Name, Version = made.Version },
            Location = $"https://route53.amazonaws.com/2013-04-01/cidrcollection/{made.Id}",
        };
    }

    public async Task<ChangeCidrCollectionResponse> ChangeCidrCollectionAsync(ChangeCidrCollectionRequest request, Caller caller, CancellationToken ct)
    {
        var change = await store.UpdateAsync(tx =>
        {
            var before = FindCidrCollection(tx, caller, request.Id);
            if (request.CollectionVersion is { } version && version != before.Version)
                throw new CidrCollectionVersionMismatchException($"The CIDR collection version you provided, {version}, doesn't match the current version, {before.Version}.");
            var after = CidrRules.Apply(before, request.Changes);
            foreach (var location in before.Locations.Except(after.Locations, StringComparer.Ordinal))
            {
                if (tx.Count(Route53Tables.RecordsByCidrLocation, (before.Id, location)) > 0)
                    throw new CidrBlockInUseException($"The CIDR location {location} of collection {before.Id} is in use by resource record sets.");
            }

            tx.Put(Route53Tables.CidrCollections, after with { Version = before.Version + 1 });
            return PutChange(tx, caller.AccountId);
        }, ct);
        return new() { Id = $"/change/{change.Key.Id}" };
    }

    public async Task<DeleteCidrCollectionResponse> DeleteCidrCollectionAsync(DeleteCidrCollectionRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var collection = FindCidrCollection(tx, caller, request.Id);
            if (!collection.Blocks.IsEmpty || tx.Count(Route53Tables.RecordsByCidrCollection, collection.Id) > 0)
                throw new CidrCollectionInUseException("This CIDR collection is in use, and isn't empty.");
            tx.Delete(Route53Tables.CidrCollections, collection.Id);
        }, ct);
        return new();
    }

    public Task<ListCidrCollectionsResponse> ListCidrCollectionsAsync(ListCidrCollectionsRequest request, Caller caller, CancellationToken ct)
    {
        var all = store.Current.Where(Route53Tables.CidrCollectionsByAccount, caller.AccountId);
        var (page, next) = CidrPageOf(nameof(ListCidrCollectionsAsync), all, c => c.Id, request.NextToken, request.MaxResults);
        return Task.FromResult(new ListCidrCollectionsResponse
        {
            CidrCollections = [.. page.Select(c => new CollectionSummary { Arn = c.Arn, Id = c.Id, Name = c.Name, Version = c.Version })], NextToken = next,
        });
    }

    public Task<ListCidrLocationsResponse> ListCidrLocationsAsync(ListCidrLocationsRequest request, Caller caller, CancellationToken ct)
    {
        var collection = FindCidrCollection(store.Current, caller, request.CollectionId);
        var (page, next) = CidrPageOf($"{nameof(ListCidrLocationsAsync)} {collection.Id}", collection.Locations, l => l, request.NextToken, request.MaxResults);
        return Task.FromResult(new ListCidrLocationsResponse { CidrLocations = [.. page.Select(l => new LocationSummary { LocationName = l })], NextToken = next });
    }

    public Task<ListCidrBlocksResponse> ListCidrBlocksAsync(ListCidrBlocksRequest request, Caller caller, CancellationToken ct)
    {
        var collection = FindCidrCollection(store.Current, caller, request.CollectionId);
        if (request.LocationName is { } location && !collection.Locations.Contains(location, StringComparer.Ordinal))
            throw new NoSuchCidrLocationException("The CIDR collection location doesn't match any locations in your account.");
        var blocks = collection.Blocks.Where(b => request.LocationName is null || b.Value == request.LocationName);
        var (page, next) = CidrPageOf($"{nameof(ListCidrBlocksAsync)} {collection.Id} {request.LocationName}", blocks, b => b.Key, request.NextToken, request.MaxResults);
        return Task.FromResult(new ListCidrBlocksResponse { CidrBlocks = [.. page.Select(b => new CidrBlockSummary { CidrBlock = b.Key, LocationName = b.Value })], NextToken = next });
    }

    private (ImmutableArray<T> Page, string? Next) CidrPageOf<T>(string operation, IEnumerable<T> all, Func<T, string> key, string? token, string? most)
    {
        var size = most is null ? CidrPage
            : int.TryParse(most, NumberStyles.None, CultureInfo.InvariantCulture, out var asked) && asked > 0 ? Math.Min(asked, CidrPage)
            : throw new InvalidInput($"Invalid value '{most}' for MaxResults");
        var after = token is null ? null : tokens.Decode(operation, token) ?? throw new InvalidInput("The pagination token is not valid.");
        var page = all.SkipWhile(o => after is not null && string.CompareOrdinal(key(o), after) <= 0).Take(size + 1).ToImmutableArray();
        return page.Length <= size ? (page, null) : (page[..size], tokens.Encode(operation, key(page[size - 1])));
    }

    private static CidrCollectionState FindCidrCollection(IReadState state, Caller caller, string id) =>
        state.Find(Route53Tables.CidrCollections, id) is { } collection && collection.AccountId == caller.AccountId ? collection
            : throw new NoSuchCidrCollectionException("The CIDR collection you specified, doesn't exist.");
}
