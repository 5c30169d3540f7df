namespace Minato.Ec2.State;

/// <summary>An account in a region: everything of EC2 lives in exactly one.</summary>
internal readonly record struct Home(string AccountId, string Region);

internal readonly record struct ResourceKey(string AccountId, string Region, string Id) : IComparable<ResourceKey>
{
    public ResourceKey(Home home, string id) : this(home.AccountId, home.Region, id) { }

    public Home Home => new(AccountId, Region);

    public int CompareTo(ResourceKey other)
    {
        var order = string.CompareOrdinal(Id, other.Id); // Ids are unique on their own; the rest only settles shared names.
        if (order == 0) order = string.CompareOrdinal(AccountId, other.AccountId);
        return order == 0 ? string.CompareOrdinal(Region, other.Region) : order;
    }

    public override string ToString() => $"{AccountId}/{Region}/{Id}";
}
