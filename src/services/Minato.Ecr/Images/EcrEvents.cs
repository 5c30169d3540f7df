using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Minato.Contracts.Ecr;
using Minato.Contracts.Eventbridge;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Images;

/// <summary>Writes what EventBridge is to hear, in the transaction that makes it true; the outbox sends it.</summary>
internal sealed class EcrEvents(IServiceProvider rooms, Ids ids, TimeProvider clock)
{
    private readonly Lazy<bool> _isHeard = new(() => rooms.GetService<IEventbridge>() is not null);

    public void Pushed(Transaction tx, ImageState image, string? tag) => Put(tx, image.Key.Repository.Home, "ECR Image Action", [], json => Action(json, image.Key, tag, "PUSH"));

    public void Deleted(Transaction tx, RepositoryKey repository, IEnumerable<ImageIdentifier> deleted)
    {
        foreach (var id in deleted)
            Put(tx, repository.Home, "ECR Image Action", [], json => Action(json, new(repository, id.ImageDigest ?? ""), id.ImageTag, "DELETE"));
    }

    public void StorageClassChanged(Transaction tx, ImageState image, TargetStorageClass target) => Put(
        tx, image.Key.Repository.Home, "ECR Image Action", [],
        json =>
        {
            Action(json, image.Key, tx.Where(EcrTables.TagsByImage, image.Key).Select(t => t.Key.Tag).FirstOrDefault(), "UPDATE_STORAGE_CLASS");
            json.WriteString("target-storage-class", target.ToWire());
            json.WriteString("manifest-media-type", image.MediaType);
            if (image.ConfigMediaType is { } type) json.WriteString("artifact-media-type", type);
            if (image.ActivatedAt is { } at) json.WriteString("last-activated-at", at.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        });

    public void Replicated(Transaction tx, ReplicationKey key, string tag, bool succeeded)
    {
        var source = key.Image.Repository;
        var target = new RepositoryKey(key.Destination, source.Name);
        Put(
            tx, key.Destination, "ECR Replication Action", [target.Arn],
            json =>
            {
                json.WriteString("result", succeeded ? "SUCCESS" : "FAILED");
                json.WriteString("repository-name", source.Name);
                json.WriteString("image-digest", key.Image.Digest);
                json.WriteString("source-account", source.AccountId);
                json.WriteString("action-type", "REPLICATE");
                json.WriteString("source-region", source.Region);
                json.WriteString("image-tag", tag);
            });
    }

    public void Scanned(Transaction tx, ScanState scan) => Put(
        tx, scan.Key.Repository.Home, "ECR Image Scan", [scan.Key.Repository.Arn],
        json =>
        {
            json.WriteString("scan-status", scan.Status.ToWire());
            json.WriteString("repository-name", scan.Key.Repository.Name);
            Findings(tx, json, scan, total: null);
        });

    /// <summary>AWS: enhanced scans are Inspector's to tell, under the repository's ARN, the first time.</summary>
    public void Inspected(Transaction tx, ScanState scan) => Put(
        tx, scan.Key.Repository.Home, "Inspector2 Scan", [scan.Key.Repository.Arn],
        json =>
        {
            json.WriteString("scan-status", "INITIAL_SCAN_COMPLETE");
            json.WriteString("repository-name", scan.Key.Repository.Arn);
            Findings(tx, json, scan, scan.Counts.Values.Sum());
        },
        "aws.inspector2");

    private static void Findings(Transaction tx, Utf8JsonWriter json, ScanState scan, int? total)
    {
        json.WriteStartObject("finding-severity-counts");
        foreach (var (severity, count) in scan.Counts) json.WriteNumber(severity, count);
        if (total is { } all) json.WriteNumber("TOTAL", all);
        json.WriteEndObject();
        json.WriteString("image-digest", scan.Key.Digest);
        json.WriteStartArray("image-tags");
        foreach (var tag in tx.Where(EcrTables.TagsByImage, scan.Key)) json.WriteStringValue(tag.Key.Tag);
        json.WriteEndArray();
    }

    public void Cached(Transaction tx, CacheRuleState rule, DigestKey image, string tag, bool succeeded) => Put(
        tx, image.Repository.Home, "ECR Pull Through Cache Action", [image.Repository.Arn],
        json =>
        {
            json.WriteString("rule-version", "1");
            json.WriteString("sync-status", succeeded ? "SUCCESS" : "FAILED");
            json.WriteString("ecr-repository-prefix", rule.Key.Prefix);
            json.WriteString("repository-name", image.Repository.Name);
            json.WriteString("upstream-registry-url", rule.UpstreamUrl);
            json.WriteString("image-tag", tag);
            json.WriteString("image-digest", image.Digest);
        });

    public void ScanFrequencyChanged(Transaction tx, RegistryState registry, ImmutableArray<(RepositoryKey Repository, ScanFrequency? Now, ScanFrequency? Before)> changes) => Put(
        tx, registry.Home, "ECR Scan Resource Change", [],
        json =>
        {
            json.WriteString("action-type", "SCAN_FREQUENCY_CHANGE");
            json.WriteStartArray("repositories");
            foreach (var (repository, now, before) in changes)
            {
                json.WriteStartObject();
                json.WriteString("repository-name", repository.Name);
                json.WriteString("repository-arn", repository.Arn);
                json.WriteString("scan-frequency", (now ?? ScanFrequency.Manual).ToWire());
                json.WriteString("previous-scan-frequency", (before ?? ScanFrequency.Manual).ToWire());
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("resource-type", "REPOSITORY");
            json.WriteString("scan-type", registry.ScanType.ToWire());
        });

    // AWS: an image that was pushed by its digest has an empty tag in its event.
    private static void Action(Utf8JsonWriter json, DigestKey image, string? tag, string action)
    {
        json.WriteString("result", "SUCCESS");
        json.WriteString("repository-name", image.Repository.Name);
        json.WriteString("image-digest", image.Digest);
        json.WriteString("action-type", action);
        json.WriteString("image-tag", tag ?? "");
    }

    private void Put(Transaction tx, Home home, string type, ImmutableArray<string> resources, Action<Utf8JsonWriter> write, string source = EventState.FromEcr)
    {
        if (!_isHeard.Value) return;
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        var now = clock.GetUtcNow();
        tx.Put(EcrTables.Events, new EventState
        {
            Key = $"{now.UtcTicks:D19} {ids.Uuid()}", AccountId = home.AccountId, Region = home.Region, Time = now, Source = source, DetailType = type,
            Detail = Encoding.UTF8.GetString(buffer.WrittenSpan), Resources = resources,
        });
    }
}
