using System.Collections.Immutable;
using Minato.Elb.Api;

namespace Minato.Elb.Planning;

/// <summary>Which attributes of a load balancer go together.</summary>
internal static class BalancerAttributes
{
    private const int LongestBucket = 63;
    private const int ShortestBucket = 3;

    public static void Demand(ImmutableSortedDictionary<string, string> attributes)
    {
        foreach (var kind in LogKind.All) Demand(attributes, kind);
    }

    private static void Demand(ImmutableSortedDictionary<string, string> attributes, LogKind kind)
    {
        if (!kind.IsOn(attributes)) return;
        var bucket = kind.Bucket(attributes);
        if (bucket.Length == 0) throw ElbErrors.Validation($"The value of '{kind.Key}.s3.bucket' cannot be empty when {kind.Words} are enabled");
        var isName = bucket.Length is >= ShortestBucket and <= LongestBucket && char.IsAsciiLetterOrDigit(bucket[0])
            && bucket.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.') && !bucket.Contains("..", StringComparison.Ordinal);
        if (!isName) throw ElbErrors.Incompatible($"The S3 bucket name '{bucket}' is not valid");
        var prefix = kind.Prefix(attributes);
        if (prefix.Contains("AWSLogs", StringComparison.Ordinal) || prefix.Contains("..", StringComparison.Ordinal) || prefix.Any(c => c is < ' ' or (char)127))
        {
            throw ElbErrors.Incompatible($"The S3 prefix '{prefix}' is not valid");
        }
    }
}
