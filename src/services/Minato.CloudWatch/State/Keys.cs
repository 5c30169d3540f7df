using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.CloudWatch;

namespace Minato.CloudWatch.State;

/// <summary>An account in a region.</summary>
internal sealed record Home(string AccountId, string Region) : IComparable<Home>
{
    public static Home Of(Caller caller) => new(caller.AccountId, caller.Region);

    public int CompareTo(Home? other) => other is null ? 1
        : string.CompareOrdinal(AccountId, other.AccountId) is not 0 and var order ? order : string.CompareOrdinal(Region, other.Region);

    public override string ToString() => $"{AccountId}/{Region}";
}

internal sealed record AlarmKey(Home Home, string Name) : IComparable<AlarmKey>
{
    private const string Kind = "alarm:";

    public string Arn => $"arn:aws:cloudwatch:{Home.Region}:{Home.AccountId}:{Kind}{Name}";

    /// <param name="home">Where an alarm is that is given by its name.</param>
    /// <param name="text">A name or an ARN.</param>
    public static AlarmKey Of(Home home, string text) => Aws.Arn.TryParse(text, out var arn) && arn.Resource.StartsWith(Kind, StringComparison.Ordinal)
        ? new(new(arn.AccountId, arn.Region), arn.Resource[Kind.Length..]) : new(home, text);

    public int CompareTo(AlarmKey? other) => other is null ? 1 : Home.CompareTo(other.Home) is not 0 and var order ? order : string.CompareOrdinal(Name, other.Name);

    public override string ToString() => $"{Home}/{Name}";
}

/// <summary>Namespace, name and exact set of dimensions: the identity of a metric.</summary>
internal sealed record MetricKey(Home Home, string Namespace, string Name, string Dimensions) : IComparable<MetricKey>
{
    public static MetricKey Of(Home home, string? ns, string? name, ImmutableArray<Dimension>? dimensions) =>
        new(home, ns ?? "", name ?? "", DimensionSet.Text(dimensions ?? []));

    /// <summary>Where its points lie.</summary>
    public string Partition => $"cloudwatch/{Home}/{Namespace}/{Name}/{Dimensions}";

    public int CompareTo(MetricKey? other)
    {
        if (other is null) return 1;
        var order = Home.CompareTo(other.Home);
        if (order == 0) order = string.CompareOrdinal(Namespace, other.Namespace);
        if (order == 0) order = string.CompareOrdinal(Name, other.Name);
        return order == 0 ? string.CompareOrdinal(Dimensions, other.Dimensions) : order;
    }

    public override string ToString() => Partition;
}

/// <summary>A set of dimensions as text: in the order of names, however they were given.</summary>
internal static class DimensionSet
{
    public static string Text(ImmutableArray<Dimension> dimensions) =>
        string.Join('&', dimensions.OrderBy(d => d.Name, StringComparer.Ordinal).Select(d => $"{Uri.EscapeDataString(d.Name)}={Uri.EscapeDataString(d.Value)}"));

    public static ImmutableArray<Dimension> Parse(string text) => text.Length == 0 ? []
        : [.. text.Split('&').Select(part => part.Split('=')).Select(p => new Dimension { Name = Uri.UnescapeDataString(p[0]), Value = Uri.UnescapeDataString(p[1]) })];
}
