using Minato.Aws;

namespace Minato.EventBridge.State;

/// <summary>An account in a region.</summary>
internal sealed record Home(string AccountId, string Region) : IComparable<Home>
{
    public static Home Of(Caller caller) => new(caller.AccountId, caller.Region);

    public string Arn(string resource) => $"arn:aws:events:{Region}:{AccountId}:{resource}";

    public int CompareTo(Home? other) => other is null ? 1
        : string.CompareOrdinal(AccountId, other.AccountId) is not 0 and var order ? order : string.CompareOrdinal(Region, other.Region);

    public override string ToString() => $"{AccountId}/{Region}";
}

internal sealed record BusKey(Home Home, string Name) : IComparable<BusKey>
{
    public const string Default = "default";

    public bool IsDefault => Name == Default;

    public string Arn => Home.Arn($"event-bus/{Name}");

    /// <param name="caller">Whose bus it is, when only a name is given.</param>
    /// <param name="text">A name or an ARN; nothing stands for the default bus.</param>
    public static BusKey Of(Caller caller, string? text) => Of(Home.Of(caller), text);

    public static BusKey Of(Home home, string? text) => string.IsNullOrEmpty(text) ? new(home, Default)
        : Aws.Arn.TryParse(text, out var arn) ? new(new(arn.AccountId, arn.Region), arn.Resource[(arn.Resource.IndexOf('/', StringComparison.Ordinal) + 1)..])
        : new(home, text);

    public int CompareTo(BusKey? other) => other is null ? 1 : Home.CompareTo(other.Home) is not 0 and var order ? order : string.CompareOrdinal(Name, other.Name);

    public override string ToString() => $"{Home}/{Name}";
}

internal sealed record RuleKey(BusKey Bus, string Name) : IComparable<RuleKey>
{
    public string Arn => Bus.Home.Arn(Bus.IsDefault ? $"rule/{Name}" : $"rule/{Bus.Name}/{Name}");

    public int CompareTo(RuleKey? other) => other is null ? 1 : Bus.CompareTo(other.Bus) is not 0 and var order ? order : string.CompareOrdinal(Name, other.Name);

    public override string ToString() => $"{Bus}/{Name}";
}

/// <summary>Under what an event finds a rule; one of several if its pattern lists several values.</summary>
internal sealed record RuleEntryKey(RuleKey Rule, int Number) : IComparable<RuleEntryKey>
{
    public int CompareTo(RuleEntryKey? other) => other is null ? 1 : Rule.CompareTo(other.Rule) is not 0 and var order ? order : Number.CompareTo(other.Number);

    public override string ToString() => $"{Rule}/{Number}";
}

/// <summary>An archive or a replay.</summary>
internal sealed record NamedKey(Home Home, string Name) : IComparable<NamedKey>
{
    public int CompareTo(NamedKey? other) => other is null ? 1 : Home.CompareTo(other.Home) is not 0 and var order ? order : string.CompareOrdinal(Name, other.Name);

    public override string ToString() => $"{Home}/{Name}";
}
