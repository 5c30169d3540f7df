using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.CloudWatchLogs;

namespace Minato.Logs.Api;

/// <summary>The rules of tags.</summary>
internal static class Tagging
{
    private const int Most = 50;

    public static AwsException TooMany() => new InvalidParameterException("The maximum number of tags per resource is 50.");

    public static ImmutableSortedDictionary<string, string> Add(
        ImmutableSortedDictionary<string, string> tags, ImmutableDictionary<string, string> given, Func<AwsException> tooMany)
    {
        if (given.Keys.Any(k => k.StartsWith("aws:", StringComparison.OrdinalIgnoreCase)))
            throw new InvalidParameterException("Tag keys that start with aws: are reserved for system use.");
        var all = tags.SetItems(given);
        return all.Count <= Most ? all : throw tooMany();
    }
}
