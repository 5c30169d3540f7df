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
        if (Value("access_logs.s3.enabled") is not "true") return;
        var bucket = Value("access_logs.s3.bucket");
        if (bucket.Length == 0) throw ElbErrors.Validation("The value of 'access_logs.s3.bucket' cannot be empty when access logs are enabled");
        var isName = bucket.Length is >= ShortestBucket and <= LongestBucket && char.IsAsciiLetterOrDigit(bucket[0])
            && bucket.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.') && !bucket.Contains("..", StringComparison.Ordinal);
        if (!isName) throw ElbErrors.Incompatible($"The S3 bucket name '{bucket}' is not valid");
        var prefix = Value("access_logs.s3.prefix");
        if (prefix.Contains("AWSLogs", StringComparison.Ordinal) || prefix.Contains("..", StringComparison.Ordinal) || prefix.Any(c => c is < ' ' or (char)127))
        {
            throw ElbErrors.Incompatible($"The S3 prefix '{prefix}' is not valid");
        }

        string Value(string key) => Attributes.Value(Attributes.Balancer, attributes, key);
    }
}
