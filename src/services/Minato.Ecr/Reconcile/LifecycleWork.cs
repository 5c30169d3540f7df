using System.Collections.Immutable;
using Minato.Contracts.Ecr;
using Minato.Ecr.Api;
using Minato.Ecr.Images;
using Minato.Ecr.Planning;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Reconcile;

/// <summary>What lifecycle rules would do to a repository now.</summary>
internal sealed class LifecycleWork(Store store, ImageUse use, TimeProvider clock)
{
    public async ValueTask<ImmutableArray<LifecycleMove>> PlanAsync(RepositoryKey repository, string policy, CancellationToken ct)
    {
        var expiresUsed = store.Current.Find(EcrTables.Settings, SettingState.KeyOf(repository.Home, EcrApi.ImagesInUse))?.Value == "EXPIRE";
        var used = expiresUsed ? ImmutableDictionary<string, string>.Empty : await use.FindAsync(repository, ct);
        return LifecyclePlanner.Plan(LifecycleRule.ReadAll(policy), Read(store.Current, repository, used), clock.GetUtcNow());
    }

    internal static List<LifecycleImage> Read(IReadState state, RepositoryKey repository, IReadOnlyDictionary<string, string> used)
    {
        var lists = state.Where(EcrTables.Lists, repository).ToList();
        var listed = lists.SelectMany(l => l.Manifests).ToHashSet(StringComparer.Ordinal);
        var held = new Dictionary<string, string>(used, StringComparer.Ordinal);
        foreach (var list in lists)
        {
            // A list is needed while one of its images is.
            if (list.Manifests.FirstOrDefault(held.ContainsKey) is { } needed) held.TryAdd(list.Key.Digest, held[needed]);
        }

        return [.. state.Where(EcrTables.ImagesByRepository, repository).Select(i => new LifecycleImage
        {
            Digest = i.Key.Digest,
            PushedAt = i.PushedAt,
            Tags = [.. state.Where(EcrTables.TagsByImage, i.Key).Select(t => t.Key.Tag)],
            LastPulledAt = i.LastPulledAt,
            ArchivedAt = i.ArchivedAt,
            ActivatedAt = i.ActivatedAt,
            IsArchived = i.Status == ImageStatus.Archived,
            IsListed = listed.Contains(i.Key.Digest),
            Subject = i.Subject is { } subject && state.Find(EcrTables.Images, new(repository, subject)) is not null ? subject : null,
            InUseBy = held.GetValueOrDefault(i.Key.Digest),
        })];
    }
}

/// <summary>Fills previews of lifecycle policies.</summary>
internal sealed class PreviewReconciler(Store store, LifecycleWork work) : IReconciler<PreviewKey>
{
    public async ValueTask<Next> ReconcileAsync(PreviewKey key, CancellationToken ct)
    {
        if (store.Current.Find(EcrTables.Previews, key.Repository) is not { Status: LifecyclePolicyPreviewStatus.InProgress } seen) return Next.Done;
        var moves = await work.PlanAsync(key.Repository, seen.PolicyText, ct);
        await store.UpdateAsync(
            tx =>
            {
                tx.Expect(EcrTables.Previews, key.Repository, seen);
                tx.Put(EcrTables.Previews, seen with { Status = LifecyclePolicyPreviewStatus.Complete, Results = [.. moves.Select(ToWire)] });
            },
            ct);
        return Next.Done;
    }

    // An image that somebody needs is shown with the rule that would take it, and no action.
    private static LifecyclePolicyPreviewResult ToWire(LifecycleMove move) => new()
    {
        ImageDigest = move.Image.Digest,
        ImageTags = move.Image.Tags.IsEmpty ? null : move.Image.Tags,
        ImagePushedAt = move.Image.PushedAt,
        StorageClass = move.Image.IsArchived ? LifecyclePolicyStorageClass.Archive : LifecyclePolicyStorageClass.Standard,
        AppliedRulePriority = move.Priority,
        Action = move.HeldBy is not null ? null : move.Archives
            ? new() { Type = ImageActionType.Transition, TargetStorageClass = LifecyclePolicyTargetStorageClass.Archive } : new() { Type = ImageActionType.Expire },
    };
}

/// <summary>Carries lifecycle policies out: at once when one is put, then every hour (AWS: within 24 hours).</summary>
internal sealed class LifecycleReconciler(Store store, LifecycleWork work, ImageDeletes deletes, EcrEvents events, TimeProvider clock) : IReconciler<LifecycleKey>
{
    private static readonly TimeSpan s_every = TimeSpan.FromHours(1);
    private const int MostAtATime = 500; // Images in one transaction.

    public async ValueTask<Next> ReconcileAsync(LifecycleKey key, CancellationToken ct)
    {
        if (store.Current.Find(EcrTables.Repositories, key.Repository) is not { LifecyclePolicyText: { } policy } repository) return Next.Done;
        var now = clock.GetUtcNow();
        if (repository.LifecycleEvaluatedAt + s_every is { } next && next > now) return Next.At(next);
        var moves = await work.PlanAsync(key.Repository, policy, ct);
        foreach (var part in moves.Where(m => m.HeldBy is null).Chunk(MostAtATime)) await store.UpdateAsync(tx => Apply(tx, key.Repository, policy, part, now), ct);
        await store.UpdateAsync(
            tx =>
            {
                if (tx.Find(EcrTables.Repositories, key.Repository) is { LifecyclePolicyText: { } text } current && text == policy)
                    tx.Put(EcrTables.Repositories, current with { LifecycleEvaluatedAt = now });
            },
            ct);
        return Next.At(now + s_every);
    }

    private void Apply(Transaction tx, RepositoryKey repository, string policy, LifecycleMove[] moves, DateTimeOffset now)
    {
        if (tx.Find(EcrTables.Repositories, repository)?.LifecyclePolicyText != policy) return; // Somebody thought better of it.
        foreach (var move in moves)
        {
            if (tx.Find(EcrTables.Images, new(repository, move.Image.Digest)) is not { } image || !IsAsPlanned(tx, image, move.Image)) continue;
            if (!move.Archives)
            {
                deletes.Delete(tx, image, now);
                continue;
            }

            var archived = image with { Status = ImageStatus.Archived, ArchivedAt = now };
            tx.Put(EcrTables.Images, archived);
            events.StorageClassChanged(tx, archived, TargetStorageClass.Archive);
        }
    }

    // A tag or a list that came meanwhile may have changed the rule that it falls under: the next evaluation sees it.
    private static bool IsAsPlanned(Transaction tx, ImageState image, LifecycleImage planned) =>
        image.PushedAt == planned.PushedAt && image.ActivatedAt == planned.ActivatedAt && (image.Status == ImageStatus.Archived) == planned.IsArchived
        && tx.Where(EcrTables.TagsByImage, image.Key).Select(t => t.Key.Tag).SequenceEqual(planned.Tags)
        && (planned.Subject is not null || !tx.Where(EcrTables.Lists, image.Key.Repository).Any(l => l.Manifests.Contains(image.Key.Digest)));
}
