namespace Minato.Ecs;

/// <summary>How much of everything an account may have, in every Region: what AWS gives a new account, until somebody asks for another number.</summary>
public sealed record EcsQuotas
{
    private static readonly Dictionary<string, Func<EcsQuotas, int, EcsQuotas>> s_byName = new(StringComparer.Ordinal)
    {
        ["clusters"] = (q, n) => q with { Clusters = n },
        ["container-instances-per-cluster"] = (q, n) => q with { ContainerInstancesPerCluster = n },
        ["services-per-cluster"] = (q, n) => q with { ServicesPerCluster = n },
        ["tasks-per-service"] = (q, n) => q with { TasksPerService = n },
        ["task-sets-per-service"] = (q, n) => q with { TaskSetsPerService = n },
        ["revisions-per-family"] = (q, n) => q with { RevisionsPerFamily = n },
    };

    public static IEnumerable<string> Names => s_byName.Keys;

    public int Clusters { get; init; } = 10_000;
    public int ContainerInstancesPerCluster { get; init; } = 5_000;
    public int ServicesPerCluster { get; init; } = 5_000;
    public int TasksPerService { get; init; } = 5_000;
    public int TaskSetsPerService { get; init; } = 5;
    public int RevisionsPerFamily { get; init; } = 1_000_000;

    /// <returns>With another number for one of <see cref="Names"/>; null when there is no quota of that name.</returns>
    public EcsQuotas? With(string name, int value) => s_byName.TryGetValue(name, out var set) ? set(this, value) : null;
}
