namespace Minato.Ecs.State;

/// <summary>One roll-out of a service as the service deployment API names it.</summary>
/// <param name="Id">21 characters.</param>
internal sealed record ServiceDeploymentKey(ServiceKey Service, string Id) : IComparable<ServiceDeploymentKey>
{
    public string Arn => Service.Cluster.Scope.Arn($"service-deployment/{Service.Cluster.Name}/{Service.Name}/{Id}");

    public int CompareTo(ServiceDeploymentKey? other) => other is null ? 1 : Service.CompareTo(other.Service) is not 0 and var order
        ? order : string.CompareOrdinal(Id, other.Id);

    public override string ToString() => $"{Service}/{Id}";
}

/// <param name="Id">19 digits.</param>
internal sealed record ServiceRevisionKey(ServiceKey Service, string Id) : IComparable<ServiceRevisionKey>
{
    public string Arn => Service.Cluster.Scope.Arn($"service-revision/{Service.Cluster.Name}/{Service.Name}/{Id}");

    public int CompareTo(ServiceRevisionKey? other) => other is null ? 1 : Service.CompareTo(other.Service) is not 0 and var order
        ? order : string.CompareOrdinal(Id, other.Id);

    public override string ToString() => $"{Service}/{Id}";
}

/// <param name="Sequence">Grows with every event of the service, over its deletion and creation anew.</param>
internal sealed record ServiceEventKey(ServiceKey Service, long Sequence) : IComparable<ServiceEventKey>
{
    public int CompareTo(ServiceEventKey? other) => other is null ? 1 : Service.CompareTo(other.Service) is not 0 and var order
        ? order : Sequence.CompareTo(other.Sequence);

    public override string ToString() => $"{Service}/{Sequence:D12}";
}
