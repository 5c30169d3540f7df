namespace Minato.Elb.State;

/// <summary>An account in a region.</summary>
internal sealed record Home(string AccountId, string Region);

/// <summary>A target of a group: the same id may be registered with several ports.</summary>
internal sealed record TargetKey(string GroupArn, string Id, int Port) : IComparable<TargetKey>
{
    public int CompareTo(TargetKey? other)
    {
        if (other is null) return 1;
        var order = string.CompareOrdinal(GroupArn, other.GroupArn);
        if (order == 0) order = string.CompareOrdinal(Id, other.Id);
        return order == 0 ? Port.CompareTo(other.Port) : order;
    }

    public override string ToString() => $"{GroupArn}|{Id}|{Port}";
}

/// <summary>That a rule sends requests to a group.</summary>
internal sealed record UseKey(string RuleArn, string GroupArn) : IComparable<UseKey>
{
    public int CompareTo(UseKey? other)
    {
        if (other is null) return 1;
        var order = string.CompareOrdinal(RuleArn, other.RuleArn);
        return order == 0 ? string.CompareOrdinal(GroupArn, other.GroupArn) : order;
    }

    public override string ToString() => $"{RuleArn}|{GroupArn}";
}
