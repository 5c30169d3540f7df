using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Minato.Ecr.Images;
using Minato.Ecr.State;
using Minato.Engines.Scanning;
using Minato.Platform;

namespace Minato.Ecr.Scanning;

/// <summary>What scans found, kept as blobs beside the images: it can be much.</summary>
internal sealed class ScanFindings(IBlobStore blobs, SmallBlobs small, IWorkQueue<BlobKey> sweeps, IServiceProvider parts)
{
    /// <summary>Of the scanner that is there now; null without one, or while it has no data.</summary>
    public string? DataVersion => parts.GetService<IImageScanner>()?.DataVersion;

    public async ValueTask<ImmutableArray<ScanFinding>> ReadAsync(string digest, CancellationToken ct)
    {
        try
        {
            await using var content = await blobs.OpenReadAsync(digest, ct);
            return await JsonSerializer.DeserializeAsync(content, FindingsJson.Default.ImmutableArrayScanFinding, ct);
        }
        catch (BlobNotFoundException)
        {
            return []; // The image was deleted or scanned again meanwhile.
        }
    }

    /// <summary>Keeps findings, the grave ones first, and records the scan that names them.</summary>
    public async ValueTask RecordAsync(ImmutableArray<ScanFinding> found, Action<Transaction, string> record, CancellationToken ct)
    {
        var sorted = found.OrderByDescending(f => f.Severity).ThenBy(f => f.Vulnerability, StringComparer.Ordinal).ThenBy(f => f.Package, StringComparer.Ordinal).ToImmutableArray();
        var bytes = JsonSerializer.SerializeToUtf8Bytes(sorted, FindingsJson.Default.ImmutableArrayScanFinding);
        var digest = ImagePushes.DigestOf(bytes);
        await small.KeepAsync(bytes, digest, record, ct);
        sweeps.Enqueue(new(digest)); // A scan that was overtaken records nothing.
    }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ImmutableArray<ScanFinding>))]
internal sealed partial class FindingsJson : JsonSerializerContext;
