namespace Minato.Engines.Docker;

/// <summary>Which Docker Engine to use, and what to call ours on it.</summary>
public sealed record DockerEngineOptions
{
    /// <summary>Everything Minato makes carries this; whatever does not carry it is never seen or touched.</summary>
    public required string InstallationId { get; init; }

    /// <summary>The engine's unix socket.</summary>
    public string SocketPath { get; init; } = DefaultSocketPath(Environment.GetEnvironmentVariable("DOCKER_HOST"));

    /// <summary>Where the certificates of engines on other machines are kept.</summary>
    public string EnginesDirectory { get; init; } = Path.Combine(Path.GetTempPath(), "minato-no-engines");

    /// <summary>An engine on another machine, reached by TLS instead of the socket.</summary>
    public RemoteEngine? Remote { get; init; }

    /// <summary>How long the engine may take for an ordinary call. A busy disk makes creating a container slow.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a pull may go without any sign of progress.</summary>
    public TimeSpan PullSilence { get; init; } = TimeSpan.FromMinutes(5);

    internal bool IsRemote => Remote is not null;

    internal const string InstallationLabel = "minato.installation";

    internal static string DefaultSocketPath(string? dockerHost) =>
        dockerHost is not null && dockerHost.StartsWith("unix://", StringComparison.Ordinal)
            ? dockerHost["unix://".Length..]
            : "/var/run/docker.sock";
}
