namespace Minato.Engines.Registries;

/// <summary>Pulls from other registries over the OCI distribution protocol, with their token servers, in bounded time.</summary>
public interface IRegistryClient
{
    /// <param name="upstream">The registry.</param>
    /// <param name="name">The repository there.</param>
    /// <param name="reference">A tag or a digest; the bytes of a digest were verified.</param>
    /// <returns>How it ended. Throws only when it is cancelled.</returns>
    ValueTask<ManifestOutcome> ManifestAsync(UpstreamAddress upstream, string name, string reference, CancellationToken ct);

    /// <returns>How it began: the content is read by the caller, who verifies it and disposes of it. Throws only when it is cancelled.</returns>
    ValueTask<BlobOutcome> BlobAsync(UpstreamAddress upstream, string name, string digest, CancellationToken ct);
}

/// <param name="Root">Scheme, host and port.</param>
/// <param name="User">Null: nobody in particular.</param>
/// <param name="Password">With <paramref name="User"/>.</param>
public sealed record UpstreamAddress(Uri Root, string? User = null, string? Password = null)
{
    /// <summary>A password has no business in a log line.</summary>
    public override string ToString() => Root.ToString();
}

public enum UpstreamFailure { NotFound, Denied, TooManyRequests, Unavailable }

public abstract record ManifestOutcome
{
    private ManifestOutcome() { }
    public sealed record Found(ReadOnlyMemory<byte> Bytes, string MediaType, string Digest) : ManifestOutcome;

    /// <param name="Reason">In words.</param>
    public sealed record Failed(UpstreamFailure Failure, string Reason) : ManifestOutcome;
}

public abstract record BlobOutcome
{
    private BlobOutcome() { }
    public sealed record Found(Stream Content) : BlobOutcome;

    /// <inheritdoc cref="ManifestOutcome.Failed"/>
    public sealed record Failed(UpstreamFailure Failure, string Reason) : BlobOutcome;
}
