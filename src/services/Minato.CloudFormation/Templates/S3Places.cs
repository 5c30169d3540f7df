using System.Text.RegularExpressions;

namespace Minato.CloudFormation.Templates;

/// <summary>Addresses of objects in S3: AWS's own forms, this endpoint's with the bucket in the path, and s3://.</summary>
internal static partial class S3Places
{
    public static (string Bucket, string Key)? Read(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri)) return null;
        var path = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/'));
        if (uri.Scheme is "s3") return path.Length > 0 ? (uri.Host, path) : null;
        if (uri.Scheme is not ("http" or "https")) return null;
        if (BucketHost().Match(uri.Host) is { Success: true } host) return path.Length > 0 ? (host.Groups["bucket"].Value, path) : null;
        // s3.amazonaws.com, and whatever name this endpoint goes by.
        return path.Split('/', 2) is [{ Length: > 0 } bucket, { Length: > 0 } key] ? (bucket, key) : null;
    }

    [GeneratedRegex(@"^(?<bucket>[a-z0-9][a-z0-9.-]+)\.s3(?:[.-][a-z0-9-]+)?\.(?:amazonaws\.com|localhost)$", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BucketHost();
}
