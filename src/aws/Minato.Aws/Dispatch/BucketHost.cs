namespace Minato.Aws.Dispatch;

/// <summary>Names of hosts that mean S3, with the bucket before them: <c>b.s3.localhost</c>, <c>b.s3.eu-west-1.amazonaws.com</c>.</summary>
public static class BucketHost
{
    private const string Amazon = ".amazonaws.com";
    private const string Local = ".localhost";

    /// <param name="bucket">Null where the path begins with it.</param>
    /// <returns>Whether the host is S3's.</returns>
    public static bool IsMeant(string host, out string? bucket)
    {
        bucket = null;
        var rest = Without(host, Amazon) ?? Without(host, Local);
        if (rest is null) return false;
        var labels = rest.Split('.');
        // A bucket's name may have dots, and even be "s3": the last label of that name is the service.
        var at = Array.FindLastIndex(labels, l => l is "s3" || l.StartsWith("s3-", StringComparison.Ordinal));
        if (at < 0 || labels.Length - at > 3) return false;
        bucket = at == 0 ? null : string.Join('.', labels[..at]);
        return true;
    }

    /// <summary>The path with the bucket in it, wherever the client has put its name.</summary>
    /// <param name="isSigned">For S3: then <c>b.localhost</c> will do, which SDKs make of an endpoint called localhost.</param>
    public static string PathOf(string host, string path, bool isSigned)
    {
        if (!IsMeant(host, out var bucket) && isSigned) bucket = Without(host, Local);
        return bucket is null ? path : $"/{bucket}{path}";
    }

    private static string? Without(string host, string suffix) => host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase) ? host[..^suffix.Length] : null;
}
