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
