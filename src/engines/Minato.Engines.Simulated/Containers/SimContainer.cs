using System.Collections.Immutable;
using Minato.Engines.Containers;

namespace Minato.Engines.Simulated;

/// <summary>One simulated container: its state and its timers. Every method runs inside <see cref="SimHost.Run{T}"/>.</summary>
internal sealed class SimContainer(SimHost host, string id, string installation, ContainerSpec spec, SimImage image)
{
    private const int LinesKept = 10_000;

    private readonly List<ITimer> timers = [];
    private int life;
    private int failingStreak;
    private bool? forcedWell;
    private bool isSick;

    public string Id => id;
    public string Installation => installation;
    public ContainerSpec Spec => spec;
    public SimImage Image => image;
    public ContainerPhase Phase { get; private set; } = ContainerPhase.Created;
    public DateTimeOffset CreatedAt { get; } = host.Now;
    public DateTimeOffset? StartedAt { get; private set; }
    public DateTimeOffset? FinishedAt { get; private set; }
    public int? ExitCode { get; private set; }
    public bool OutOfMemory { get; private set; }
    public string? Error { get; set; }
    public ContainerHealth? Health { get; private set; }
    public ImmutableArray<PortBinding> Ports { get; private set; } = [];
    public List<ContainerLogLine> Log { get; } = [];

    /// <summary>Completed and replaced whenever there is more to read, or nothing more to come.</summary>
    public TaskCompletionSource Changed { get; private set; } = new();

    private TimeSpan Age => host.Now - (StartedAt ?? host.Now);

    public bool IsRunning => Phase is ContainerPhase.Running;

    public bool IsWell => IsRunning && (forcedWell ?? (!isSick && image.IsWell(Age)));

    public bool Listens(int port) => IsRunning && image.Listens.Contains(port) && Age >= image.ListensAfter;

    public void Start(ImmutableArray<PortBinding> ports)
    {
        life++;
        failingStreak = 0;
        (Phase, StartedAt, FinishedAt, ExitCode, Error, OutOfMemory) = (ContainerPhase.Running, host.Now, null, null, null, false);
        Ports = ports;
        WriteFrom(0);
        isSick = host.IsUnlucky(image, SimFailure.Sick);
        if (host.IsUnlucky(image, SimFailure.Crash)) After(image.ListensAfter, () => Exit(1));
        if (image.RunsFor is { } time) After(time, () => Exit(image.ExitCode));
        if (spec.MemoryBytes > 0 && image.NeedsMemory > spec.MemoryBytes)
        {
            After(image.NeedsMemoryAfter, () =>
            {
                OutOfMemory = true;
                Exit(137);
            });
        }
        if (spec.HealthCheck is { } check)
        {
            Health = ContainerHealth.Starting;
            After(check.Interval, () => Probe(check));
        }
        host.Tell(this);
    }

    /// <summary>SIGTERM, and SIGKILL when the grace is over.</summary>
    public void Terminate(TimeSpan grace)
    {
        if (image.OnTerminate is { } code && image.ShutdownTime <= grace) After(image.ShutdownTime, () => Exit(code));
        else if (image == SimImage.Pause) Exit(137);
        else After(grace, () => Exit(137));
    }

    public void Exit(int code)
    {
        if (!IsRunning) return;
        life++;
        foreach (var timer in timers) timer.Dispose();
        timers.Clear();
        (Phase, FinishedAt, ExitCode) = (ContainerPhase.Exited, host.Now, code);
        Ports = [];
        host.Tell(this);
        Wake();
    }

    /// <summary>Overrules the image from now on; null obeys it again.</summary>
    public void BeWell(bool? well)
    {
        forcedWell = well;
        if (IsRunning && spec.HealthCheck is { } check) After(check.Interval, () => Probe(check));
    }

    public void Write(string text, bool isError)
    {
        var time = host.Now;
        if (Log is [.., var last] && last.Time >= time) time = last.Time.AddTicks(1); // The port: no two lines have the same time.
        if (Log.Count == LinesKept) Log.RemoveAt(0);
        Log.Add(new(time, System.Text.Encoding.UTF8.GetBytes(text), isError));
        Wake();
    }

    public void Wake()
    {
        var changed = Changed;
        Changed = new();
        host.Later(() => changed.TrySetResult());
    }

    public EngineContainer Read() => new()
    {
        Id = id,
        Name = spec.Name,
        Labels = spec.Labels,
        Phase = Phase,
        CreatedAt = CreatedAt,
        StartedAt = StartedAt,
        FinishedAt = FinishedAt,
        ExitCode = ExitCode,
        OutOfMemory = OutOfMemory,
        Error = Error,
        Health = Health,
        HealthOutput = Health is ContainerHealth.Unhealthy ? "the simulated check failed" : null,
        ImageDigest = image.Digest,
        Ports = Ports,
    };

    /// <summary>One timer after the other: lines of one moment keep their order.</summary>
    private void WriteFrom(int next)
    {
        for (; next < image.Lines.Length && image.Lines[next].At <= Age; next++) Write(image.Lines[next].Text, image.Lines[next].IsError);
        if (next < image.Lines.Length) After(image.Lines[next].At - Age, () => WriteFrom(next));
    }

    private void Probe(HealthCheckSpec check)
    {
        var well = IsWell;
        var before = Health;
        if (well) (failingStreak, Health) = (0, ContainerHealth.Healthy);
        else if (Age >= check.StartPeriod || Health is ContainerHealth.Healthy) failingStreak++;
        if (failingStreak >= Math.Max(1, check.Retries)) Health = ContainerHealth.Unhealthy;
        if (Health != before) host.Tell(this);
        if (NextProbe(check, well) is { } next) After(next, () => Probe(check));
    }

    /// <summary>A settled container is looked at again when it may have changed, not at every interval: hours cost nothing.</summary>
    private TimeSpan? NextProbe(HealthCheckSpec check, bool well)
    {
        var settled = well ? Health is ContainerHealth.Healthy : Health is ContainerHealth.Unhealthy;
        if (!settled) return check.Interval;
        if (forcedWell is not null || image.NextHealthStep(Age) is not { } step) return null;
        var intervals = Math.Ceiling((step - Age) / check.Interval);
        return check.Interval * Math.Max(1, intervals);
    }

    private void After(TimeSpan time, Action what)
    {
        var mine = life;
        timers.Add(host.Clock.CreateTimer(_ => host.Run(() =>
        {
            if (life == mine) what();
            return true;
        }), null, time, Timeout.InfiniteTimeSpan));
    }
}
