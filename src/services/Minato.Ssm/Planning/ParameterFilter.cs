using System.Collections.Immutable;
using Minato.Contracts.Ssm;
using Minato.Ssm.State;

namespace Minato.Ssm.Planning;

/// <summary>The filters of DescribeParameters and GetParametersByPath: all must hold, one value of each is enough.</summary>
internal static class ParameterFilter
{
    private const string Equal = "Equals";

    /// <summary>Those that GetParametersByPath takes.</summary>
    public static readonly ImmutableArray<string> OfPath = ["Type", "KeyId", "Label"];

    /// <summary>Those that DescribeParameters takes, beside <c>tag:</c> and a key.</summary>
    public static readonly ImmutableArray<string> OfDescription = ["Name", "Path", "Type", "KeyId", "Tier", "DataType"];

    /// <exception cref="InvalidFilterKey">The operation has no such filter.</exception>
    /// <exception cref="InvalidFilterOption">The filter is not compared that way.</exception>
    public static void Check(ImmutableArray<ParameterStringFilter>? filters, ImmutableArray<string> allowed, bool tags)
    {
        foreach (var filter in filters ?? [])
        {
            var isTag = tags && filter.Key.StartsWith("tag:", StringComparison.Ordinal);
            if (!isTag && !allowed.Contains(filter.Key))
                throw new InvalidFilterKey($"The following filter key is not valid: {filter.Key}. Valid filter keys include: [{string.Join(", ", allowed)}].");
            string[] options = filter.Key switch
            {
                "Path" => ["Recursive", "OneLevel"],
                "Name" => [Equal, "BeginsWith", "Contains"],
                _ => [Equal, "BeginsWith"],
            };
            if (filter.Option is { } option && !options.Contains(option, StringComparer.Ordinal))
                throw new InvalidFilterOption($"The following filter option is not valid: {option}. Valid options include: [{string.Join(", ", options)}].");
            if (filter.Values is not { Length: > 0 } && !isTag)
                throw new InvalidFilterValue("The following filter values are missing : null for filter key " + filter.Key);
        }
    }

    public static bool Matches(ParameterState parameter, ImmutableArray<ParameterStringFilter>? filters) =>
        (filters ?? []).All(f => f.Key == "Path"
            ? (f.Values ?? []).Any(v => IsUnder(parameter.Key.Name, v, f.Option == "Recursive"))
            : f.Values is not { Length: > 0 } values ? Texts(parameter, f.Key).Any() : values.Any(v => Texts(parameter, f.Key).Any(t => Compare(t, v, f.Option))));

    /// <summary>Whether a name stands in a hierarchy, directly or at any depth.</summary>
    public static bool IsUnder(string name, string path, bool recursive)
    {
        var prefix = Prefix(path);
        return name.StartsWith(prefix, StringComparison.Ordinal) && (recursive || name.IndexOf('/', prefix.Length) < 0);
    }

    public static string Prefix(string path) => path.EndsWith('/') ? path : $"{path}/";

    private static bool Compare(string text, string wanted, string? option) => option switch
    {
        "BeginsWith" => text.StartsWith(wanted, StringComparison.Ordinal),
        "Contains" => text.Contains(wanted, StringComparison.Ordinal),
        _ => text == wanted,
    };

    private static IEnumerable<string> Texts(ParameterState parameter, string key) => key switch
    {
        "Name" => [parameter.Key.Name],
        "Type" => [parameter.Type.ToWire()],
        "Tier" => [parameter.Latest.Tier.ToWire()],
        "DataType" => [parameter.Latest.DataType],
        "KeyId" => parameter.Latest.KeyId is { } id ? [id] : [],
        "Label" => parameter.Versions.SelectMany(v => v.Labels),
        _ => parameter.Tags.TryGetValue(key["tag:".Length..], out var value) ? [value] : [],
    };
}
