using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Ecr.Caching;
using Minato.Ecr.Images;
using Minato.Ecr.Scanning;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Api;

/// <summary>The control plane of a private registry. Pushes and pulls come to <c>Registry/</c>; both share <c>Images/</c>.</summary>
internal sealed partial class EcrApi(
    Store store, LayerUploads uploads, ImagePushes pushes, ImageReads reads, ImageDeletes deletes, EcrEvents events, UpstreamImages upstreams, PullThrough cache,
    ScanFindings findings, PageTokens tokens, Installation installation, TimeProvider clock) : IEcr
{
    private const int DefaultPage = 100;

    /// <summary>The repository a request means, if the caller may do this to it.</summary>
    private RepositoryKey Key(Caller caller, string? registryId, string name, string action)
    {
        var key = new RepositoryKey(registryId ?? caller.AccountId, caller.Region, name);
        RepositoryAccess.Require(store.Current, caller.AccountId, caller.PrincipalArn, key, action);
        return key;
    }

    private async ValueTask<RegistryState> ChangeAsync(Caller caller, Func<RegistryState, RegistryState> change, CancellationToken ct) =>
        await store.UpdateAsync(
            tx =>
            {
                var changed = change(RegistryState.Of(tx, new(caller.AccountId, caller.Region)));
                tx.Put(EcrTables.Registries, changed);
                return changed;
            },
            ct);

    private static Home Home(Caller caller) => new(caller.AccountId, caller.Region);

    private static RepositoryState Repository(IReadState state, RepositoryKey key) =>
        state.Find(EcrTables.Repositories, key) ?? throw Texts.NoRepository(key);

    private async ValueTask<RepositoryState> ChangeAsync(RepositoryKey key, Func<RepositoryState, RepositoryState> change, CancellationToken ct) =>
        await store.UpdateAsync(
            tx =>
            {
                var changed = change(Repository(tx, key));
                tx.Put(EcrTables.Repositories, changed);
                return changed;
            },
            ct);

    /// <summary>A page of what comes after the token's position.</summary>
    private (ImmutableArray<T> Items, string? Next) Page<T>(
        string operation, string? token, int? asked, Func<string?, IEnumerable<T>> after, Func<T, string> position)
    {
        var start = token is null ? null : tokens.Decode(operation, token) ?? throw Texts.BadToken();
        var size = asked ?? DefaultPage;
        var items = after(start).Take(size + 1).ToImmutableArray();
        return items.Length <= size ? (items, null) : (items.RemoveAt(size), tokens.Encode(operation, position(items[size - 1])));
    }
}
