namespace Minato.Engines.Containers;

public abstract record PullOutcome
{
    private PullOutcome() { }
    public sealed record Pulled(EngineImage Image) : PullOutcome;

    /// <param name="Reason">The daemon's words.</param>
    public sealed record Failed(PullFailure Failure, string Reason) : PullOutcome;
}

public enum PullFailure { NotFound, Denied, Unreachable, DiskFull, Other }

public abstract record CreateOutcome
{
    private CreateOutcome() { }
    public sealed record Created(string ContainerId) : CreateOutcome;
    public sealed record ImageMissing(string Reason) : CreateOutcome;

    /// <summary>The address is held by another container.</summary>
    public sealed record AddressTaken(string Reason) : CreateOutcome;
    public sealed record DiskFull(string Reason) : CreateOutcome;
    public sealed record Refused(string Reason) : CreateOutcome;
}

public abstract record StartOutcome
{
    private StartOutcome() { }
    public sealed record Started : StartOutcome;
    public sealed record PortTaken(string Reason) : StartOutcome;
    public sealed record AddressTaken(string Reason) : StartOutcome;
    public sealed record DiskFull(string Reason) : StartOutcome;

    /// <summary>The container was removed behind our back.</summary>
    public sealed record Gone : StartOutcome;

    /// <summary>The container whose network it shares does not run, or is not there any more.</summary>
    public sealed record NetworkGone(string Reason) : StartOutcome;
    public sealed record Refused(string Reason) : StartOutcome;
}

public abstract record StopOutcome
{
    private StopOutcome() { }
    public sealed record Stopped : StopOutcome;
    public sealed record Refused(string Reason) : StopOutcome;
}

public abstract record CommitOutcome
{
    private CommitOutcome() { }
    public sealed record Committed(EngineImage Image) : CommitOutcome;

    /// <summary>There is no such container.</summary>
    public sealed record Gone : CommitOutcome;
    public sealed record Refused(string Reason) : CommitOutcome;
}

public abstract record VolumeOutcome
{
    private VolumeOutcome() { }
    /// <param name="Path">Where it is on the engine's machine; null when the engine does not say.</param>
    public sealed record Ready(string? Path = null) : VolumeOutcome;
    public sealed record Refused(string Reason) : VolumeOutcome;
}

public abstract record NetworkOutcome
{
    private NetworkOutcome() { }
    public sealed record Ready : NetworkOutcome;

    /// <param name="With">The network of the host that has (part of) the range.</param>
    public sealed record Collides(string With) : NetworkOutcome;
    public sealed record Refused(string Reason) : NetworkOutcome;
}
