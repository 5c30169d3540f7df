using System.Collections.Immutable;
using System.Text.Json;
using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Engines.Gates;
using Minato.Lint;
using Minato.Lint.Images;

namespace Minato.Gates;

/// <summary>What ECR knows of an image: its digest, its findings, its signatures, its configuration.</summary>
internal sealed class EcrFacts(IEcr ecr, Uri endpoint) : IImageFacts
{
    private const int MaxConfig = 8 << 20;
    private const int MaxFindings = 20_000;
    private const int MaxImages = 20; // Of a list.
    private const int MaxSignatures = 50;
    private static readonly HttpClient s_http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(20) };

    public async ValueTask<GateFacts> ReadAsync(GateImage image, GatePolicy policy, Caller caller, CancellationToken ct)
    {
        var facts = new GateFacts { Container = image.Container, Image = image.Image, IsPinned = image.Image.Contains("@sha256:", StringComparison.Ordinal) };
        if (!policy.NeedsRegistry || EcrName.Find(image.Image, caller, endpoint) is not { } name) return facts;
        facts = facts with { IsInRegistry = true };
        var there = new Repository(ecr, caller with { Region = name.Region }, name);
        try
        {
            if (await there.FindAsync(new() { ImageTag = name.Digest is null ? name.Tag : null, ImageDigest = name.Digest }, ct) is not { } found) return facts;
            facts = facts with { Digest = found.ImageId?.ImageDigest };
            if (facts.Digest is not { } digest) return facts;
            var images = await ImagesAsync(there, found, digest, ct);
            return facts with
            {
                Scan = policy.RefuseFindings is null ? facts.Scan : await ScanAsync(there, images, ct),
                Lint = policy.RefuseLint is null ? null : await LintAsync(there, image.Image, images, ct),
                Signature = policy.Keys.IsEmpty ? null : await SignatureAsync(there, digest, policy, ct),
            };
        }
        catch (AwsException e)
        {
            return facts with { Trouble = $"{e.Code}: {e.Message}" };
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or KeyNotFoundException or InvalidOperationException or IOException || (e is TaskCanceledException && !ct.IsCancellationRequested))
        {
            return facts with { Trouble = e.Message };
        }
    }

    /// <summary>The image itself, or all images of a list: nobody knows yet which of them a task will run.</summary>
    private static async ValueTask<IReadOnlyList<Image>> ImagesAsync(Repository there, Image found, string digest, CancellationToken ct)
    {
        using var manifest = JsonDocument.Parse(found.ImageManifest ?? "{}");
        if (!manifest.RootElement.TryGetProperty("manifests", out var list) || list.ValueKind is not JsonValueKind.Array) return [found];
        // What builders tell of their work stands in the list too, as for an unknown system.
        var named = list.EnumerateArray().Where(m => !(m.TryGetProperty("platform", out var p) && p.TryGetProperty("os", out var os) && os.GetString() == "unknown"))
            .Select(m => m.GetProperty("digest").GetString()).ToList();
        if (named.Count is 0 or > MaxImages) throw new IOException($"the list {digest} names {named.Count} images; 1 to {MaxImages} are checked.");
        var images = new List<Image>();
        foreach (var one in named) images.Add(await there.FindAsync(new() { ImageDigest = one }, ct) ?? throw new IOException($"{one} of the list {digest} is not in its repository."));
        return images;
    }

    /// <summary>The worst of all.</summary>
    private static async ValueTask<ScanFact> ScanAsync(Repository there, IReadOnlyList<Image> images, CancellationToken ct)
    {
        var scans = new List<ScanFact>();
        foreach (var image in images) scans.Add(await ScanAsync(there, image.ImageId?.ImageDigest ?? "", ct));
        return scans.Find(s => s.State is ScanState.Failed or ScanState.Missing) ?? scans.Find(s => s.State is ScanState.InProgress)
            ?? new(ScanState.Complete) { Findings = [.. scans.SelectMany(s => s.Findings).Distinct()] };
    }

    private static async ValueTask<ScanFact> ScanAsync(Repository there, string digest, CancellationToken ct)
    {
        var findings = ImmutableArray.CreateBuilder<ScannedFinding>();
        string? next = null;
        do
        {
            DescribeImageScanFindingsResponse page;
            try
            {
                page = await there.FindingsAsync(digest, next, ct);
            }
            catch (ScanNotFoundException)
            {
                return await StartAsync(there, digest, ct);
            }

            var (status, words) = (page.ImageScanStatus?.Status, page.ImageScanStatus?.Description);
            if (status is ScanStatus.InProgress or ScanStatus.Pending) return new(ScanState.InProgress);
            if (status is not (ScanStatus.Complete or ScanStatus.Active)) return new(ScanState.Failed, words ?? status?.ToWire());
            foreach (var finding in page.ImageScanFindings?.Findings ?? []) findings.Add(new(finding.Name ?? "", finding.Severity?.ToWire() ?? "UNDEFINED"));
            foreach (var finding in page.ImageScanFindings?.EnhancedFindings ?? []) findings.Add(new(finding.PackageVulnerabilityDetails?.VulnerabilityId ?? finding.Title ?? "", finding.Severity ?? "UNDEFINED"));
            next = page.NextToken;
        }
        while (next is not null && findings.Count < MaxFindings);

        return new(ScanState.Complete) { Findings = findings.ToImmutable() };
    }

    // What nobody scanned yet is scanned now: the deployment waits for it.
    private static async ValueTask<ScanFact> StartAsync(Repository there, string digest, CancellationToken ct)
    {
        try
        {
            await there.StartScanAsync(digest, ct);
            return new(ScanState.InProgress);
        }
        catch (AwsException e)
        {
            return new(ScanState.Missing, $"{e.Code}: {e.Message}");
        }
    }

    // The configuration and the history alone: what the layers hold is the scan's to tell.
    private static async ValueTask<ImmutableArray<LintFinding>?> LintAsync(Repository there, string name, IReadOnlyList<Image> images, CancellationToken ct)
    {
        var findings = new List<LintFinding>();
        foreach (var image in images)
        {
            using var manifest = JsonDocument.Parse(image.ImageManifest ?? "{}");
            if (!manifest.RootElement.TryGetProperty("config", out var config) || config.GetProperty("digest").GetString() is not { } digest) return null;
            using var json = JsonDocument.Parse(await there.BlobAsync(digest, MaxConfig, ct));
            findings.AddRange(ImageRules.Check(ConfigReader.Read(name, json.RootElement)));
        }

        return [.. findings.Distinct()];
    }

    private static async ValueTask<SignatureFact> SignatureAsync(Repository there, string digest, GatePolicy policy, CancellationToken ct)
    {
        var count = 0;
        await foreach (var manifest in there.SignaturesAsync(digest, ct))
        {
            using var json = JsonDocument.Parse(manifest);
            if (!json.RootElement.TryGetProperty("layers", out var layers) || layers.ValueKind is not JsonValueKind.Array) continue;
            foreach (var layer in layers.EnumerateArray())
            {
                if (layer.GetProperty("mediaType").GetString() != CosignSignature.LayerType || !layer.TryGetProperty("annotations", out var annotations)) continue;
                if (!annotations.TryGetProperty(CosignSignature.Annotation, out var signature) || ++count > MaxSignatures) continue;
                var payload = await there.BlobAsync(layer.GetProperty("digest").GetString() ?? "", CosignSignature.MaxPayload, ct);
                if (CosignSignature.IsValid(payload, signature.GetString() ?? "", digest, policy.Keys)) return new(true, count);
            }
        }

        return new(false, count);
    }

    /// <summary>One repository, as one caller.</summary>
    private sealed class Repository(IEcr ecr, Caller caller, EcrName name)
    {
        private const int MaxReferrers = 50;

        public async ValueTask<Image?> FindAsync(ImageIdentifier id, CancellationToken ct)
        {
            var answer = await ecr.BatchGetImageAsync(new() { RegistryId = name.Registry, RepositoryName = name.Repository, ImageIds = [id] }, caller, ct);
            return answer.Images is [var image, ..] ? image : null;
        }

        public Task<DescribeImageScanFindingsResponse> FindingsAsync(string digest, string? next, CancellationToken ct) => ecr.DescribeImageScanFindingsAsync(
            new() { RegistryId = name.Registry, RepositoryName = name.Repository, ImageId = new() { ImageDigest = digest }, NextToken = next, MaxResults = 1000 }, caller, ct);

        public Task StartScanAsync(string digest, CancellationToken ct) =>
            ecr.StartImageScanAsync(new() { RegistryId = name.Registry, RepositoryName = name.Repository, ImageId = new() { ImageDigest = digest } }, caller, ct);

        /// <summary>Manifests of what refers to the image, and of the tag beside it.</summary>
        public async IAsyncEnumerable<string> SignaturesAsync(string digest, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
        {
            if (await FindAsync(new() { ImageTag = CosignSignature.TagOf(digest) }, ct) is { ImageManifest: { } beside }) yield return beside;
            var referrers = (await ecr.ListImageReferrersAsync(new() { RegistryId = name.Registry, RepositoryName = name.Repository, SubjectId = new() { ImageDigest = digest } }, caller, ct)).Referrers ?? [];
            foreach (var referrer in referrers.Take(MaxReferrers))
            {
                if (await FindAsync(new() { ImageDigest = referrer.Digest }, ct) is { ImageManifest: { } manifest }) yield return manifest;
            }
        }

        public async ValueTask<byte[]> BlobAsync(string digest, int max, CancellationToken ct)
        {
            var there = await ecr.GetDownloadUrlForLayerAsync(new() { RegistryId = name.Registry, RepositoryName = name.Repository, LayerDigest = digest }, caller, ct);
            using var answer = await s_http.GetAsync(there.DownloadUrl, HttpCompletionOption.ResponseHeadersRead, ct);
            answer.EnsureSuccessStatusCode();
            await using var stream = await answer.Content.ReadAsStreamAsync(ct);
            using var bytes = new MemoryStream();
            var buffer = new byte[16 << 10];
            while (await stream.ReadAsync(buffer, ct) is > 0 and var count)
            {
                if (bytes.Length + count > max) throw new IOException($"{digest} is longer than {max} bytes.");
                bytes.Write(buffer, 0, count);
            }

            return bytes.ToArray();
        }
    }
}
