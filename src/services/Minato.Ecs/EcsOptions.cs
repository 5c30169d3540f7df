namespace Minato.Ecs;

/// <summary>What an installation may set about its tasks.</summary>
public sealed record EcsOptions
{
    public ImagePullBehavior ImagePullBehavior { get; init; } = ImagePullBehavior.Default;

    /// <summary>How long a stopped task is described.</summary>
    public TimeSpan StoppedTaskRetention { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Where the file systems of EFS volumes are kept on this host.</summary>
    public string FileSystemDirectory { get; init; } = "/var/lib/minato/file-systems";

    public EcsQuotas Quotas { get; init; } = new();

    /// <summary>What a container gets when its definition names no stopTimeout.</summary>
    public TimeSpan DefaultStopTimeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>As the ECS agent's setting of that name.</summary>
public enum ImagePullBehavior
{
    /// <summary>Pull; when that fails, take what the engine has.</summary>
    Default,

    /// <summary>Pull; when that fails, the task fails.</summary>
    Always,

    /// <summary>Pull what the engine does not have.</summary>
    Once,

    /// <summary>Take what the engine has; pull only when it has nothing.</summary>
    PreferCached,
}

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
