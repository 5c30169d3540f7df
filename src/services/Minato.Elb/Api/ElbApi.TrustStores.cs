using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.State;
using Minato.Platform;

namespace Minato.Elb.Api;

// Trust stores: whose certificates clients of a listener may show.
internal sealed partial class ElbApi
{
    private const int MostTrustStores = 20;
    private const int MostRevocations = 30;
    private const int MostRevokedEntries = 500_000;

    public async Task<CreateTrustStoreResponse> CreateTrustStoreAsync(CreateTrustStoreRequest request, Caller caller, CancellationToken ct)
    {
        var tags = Checked(request.Tags, caller);
        var (pem, count) = await trust.BundleAsync(request.CaCertificatesBundleS3Bucket, request.CaCertificatesBundleS3Key, request.CaCertificatesBundleS3ObjectVersion, caller, ct);
        var made = await store.UpdateAsync(tx =>
        {
            var others = tx.Where(ElbTables.TrustStoresByHome, HomeOf(caller)).ToList();
            if (others.Exists(o => o.Name == request.Name)) throw new DuplicateTrustStoreNameException($"A trust store with the name '{request.Name}' already exists");
            if (others.Count >= MostTrustStores) throw new TooManyTrustStoresException($"The maximum number of trust stores '{MostTrustStores}' has been reached");
            TrustStoreState one = new()
            {
                Arn = ArnOf(caller, $"truststore/{request.Name}/{ids.Hex(16)}"), Home = HomeOf(caller), Name = request.Name, Authorities = pem, AuthorityCount = count,
            };
            tx.Put(ElbTables.TrustStores, one);
            PutTags(tx, one.Arn, tags);
            return one;
        }, ct);
        return new() { TrustStores = [ToWire(made)] };
    }

    public async Task<ModifyTrustStoreResponse> ModifyTrustStoreAsync(ModifyTrustStoreRequest request, Caller caller, CancellationToken ct)
    {
        FindTrustStore(store.Current, caller, request.TrustStoreArn);
        var (pem, count) = await trust.BundleAsync(request.CaCertificatesBundleS3Bucket, request.CaCertificatesBundleS3Key, request.CaCertificatesBundleS3ObjectVersion, caller, ct);
        var changed = await store.UpdateAsync(tx =>
        {
            var now = FindTrustStore(tx, caller, request.TrustStoreArn) with { Authorities = pem, AuthorityCount = count };
            tx.Put(ElbTables.TrustStores, now);
            return now;
        }, ct);
        return new() { TrustStores = [ToWire(changed)] };
    }

    public async Task<DeleteTrustStoreResponse> DeleteTrustStoreAsync(DeleteTrustStoreRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var one = FindTrustStore(tx, caller, request.TrustStoreArn);
            if (tx.Count(ElbTables.ListenersByTrustStore, one.Arn) > 0) throw new TrustStoreInUseException($"Trust store '{one.Arn}' is currently in use by a listener");
            tx.Delete(ElbTables.TrustStores, one.Arn);
            tx.Delete(ElbTables.Tags, one.Arn);
        }, ct);
        return new();
    }

    public Task<DescribeTrustStoresResponse> DescribeTrustStoresAsync(DescribeTrustStoresRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var all = state.Where(ElbTables.TrustStoresByHome, HomeOf(caller)).OrderBy(t => t.Arn, StringComparer.Ordinal).AsEnumerable();
        if (request.TrustStoreArns is { IsDefaultOrEmpty: false } arns) all = [.. arns.Distinct(StringComparer.Ordinal).Select(a => FindTrustStore(state, caller, a)).OrderBy(t => t.Arn, StringComparer.Ordinal)];
        if (request.Names is { IsDefaultOrEmpty: false } names)
            all = [.. names.Distinct(StringComparer.Ordinal).Select(n => all.FirstOrDefault(t => t.Name == n) ?? throw new TrustStoreNotFoundException("One or more trust stores not found")).OrderBy(t => t.Arn, StringComparer.Ordinal)];
        var (page, next) = Page(nameof(DescribeTrustStoresAsync), all, t => t.Arn, request.PageSize, request.Marker);
        return Task.FromResult<DescribeTrustStoresResponse>(new() { TrustStores = [.. page.Select(ToWire)], NextMarker = next });
    }

    public Task<DescribeTrustStoreAssociationsResponse> DescribeTrustStoreAssociationsAsync(
        DescribeTrustStoreAssociationsRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var one = FindTrustStore(state, caller, request.TrustStoreArn);
        var listeners = state.Where(ElbTables.ListenersByTrustStore, one.Arn).Select(l => l.Arn).Order(StringComparer.Ordinal);
        var (page, next) = Page(nameof(DescribeTrustStoreAssociationsAsync), listeners, a => a, request.PageSize, request.Marker);
        return Task.FromResult<DescribeTrustStoreAssociationsResponse>(new() { TrustStoreAssociations = [.. page.Select(a => new TrustStoreAssociation { ResourceArn = a })], NextMarker = next });
    }

    /// <summary>AWS: an association of one's own account ends when its listener lets go of the store.</summary>
    public Task<DeleteSharedTrustStoreAssociationResponse> DeleteSharedTrustStoreAssociationAsync(
        DeleteSharedTrustStoreAssociationRequest request, Caller caller, CancellationToken ct)
    {
        var one = FindTrustStore(store.Current, caller, request.TrustStoreArn);
        throw store.Current.Where(ElbTables.ListenersByTrustStore, one.Arn).Any(l => l.Arn == request.ResourceArn)
            ? new DeleteAssociationSameAccountException("The specified association cannot be within the same account")
            : new TrustStoreAssociationNotFoundException("The specified association does not exist");
    }

    public async Task<AddTrustStoreRevocationsResponse> AddTrustStoreRevocationsAsync(AddTrustStoreRevocationsRequest request, Caller caller, CancellationToken ct)
    {
        FindTrustStore(store.Current, caller, request.TrustStoreArn);
        List<(string Pem, int Entries)> read = [];
        foreach (var content in request.RevocationContents ?? []) read.Add(await trust.ListAsync(content, caller, ct));
        var added = await store.UpdateAsync(tx =>
        {
            var now = FindTrustStore(tx, caller, request.TrustStoreArn);
            List<RevocationState> more = [.. read.Select((r, i) => new RevocationState(now.NextRevocation + i, r.Pem, r.Entries))];
            var all = now.Revocations.AddRange(more);
            if (all.Length > MostRevocations || all.Sum(r => (long)r.Entries) > MostRevokedEntries)
                throw new TooManyTrustStoreRevocationEntriesException("The specified trust store has too many revocation entries");
            tx.Put(ElbTables.TrustStores, now with { Revocations = all, NextRevocation = now.NextRevocation + more.Count });
            return more;
        }, ct);
        return new()
        {
            TrustStoreRevocations = [.. added.Select(r => new TrustStoreRevocation
            {
                TrustStoreArn = request.TrustStoreArn, RevocationId = r.Id, RevocationType = RevocationType.Crl, NumberOfRevokedEntries = r.Entries,
            })],
        };
    }

    public async Task<RemoveTrustStoreRevocationsResponse> RemoveTrustStoreRevocationsAsync(RemoveTrustStoreRevocationsRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var now = FindTrustStore(tx, caller, request.TrustStoreArn);
            foreach (var id in request.RevocationIds) FindRevocation(now, id);
            tx.Put(ElbTables.TrustStores, now with { Revocations = now.Revocations.RemoveAll(r => request.RevocationIds.Contains(r.Id)) });
        }, ct);
        return new();
    }

    public Task<DescribeTrustStoreRevocationsResponse> DescribeTrustStoreRevocationsAsync(
        DescribeTrustStoreRevocationsRequest request, Caller caller, CancellationToken ct)
    {
        var one = FindTrustStore(store.Current, caller, request.TrustStoreArn);
        var wanted = request.RevocationIds is { IsDefaultOrEmpty: false } named ? [.. named.Select(id => FindRevocation(one, id))] : one.Revocations;
        var (page, next) = Page(nameof(DescribeTrustStoreRevocationsAsync), wanted.OrderBy(r => r.Id), r => FormattableString.Invariant($"{r.Id:D19}"), request.PageSize, request.Marker);
        return Task.FromResult<DescribeTrustStoreRevocationsResponse>(new()
        {
            TrustStoreRevocations = [.. page.Select(r => new DescribeTrustStoreRevocation
            {
                TrustStoreArn = one.Arn, RevocationId = r.Id, RevocationType = RevocationType.Crl, NumberOfRevokedEntries = r.Entries,
            })],
            NextMarker = next,
        });
    }

    private static TrustStoreState FindTrustStore(IReadState state, Caller caller, string arn)
    {
        DemandArn(arn, "truststore", "trust store");
        return IsOf(caller, arn) && state.Find(ElbTables.TrustStores, arn) is { } one ? one : throw new TrustStoreNotFoundException($"Trust store '{arn}' not found");
    }

    private static RevocationState FindRevocation(TrustStoreState one, long id) =>
        one.Revocations.FirstOrDefault(r => r.Id == id) ?? throw new RevocationIdNotFoundException($"Revocation id '{id}' not found");

    private static void DemandTrustStore(IReadState state, Caller caller, MutualState? mutual)
    {
        if (mutual?.TrustStoreArn is { } arn) FindTrustStore(state, caller, arn);
    }

    private static MutualAuthenticationAttributes ToWire(MutualState? mutual) => mutual is not { Mode: "verify" } ? new() { Mode = mutual?.Mode ?? "off" } : new()
    {
        Mode = mutual.Mode, TrustStoreArn = mutual.TrustStoreArn, IgnoreClientCertificateExpiry = mutual.IgnoresExpiry,
        TrustStoreAssociationStatus = TrustStoreAssociationStatusEnum.Active,
        AdvertiseTrustStoreCaNames = mutual.NamesAuthorities ? AdvertiseTrustStoreCaNamesEnum.On : AdvertiseTrustStoreCaNamesEnum.Off,
    };

    private static TrustStore ToWire(TrustStoreState one) => new()
    {
        Name = one.Name, TrustStoreArn = one.Arn, Status = TrustStoreStatus.Active, NumberOfCaCertificates = one.AuthorityCount,
        TotalRevokedEntries = one.Revocations.Sum(r => (long)r.Entries),
    };
}
