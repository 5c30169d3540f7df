using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Minato.S3.Planning;

/// <summary>What buckets, keys and tags may be called.</summary>
internal static partial class Names
{
    private const int LongestKey = 1024;
    private const int MostObjectTags = 10;
    private const int MostBucketTags = 50;
    private static readonly string[] ReservedStarts = ["xn--", "sthree-", "amzn-s3-demo-"];
    private static readonly string[] ReservedEnds = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

    public static string CheckBucket(string name)
    {
        var isValid = BucketName().IsMatch(name) && !name.Contains("..", StringComparison.Ordinal) && !IPAddress.TryParse(name, out _)
            && !ReservedStarts.Any(s => name.StartsWith(s, StringComparison.Ordinal)) && !ReservedEnds.Any(e => name.EndsWith(e, StringComparison.Ordinal));
        return isValid ? name : throw new S3Exception("InvalidBucketName", "The specified bucket is not valid.", 400, ("BucketName", name));
    }

    /// <summary>
    /// AWS: a key is any text of 1,024 bytes. It may have relative segments as long as they never lead above its beginning; Unicode is not
    /// normalised, so that two keys may look alike.
    /// </summary>
    public static string CheckKey(string key)
    {
        var length = Encoding.UTF8.GetByteCount(key);
        if (length > LongestKey) throw new S3Exception("KeyTooLongError", "Your key is too long", 400, ("Size", $"{length}"), ("MaxSizeAllowed", $"{LongestKey}"));
        var depth = 0;
        foreach (var range in key.AsSpan().Split('/'))
        {
            var segment = key.AsSpan()[range];
            if (segment is ".." && --depth < 0) throw new S3Exception("InvalidURI", "Couldn't parse the specified URI.", 400);
            if (segment is not (".." or "." or "")) depth++;
        }
        return key;
    }

    /// <summary>Tags as a header brings them: a query.</summary>
    public static ImmutableSortedDictionary<string, string> TagsOf(string? header)
    {
        if (header is null) return ImmutableSortedDictionary<string, string>.Empty;
        var pairs = header.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2));
        return ObjectTags(pairs.Select(p => (Decode(p[0]), p.Length > 1 ? Decode(p[1]) : "")));

        static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
    }

    public static ImmutableSortedDictionary<string, string> ObjectTags(IEnumerable<(string Key, string Value)> tags) => Tags(tags, MostObjectTags, "Object tags cannot be greater than 10");

    public static ImmutableSortedDictionary<string, string> BucketTags(IEnumerable<(string Key, string Value)> tags) => Tags(tags, MostBucketTags, "Bucket tag count cannot be greater than 50");

    private static ImmutableSortedDictionary<string, string> Tags(IEnumerable<(string Key, string Value)> tags, int most, string tooMany)
    {
        var all = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in tags)
        {
            if (key.Length is 0 or > 128 || !TagText().IsMatch(key)) throw new S3Exception("InvalidTag", "The TagKey you have provided is invalid", 400, ("TagKey", key));
            if (value.Length > 256 || !TagText().IsMatch(value)) throw new S3Exception("InvalidTag", "The TagValue you have provided is invalid", 400, ("TagKey", key), ("TagValue", value));
            if (key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase)) throw new S3Exception("InvalidTag", "System tags cannot be added/updated by requester", 400, ("TagKey", key));
            if (!all.TryAdd(key, value)) throw new S3Exception("InvalidTag", "Cannot provide multiple Tags with the same key", 400, ("TagKey", key));
        }
        return all.Count <= most ? all.ToImmutable() : throw new S3Exception("BadRequest", tooMany, 400);
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BucketName();

    [GeneratedRegex(@"^[\p{L}\p{Z}\p{N}_.:/=+\-@]*\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TagText();
}
