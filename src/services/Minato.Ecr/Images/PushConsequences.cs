using System.Collections.Immutable;
using Minato.Contracts.Ecr;
using Minato.Ecr.Planning;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Images;

/// <summary>What follows from a push, written with it: its event, its copies elsewhere, its scan.</summary>
internal sealed class PushConsequences(EcrEvents events, TimeProvider clock)
{
    public void Pushed(Transaction tx, ImageState image, string? tag)
    {
        events.Pushed(tx, image, tag);
        Replicate(tx, image, tag);
        Scan(tx, image);
    }

    /// <summary>AWS: copies are not copied on.</summary>
    public void Copied(Transaction tx, ImageState image) => Scan(tx, image);

    private void Replicate(Transaction tx, ImageState image, string? tag)
    {
        var repository = image.Key.Repository;
        var rules = RegistryState.Of(tx, repository.Home).Replication;
        if (rules.IsEmpty) return;
        foreach (var home in ReplicationPlanner.Destinations(rules, repository))
        {
            var key = new ReplicationKey(image.Key, home.AccountId, home.Region);
            var before = tx.Find(EcrTables.Replications, key);
            ImmutableArray<string> tags = before is { Status: ReplicationStatus.InProgress } ? before.Tags : [];
            tx.Put(EcrTables.Replications, new ReplicationState
            {
                Key = key, RequestedAt = clock.GetUtcNow(), Tags = tag is null || tags.Contains(tag) ? tags : tags.Add(tag),
            });
        }
    }

    private void Scan(Transaction tx, ImageState image)
    {
        if (!ScanRequests.CanBeScanned(image) || tx.Find(EcrTables.Scans, image.Key) is not null) return;
        var repository = tx.Find(EcrTables.Repositories, image.Key.Repository);
        if (repository is null) return;
        var registry = RegistryState.Of(tx, image.Key.Repository.Home);
        var (frequency, _) = ScanFilters.Of(registry, repository);
        if (frequency is ScanFrequency.ScanOnPush or ScanFrequency.ContinuousScan) tx.Put(EcrTables.Scans, ScanRequests.New(registry, image, frequency.Value, clock.GetUtcNow()));
    }
}

/// <summary>How scans begin.</summary>
internal static class ScanRequests
{
    /// <summary>AWS: container images; no lists, and no artifacts of other kinds.</summary>
    public static bool CanBeScanned(ImageState image) => image is { IsList: false, Subject: null }
        && image.ConfigMediaType is "application/vnd.docker.container.image.v1+json" or "application/vnd.oci.image.config.v1+json";

    public static ScanState New(RegistryState registry, ImageState image, ScanFrequency frequency, DateTimeOffset now) => new()
    {
        Key = image.Key,
        RequestedAt = now,
        Status = registry.ScanType == ScanType.Enhanced ? ScanStatus.Pending : ScanStatus.InProgress,
        IsEnhanced = registry.ScanType == ScanType.Enhanced,
        IsContinuous = frequency == ScanFrequency.ContinuousScan,
    };
}
