using System.Text.Json.Serialization;

namespace Minato.Ec2.State;

/// <summary>An account in a region: everything of EC2 lives in exactly one.</summary>
internal sealed record Home(string AccountId, string Region) : IComparable<Home>
{
    public int CompareTo(Home? other)
    {
        if (other is null) return 1;
        var order = string.CompareOrdinal(AccountId, other.AccountId);
        return order == 0 ? string.CompareOrdinal(Region, other.Region) : order;
    }
}

[method: JsonConstructor]
internal sealed record ResourceKey(string AccountId, string Region, string Id) : IComparable<ResourceKey>
{
    public ResourceKey(Home home, string id) : this(home.AccountId, home.Region, id) { }

    public Home Home => new(AccountId, Region);

    public int CompareTo(ResourceKey? other)
    {
        if (other is null) return 1;
        var order = string.CompareOrdinal(Id, other.Id); // Ids are unique on their own; the rest only settles shared names.
        if (order == 0) order = string.CompareOrdinal(AccountId, other.AccountId);
        return order == 0 ? string.CompareOrdinal(Region, other.Region) : order;
    }

    public override string ToString() => $"{AccountId}/{Region}/{Id}";
}
