using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Api;

/// <summary>The control plane of a private registry. Pushes and pulls come to <c>Registry/</c>; both share <c>Images/</c>.</summary>
internal sealed partial class EcrApi(
    Store store, LayerUploads uploads, ImagePushes pushes, ImageReads reads, PageTokens tokens, Installation installation,
    TimeProvider clock) : IEcr
{
    private const int DefaultPage = 100;

    /// <summary>The repository a request means. Other accounts' registries open with policies, which are not evaluated yet.</summary>
    private static RepositoryKey Key(Caller caller, string? registryId, string name, string action)
    {
        var key = new RepositoryKey(registryId ?? caller.AccountId, caller.Region, name);
        return key.AccountId == caller.AccountId ? key : throw new AwsException(
            "AccessDeniedException",
            $"User: {caller.PrincipalArn} is not authorized to perform: ecr:{action} on resource: {key.Arn} because no resource-based policy allows the ecr:{action} action");
    }

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
