using Minato.Aws;

namespace Minato.Ecs.State;

/// <summary>An account in a region: nothing is shared between two of them.</summary>
internal sealed record AccountRegion(string AccountId, string Region) : IComparable<AccountRegion>
{
    public static AccountRegion Of(Caller caller) => new(caller.AccountId, caller.Region);

    public Caller AsService() => Caller.ForService(AccountId, Region, "ecs.amazonaws.com");

    public string Arn(string resource) => $"arn:aws:ecs:{Region}:{AccountId}:{resource}";

    public int CompareTo(AccountRegion? other) => other is null ? 1 : string.CompareOrdinal(AccountId, other.AccountId) is not 0 and var order
        ? order : string.CompareOrdinal(Region, other.Region);

    public override string ToString() => $"{AccountId}/{Region}";
}

internal sealed record ClusterKey(AccountRegion Scope, string Name) : IComparable<ClusterKey>
{
    public string Arn => Scope.Arn($"cluster/{Name}");

    public int CompareTo(ClusterKey? other) => other is null ? 1 : Scope.CompareTo(other.Scope) is not 0 and var order
        ? order : string.CompareOrdinal(Name, other.Name);

    public override string ToString() => $"{Scope}/{Name}";
}

internal sealed record ServiceKey(ClusterKey Cluster, string Name) : IComparable<ServiceKey>
{
    public string Arn => Cluster.Scope.Arn($"service/{Cluster.Name}/{Name}");

    public int CompareTo(ServiceKey? other) => other is null ? 1 : Cluster.CompareTo(other.Cluster) is not 0 and var order
        ? order : string.CompareOrdinal(Name, other.Name);

    public override string ToString() => $"{Cluster}/{Name}";
}

internal sealed record TaskKey(ClusterKey Cluster, string Id) : IComparable<TaskKey>
{
    private const int HeadLength = 8;

    /// <summary>
    /// The beginning of the id as a number, in the order of the text. Finding one of 100,000 tasks is a walk through cold memory: this
    /// settles nearly every step of it without a look at the text.
    /// </summary>
    private readonly ulong _head = HeadOf(Id);

    public string Arn => Cluster.Scope.Arn($"task/{Cluster.Name}/{Id}");

    /// <summary>By id first: ids are unique on their own; the rest only settles what somebody made up.</summary>
    public int CompareTo(TaskKey? other)
    {
        if (other is null) return 1;
        if (_head != other._head) return _head.CompareTo(other._head);
        return string.CompareOrdinal(Id, other.Id) is not 0 and var order ? order : Cluster.CompareTo(other.Cluster);
    }

    private static ulong HeadOf(string id)
    {
        var head = 0ul;
        for (var i = 0; i < HeadLength; i++) head = (head << 8) | (i < id.Length ? Math.Min(id[i], (ulong)byte.MaxValue) : 0);
        return head;
    }

    public override string ToString() => $"{Cluster}/{Id}";
}

internal sealed record ContainerInstanceKey(ClusterKey Cluster, string Id) : IComparable<ContainerInstanceKey>
{
    public string Arn => Cluster.Scope.Arn($"container-instance/{Cluster.Name}/{Id}");

    public int CompareTo(ContainerInstanceKey? other) => other is null ? 1 : Cluster.CompareTo(other.Cluster) is not 0 and var order
        ? order : string.CompareOrdinal(Id, other.Id);

    public override string ToString() => $"{Cluster}/{Id}";
}

internal sealed record FamilyKey(AccountRegion Scope, string Family) : IComparable<FamilyKey>
{
    public int CompareTo(FamilyKey? other) => other is null ? 1 : Scope.CompareTo(other.Scope) is not 0 and var order
        ? order : string.CompareOrdinal(Family, other.Family);

    public override string ToString() => $"{Scope}/{Family}";
}

internal sealed record TaskDefinitionKey(AccountRegion Scope, string Family, int Revision) : IComparable<TaskDefinitionKey>
{
    public string Arn => Scope.Arn($"task-definition/{Family}:{Revision}");

    public FamilyKey FamilyKey => new(Scope, Family);

    public int CompareTo(TaskDefinitionKey? other) => other is null ? 1 : FamilyKey.CompareTo(other.FamilyKey) is not 0 and var order
        ? order : Revision.CompareTo(other.Revision);

    /// <summary>Fixed width, so that the text sorts as the key does.</summary>
    public override string ToString() => $"{Scope}/{Family}/{Revision:D7}";
}
