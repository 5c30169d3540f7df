using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.Planning;
using Minato.Ecr.Scanning;
using Minato.Ecr.State;
using Minato.Engines.Scanning;
using Minato.Platform;

namespace Minato.Ecr.Reconcile;

/// <summary>Scans images that are to be scanned, and again those that are scanned continuously when the vulnerability data has changed.</summary>
internal sealed partial class ScanReconciler(
    Store store, IBlobStore blobs, ImageReads reads, ScanFindings findings, EcrEvents events, IServiceProvider parts, TimeProvider clock, ILogger<ScanReconciler> log)
    : IReconciler<ScanKey>
{
    private static readonly TimeSpan s_lookForData = TimeSpan.FromHours(1);

    public async ValueTask<Next> ReconcileAsync(ScanKey key, CancellationToken ct)
    {
        if (store.Current.Find(EcrTables.Scans, key.Image) is not { } scan) return Next.Done;
        if (store.Current.Find(EcrTables.Images, key.Image) is not { } image) return Next.Done; // Its scan goes with it.
        if (image.Status != ImageStatus.Active)
        {
            if (scan.Status != ScanStatus.ImageArchived) await EndAsync(scan, scan with { Status = ScanStatus.ImageArchived, Description = null }, ct);
            return Next.Done;
        }

        var isWanted = scan.Status is ScanStatus.InProgress or ScanStatus.Pending or ScanStatus.ImageArchived;
        var isStale = scan.IsContinuous && findings.DataVersion is { } version && version != scan.DataVersion;
        if (isWanted || isStale) await ScanAsync(scan, image, ct);
        return scan.IsContinuous ? Next.After(s_lookForData) : Next.Done;
    }

    private async ValueTask ScanAsync(ScanState scan, ImageState image, CancellationToken ct)
    {
        if (parts.GetService<IImageScanner>() is not { } scanner)
        {
            await EndAsync(scan, scan with { Status = ScanStatus.Failed, Description = "This registry has no image scanner." }, ct);
            return;
        }

        var version = scanner.DataVersion;
        var outcome = await scanner.ScanAsync(await RequestAsync(image, ct), ct);
        LogScanned(image.Key, outcome.GetType().Name);
        await (outcome switch
        {
            ScanOutcome.Completed completed => CompleteAsync(scan with { DataVersion = version }, scan, completed, ct),
            ScanOutcome.Unsupported unsupported => EndAsync(scan, scan with
            {
                Status = scan.IsEnhanced ? ScanStatus.UnsupportedImage : ScanStatus.Failed, Description = $"UnsupportedImageError: {unsupported.Reason}", DataVersion = version,
            }, ct),
            ScanOutcome.Failed failed => EndAsync(scan, scan with { Status = ScanStatus.Failed, Description = failed.Reason, DataVersion = version }, ct),
            _ => throw new InvalidOperationException($"{scanner.Name} ended with {outcome}."),
        });
    }

    private async ValueTask<ScanRequest> RequestAsync(ImageState image, CancellationToken ct)
    {
        var bytes = await reads.ManifestAsync(image, ct);
        var manifest = Manifest.Parse(bytes, image.MediaType);
        var config = manifest.Config ?? throw new InvalidOperationException($"{image.Key} has no configuration to scan.");
        return new()
        {
            Name = $"{image.Key.Repository.Name}@{image.Key.Digest}",
            Manifest = bytes,
            ManifestMediaType = image.MediaType,
            Config = new(config.Digest, config.Size, config.MediaType),
            Layers = [.. manifest.Layers.Where(l => !l.IsForeign).Select(l => new ScanBlob(l.Digest, l.Size, l.MediaType))],
            Source = new BlobSource(blobs),
        };
    }

    private ValueTask CompleteAsync(ScanState scan, ScanState seen, ScanOutcome.Completed outcome, CancellationToken ct)
    {
        ImmutableArray<ScanFinding> found = [.. outcome.Findings, .. outcome.Secrets.Select(AsFinding)];
        return findings.RecordAsync(
            found,
            (tx, digest) => End(tx, seen, scan with
            {
                Status = scan.IsEnhanced && scan.IsContinuous ? ScanStatus.Active : ScanStatus.Complete,
                Description = scan.IsEnhanced && scan.IsContinuous ? "Continuous scan is selected for image." : "The scan was completed successfully.",
                CompletedAt = clock.GetUtcNow(),
                SourceUpdatedAt = outcome.SourceUpdatedAt,
                Findings = digest,
                Counts = found.GroupBy(f => FindingShapes.Severity(f.Severity).ToWire()).ToImmutableSortedDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal),
            }),
            ct);
    }

    private static ScanFinding AsFinding(ScanSecret secret) => new()
    {
        Vulnerability = $"SECRET-{secret.Kind}", Severity = secret.Severity, Package = "", Version = "", PackageManager = "secret", FilePath = secret.Place,
        LayerDigest = secret.LayerDigest, Title = $"A secret ({secret.Kind}) is part of the image.", Description = $"A secret ({secret.Kind}) is part of the image, at {secret.Place}.",
    };

    private async ValueTask EndAsync(ScanState seen, ScanState scan, CancellationToken ct) => await store.UpdateAsync(tx => End(tx, seen, scan), ct);

    private void End(Transaction tx, ScanState seen, ScanState scan)
    {
        if (!ReferenceEquals(tx.Find(EcrTables.Scans, seen.Key), seen)) return; // Asked for anew, or gone with its image.
        tx.Put(EcrTables.Scans, scan);
        if (scan.Status is not (ScanStatus.Complete or ScanStatus.Active)) return;
        if (!scan.IsEnhanced) events.Scanned(tx, scan);
        else if (seen.CompletedAt is null) events.Inspected(tx, scan);
    }

    [LoggerMessage(6020, LogLevel.Information, "Scan of {Image}: {Outcome}")]
    private partial void LogScanned(DigestKey image, string outcome);

    private sealed class BlobSource(IBlobStore blobs) : IScanSource
    {
        public async ValueTask<Stream> OpenAsync(ScanBlob blob, CancellationToken ct)
        {
            try
            {
                return await blobs.OpenReadAsync(blob.Digest, ct);
            }
            catch (BlobNotFoundException e)
            {
                throw new FileNotFoundException(e.Message, blob.Digest, e);
            }
        }
    }
}
