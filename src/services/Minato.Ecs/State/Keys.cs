using Minato.Aws;

namespace Minato.Ecs.State;

/// <summary>An account in a region: nothing is shared between two of them.</summary>
internal readonly record struct AccountRegion(string AccountId, string Region) : IComparable<AccountRegion>
{
    public static AccountRegion Of(Caller caller) => new(caller.AccountId, caller.Region);

    public Caller AsService() => Caller.ForService(AccountId, Region, "ecs.amazonaws.com");

    public string Arn(string resource) => $"arn:aws:ecs:{Region}:{AccountId}:{resource}";

    public int CompareTo(AccountRegion other) => string.CompareOrdinal(AccountId, other.AccountId) is not 0 and var order
        ? order : string.CompareOrdinal(Region, other.Region);

    public override string ToString() => $"{AccountId}/{Region}";
}

internal readonly record struct ClusterKey(AccountRegion Scope, string Name) : IComparable<ClusterKey>
{
    public string Arn => Scope.Arn($"cluster/{Name}");

    public int CompareTo(ClusterKey other) => Scope.CompareTo(other.Scope) is not 0 and var order
        ? order : string.CompareOrdinal(Name, other.Name);

    public override string ToString() => $"{Scope}/{Name}";
}

internal readonly record struct ServiceKey(ClusterKey Cluster, string Name) : IComparable<ServiceKey>
{
    public string Arn => Cluster.Scope.Arn($"service/{Cluster.Name}/{Name}");

    public int CompareTo(ServiceKey other) => Cluster.CompareTo(other.Cluster) is not 0 and var order
        ? order : string.CompareOrdinal(Name, other.Name);

    public override string ToString() => $"{Cluster}/{Name}";
}

internal readonly record struct TaskKey(ClusterKey Cluster, string Id) : IComparable<TaskKey>
{
    public string Arn => Cluster.Scope.Arn($"task/{Cluster.Name}/{Id}");

    public int CompareTo(TaskKey other) => Cluster.CompareTo(other.Cluster) is not 0 and var order
        ? order : string.CompareOrdinal(Id, other.Id);

    public override string ToString() => $"{Cluster}/{Id}";
}

internal readonly record struct ContainerInstanceKey(ClusterKey Cluster, string Id) : IComparable<ContainerInstanceKey>
{
    public string Arn => Cluster.Scope.Arn($"container-instance/{Cluster.Name}/{Id}");

    public int CompareTo(ContainerInstanceKey other) => Cluster.CompareTo(other.Cluster) is not 0 and var order
        ? order : string.CompareOrdinal(Id, other.Id);

    public override string ToString() => $"{Cluster}/{Id}";
}

internal readonly record struct FamilyKey(AccountRegion Scope, string Family) : IComparable<FamilyKey>
{
    public int CompareTo(FamilyKey other) => Scope.CompareTo(other.Scope) is not 0 and var order
        ? order : string.CompareOrdinal(Family, other.Family);

    public override string ToString() => $"{Scope}/{Family}";
}

internal readonly record struct TaskDefinitionKey(AccountRegion Scope, string Family, int Revision) : IComparable<TaskDefinitionKey>
{
    public string Arn => Scope.Arn($"task-definition/{Family}:{Revision}");

    public FamilyKey FamilyKey => new(Scope, Family);

    public int CompareTo(TaskDefinitionKey other) => FamilyKey.CompareTo(other.FamilyKey) is not 0 and var order
        ? order : Revision.CompareTo(other.Revision);

    /// <summary>Fixed width, so that the text sorts as the key does.</summary>
    public override string ToString() => $"{Scope}/{Family}/{Revision:D7}";
}
