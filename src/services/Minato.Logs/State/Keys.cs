using System.Text.Json.Serialization;
using Minato.Aws;

namespace Minato.Logs.State;

/// <summary>An account in a region: every log group lives in exactly one.</summary>
internal sealed record Home(string AccountId, string Region);

[method: JsonConstructor]
internal sealed record GroupKey(string AccountId, string Region, string Name) : IComparable<GroupKey>
{
    public GroupKey(Caller caller, string name) : this(caller.AccountId, caller.Region, name) { }

    public Home Home => new(AccountId, Region);

    /// <summary>As requests and tags name it; events and streams hang below it.</summary>
    public string Arn => $"arn:aws:logs:{Region}:{AccountId}:log-group:{Name}";

    // Code units of the allowed characters are ASCII: this is the order AWS lists groups in.
    public int CompareTo(GroupKey? other)
    {
        if (other is null) return 1;
        var order = string.CompareOrdinal(AccountId, other.AccountId);
        if (order == 0) order = string.CompareOrdinal(Region, other.Region);
        return order == 0 ? string.CompareOrdinal(Name, other.Name) : order;
    }

    public override string ToString() => $"{AccountId}/{Region}/{Name}";
}

internal sealed record StreamKey(GroupKey Group, string Name) : IComparable<StreamKey>
{
    public string Arn => $"{Group.Arn}:log-stream:{Name}";

    public int CompareTo(StreamKey? other) => other is null ? 1 : Group.CompareTo(other.Group) is not 0 and var order ? order : string.CompareOrdinal(Name, other.Name);

    // A colon cannot be part of a group's name: no two keys share a text.
    public override string ToString() => $"{Group}:{Name}";
}

/// <summary>A resource policy: the account has some by name, each group one of its own.</summary>
/// <param name="On">The group's ARN; null for one that is the account's.</param>
/// <param name="Name">Of a group's there is one, whatever it is called: then it is empty.</param>
internal sealed record PolicyKey(Home Home, string? On, string Name) : IComparable<PolicyKey>
{
    public int CompareTo(PolicyKey? other) => other is null ? 1 : string.CompareOrdinal(ToString(), other.ToString());

    // A colon can be part of an ARN alone.
    public override string ToString() => $"{Home.AccountId}/{Home.Region}/{On}:{Name}";
}

/// <summary>A stream whose activity waits to be stored.</summary>
internal sealed record FlushKey(StreamKey Stream, string Partition);

/// <summary>Events of a stream that was deleted.</summary>
internal sealed record DroppedKey(string Partition);
