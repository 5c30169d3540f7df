using System.Collections.Immutable;
using Minato.Contracts.Ecr;
using Minato.Ecr.Planning;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Images;

/// <summary>Makes repositories that nobody asked for by name: on push, by replication, by a pull-through cache.</summary>
internal static class RepositoryCreation
{
    /// <returns>The template with the longest prefix; null when none is for this.</returns>
    public static TemplateState? Template(IReadState state, RepositoryKey repository, RCTAppliedFor purpose) =>
        Prefixes.Of(repository.Name).Append(PrefixKey.Root)
            .Select(p => state.Find(EcrTables.Templates, new(repository.Home, p)))
            .FirstOrDefault(t => t is not null && t.AppliedFor.Contains(purpose));

    /// <summary>AWS: what a template does not say is as CreateRepository has it.</summary>
    public static RepositoryState From(TemplateState? template, RepositoryKey key, DateTimeOffset now) => new()
    {
        Key = key,
        CreatedAt = now,
        Mutability = template?.Mutability ?? ImageTagMutability.Mutable,
        Exclusions = template?.Exclusions ?? [],
        Encryption = template?.Encryption?.EncryptionType ?? EncryptionType.Aes256,
        KmsKey = template?.Encryption?.KmsKey is { Length: > 0 } kmsKey ? kmsKey : null,
        Tags = (template?.Tags ?? []).ToImmutableSortedDictionary(t => t.Key, t => t.Value, StringComparer.Ordinal),
        PolicyText = template?.PolicyText,
        LifecyclePolicyText = template?.LifecyclePolicyText,
    };

    /// <summary>AWS: a push makes a repository only where a template says so.</summary>
    public static async ValueTask EnsureForPushAsync(Store store, RepositoryKey key, TimeProvider clock, CancellationToken ct)
    {
        if (store.Current.Find(EcrTables.Repositories, key) is not null || Template(store.Current, key, RCTAppliedFor.CreateOnPush) is null) return;
        await store.UpdateAsync(
            tx =>
            {
                if (tx.Find(EcrTables.Repositories, key) is null && Template(tx, key, RCTAppliedFor.CreateOnPush) is { } template)
                    tx.Put(EcrTables.Repositories, From(template, key, clock.GetUtcNow()));
            },
            ct);
    }
}
