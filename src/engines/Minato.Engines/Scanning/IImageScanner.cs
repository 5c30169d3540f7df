namespace Minato.Engines.Scanning;

/// <summary>
/// Looks for known vulnerabilities (and secrets) in an image. It reads what it is given and nothing else; it keeps nothing between calls.
/// The content is whatever somebody pushed: a scanner unpacks it in a place that cannot harm anybody, within <see cref="ScanLimits"/>.
/// </summary>
public interface IImageScanner
{
    /// <summary>What the scanner is called in results, such as <c>minato</c> or <c>trivy</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Names the state of the vulnerability data, and changes when the data does; null while there is none. Images that are scanned continuously are
    /// scanned again when it changes.
    /// </summary>
    string? DataVersion { get; }

    /// <returns>How the scan ended. Throws only for what no caller could act on, and when it is cancelled.</returns>
    ValueTask<ScanOutcome> ScanAsync(ScanRequest request, CancellationToken ct);
}

/// <summary>One image, of one platform: indexes are not scanned, their images are.</summary>
public sealed record ScanRequest
{
    /// <summary>What a person calls the image, for messages: <c>repository@sha256:…</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The manifest's bytes as they were pushed.</summary>
    public required ReadOnlyMemory<byte> Manifest { get; init; }
    public required string ManifestMediaType { get; init; }

    /// <summary>The configuration blob, as the manifest names it.</summary>
    public required ScanBlob Config { get; init; }

    /// <summary>The layers, lowest first; layers that are fetched elsewhere (foreign ones) are missing.</summary>
    public required IReadOnlyList<ScanBlob> Layers { get; init; }

    /// <summary>Access to the bytes.</summary>
    public required IScanSource Source { get; init; }
    public ScanLimits Limits { get; init; } = new();
}

/// <summary>A blob of the image; its bytes are as stored, so layers are usually compressed as the media type says.</summary>
/// <param name="Digest"><c>sha256:…</c> or <c>sha512:…</c>; verified when it was stored.</param>
public sealed record ScanBlob(string Digest, long Size, string? MediaType);

/// <summary>Gives out the blobs of one request.</summary>
public interface IScanSource
{
    /// <summary>A seekable stream the caller disposes of. Several may be open at a time.</summary>
    /// <exception cref="FileNotFoundException">The blob was deleted meanwhile.</exception>
    ValueTask<Stream> OpenAsync(ScanBlob blob, CancellationToken ct);
}

/// <summary>What a scan may cost. Past one of them it ends as <see cref="ScanOutcome.Failed"/> with a reason that names the limit.</summary>
public sealed record ScanLimits
{
    /// <summary>Of all layers, unpacked.</summary>
    public long UnpackedBytes { get; init; } = 16L << 30;

    /// <summary>Entries of all layers' archives.</summary>
    public int Files { get; init; } = 1_000_000;

    /// <summary>Folders below each other.</summary>
    public int Depth { get; init; } = 128;

    /// <summary>Bytes a layer may grow to for each compressed byte.</summary>
    public int Ratio { get; init; } = 1_000;
    public TimeSpan Time { get; init; } = TimeSpan.FromMinutes(10);
}
