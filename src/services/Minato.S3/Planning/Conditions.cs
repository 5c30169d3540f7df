using Minato.S3.State;

namespace Minato.S3.Planning;

/// <summary>What a request makes its success depend on.</summary>
internal sealed record Conditions(string? IfMatch, string? IfNoneMatch, DateTimeOffset? IfModifiedSince = null, DateTimeOffset? IfUnmodifiedSince = null)
{
    /// <summary>AWS: a match that holds outweighs the times; a mismatch of <c>If-None-Match</c> outweighs <c>If-Modified-Since</c>.</summary>
    /// <exception cref="S3Exception">412, or 304.</exception>
    public void CheckRead(VersionState version)
    {
        if (IfMatch is not null && !Matches(IfMatch, version.ETag)) throw S3Errors.Precondition("If-Match");
        if (IfMatch is null && IfUnmodifiedSince < Seconds(version.ModifiedAt)) throw S3Errors.Precondition("If-Unmodified-Since");
        var unchanged = IfNoneMatch is not null ? Matches(IfNoneMatch, version.ETag) : IfModifiedSince >= Seconds(version.ModifiedAt);
        if (unchanged) throw S3Errors.NotModified().With("ETag", $"\"{version.ETag}\"").With("Last-Modified", version.ModifiedAt.ToString("R"));
    }

    /// <summary>Of the source of a copy: there is no 304 to answer.</summary>
    public void CheckSource(VersionState version)
    {
        if (IfMatch is not null && !Matches(IfMatch, version.ETag)) throw S3Errors.Precondition("x-amz-copy-source-If-Match");
        if (IfMatch is null && IfUnmodifiedSince < Seconds(version.ModifiedAt)) throw S3Errors.Precondition("x-amz-copy-source-If-Unmodified-Since");
        if (IfNoneMatch is not null && Matches(IfNoneMatch, version.ETag)) throw S3Errors.Precondition("x-amz-copy-source-If-None-Match");
        if (IfNoneMatch is null && IfModifiedSince >= Seconds(version.ModifiedAt)) throw S3Errors.Precondition("x-amz-copy-source-If-Modified-Since");
    }

    /// <param name="latest">What the key holds before the write.</param>
    public void CheckWrite(VersionState? latest, string key)
    {
        var there = latest is { IsDeleteMarker: false } ? latest : null;
        if (IfNoneMatch is not (null or "*")) throw S3Errors.NotImplemented("If-None-Match");
        if (IfNoneMatch is "*" && there is not null) throw S3Errors.Precondition("If-None-Match");
        if (IfMatch is null) return;
        if (there is null) throw S3Errors.NoSuchKey(key);
        if (!Matches(IfMatch, there.ETag)) throw S3Errors.Precondition("If-Match");
    }

    private static bool Matches(string header, string etag) =>
        header.Split(',', StringSplitOptions.TrimEntries).Any(tag => tag is "*" || (tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag).Trim('"') == etag);

    // Headers have no fractions.
    private static DateTimeOffset Seconds(DateTimeOffset at) => new(at.UtcTicks - at.UtcTicks % TimeSpan.TicksPerSecond, TimeSpan.Zero);
}
