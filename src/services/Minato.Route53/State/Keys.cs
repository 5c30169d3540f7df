using Minato.Contracts.Route53;
using Minato.Engines.Dns;

namespace Minato.Route53.State;

/// <summary>A record set of a zone, in the order Route 53 lists them: by name with its labels reversed, type, identifier.</summary>
/// <param name="Name">Labels reversed, e.g. <c>com.example.www.</c></param>
internal sealed record RecordKey(string ZoneId, string Name, string Type, string SetIdentifier) : IComparable<RecordKey>
{
    public NodeKey Node => new(ZoneId, Name);

    public static RecordKey Of(string zoneId, DnsName name, RRType type, string? setIdentifier) =>
        new(zoneId, Reversed(name), type.ToWire(), setIdentifier ?? "");

    public static string Reversed(DnsName name) => name.IsRoot ? "." : string.Join('.', name.Labels().Reverse()) + ".";

    public int CompareTo(RecordKey? other)
    {
        if (other is null) return 1;
        var order = string.CompareOrdinal(ZoneId, other.ZoneId);
        if (order == 0) order = string.CompareOrdinal(Name, other.Name);
        if (order == 0) order = string.CompareOrdinal(Type, other.Type);
        return order == 0 ? string.CompareOrdinal(SetIdentifier, other.SetIdentifier) : order;
    }

    public override string ToString() => $"{ZoneId}/{Name}/{Type}/{SetIdentifier}";
}

/// <summary>All record sets of one name.</summary>
internal sealed record NodeKey(string ZoneId, string Name);

/// <summary>Changes are kept in the order they were made, so that the oldest can go.</summary>
internal sealed record ChangeKey(string AccountId, long At, string Id) : IComparable<ChangeKey>
{
    public int CompareTo(ChangeKey? other)
    {
        if (other is null) return 1;
        var order = string.CompareOrdinal(AccountId, other.AccountId);
        if (order == 0) order = At.CompareTo(other.At);
        return order == 0 ? string.CompareOrdinal(Id, other.Id) : order;
    }

    public override string ToString() => $"{AccountId}/{At}/{Id}";
}
