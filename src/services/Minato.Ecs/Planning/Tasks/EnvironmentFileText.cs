using System.Collections.Immutable;
using Minato.Aws;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>A file of <c>VAR=VALUE</c> lines in S3.</summary>
internal static class EnvironmentFileText
{
    /// <returns>Null for what is not the ARN of an object.</returns>
    public static (string Bucket, string Key)? Locate(string value) =>
        Arn.TryParse(value, out var arn) && arn.Service == "s3" && arn.Resource.Split('/', 2) is [{ Length: > 0 } bucket, { Length: > 0 } key]
            ? (bucket, key) : null;

    // AWS: no quotes, no escapes, no continuation: the value is the rest of the line.
    public static IEnumerable<KeyValuePair<string, string>> Read(string text)
    {
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.TrimEnd('\r');
            if (line.StartsWith('#') || line.IndexOf('=', StringComparison.Ordinal) is not (> 0 and var equals)) continue;
            yield return new(line[..equals], line[(equals + 1)..]);
        }
    }

    /// <summary>AWS: of two files that name a variable the earlier wins.</summary>
    public static ImmutableSortedDictionary<string, string> Merge(IEnumerable<string> files)
    {
        var all = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            foreach (var (name, value) in Read(file).Reverse().DistinctBy(v => v.Key)) all.TryAdd(name, value);
        }

        return all.ToImmutable();
    }
}
