using System.Collections.Immutable;
using System.Globalization;
using Minato.Elb.Api;
using Minato.Elb.State;

namespace Minato.Elb.Planning;

/// <summary>Which attributes of a load balancer go together.</summary>
internal static class BalancerAttributes
{
    private const int LongestBucket = 63;
    private const int ShortestBucket = 3;

    public static void Demand(BalancerState before, BalancerState after)
    {
        foreach (var kind in LogKind.All) Demand(after.Attributes, kind);
        if (!after.IsNetwork || SecondaryOf(after) >= SecondaryOf(before)) return;
        // AWS: addresses that were given are not taken away.
        throw ElbErrors.Incompatible($"The value of '{NetworkAttributes.SecondaryAddresses}' cannot be decreased from '{SecondaryOf(before)}' to '{SecondaryOf(after)}'");
    }

    private static int SecondaryOf(BalancerState balancer) =>
        int.Parse(Attributes.Value(NetworkAttributes.Of(balancer), balancer.Attributes, NetworkAttributes.SecondaryAddresses), CultureInfo.InvariantCulture);

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
