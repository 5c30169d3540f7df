using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Minato.Engines.HaProxy.Configuration;
using Minato.Engines.HaProxy.Datagrams;
using Minato.Engines.HaProxy.Running;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy;

/// <summary>
/// Keeps one HAProxy at what was last applied. It is started when there is something to listen on, found again when we start,
/// and started anew by itself when it dies.
/// </summary>
internal sealed partial class HaProxyEngine : IProxyEngine, IAsyncDisposable
{
    private const string NotInstalled = "HAProxy is not installed: apt-get install haproxy";
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly CancellationTokenSource stopping = new();
    private readonly HaProxyOptions options;
    private readonly HostSettings host;
    private readonly HaProxyProcess process;
    private readonly TimeProvider clock;
    private readonly ILogger<HaProxyEngine> log;
    private readonly StatisticsLedger ledger = new();
    private readonly NoticeBoard notices = new();
    private readonly UdpRelays relays;
    private ProxyConfiguration? wanted;
    private ProxyConfiguration loaded = new();
    private RunningProxy? running;
    private RuntimeMirror mirror = RuntimeMirror.Empty;
    private Task watching = Task.CompletedTask;

    public HaProxyEngine(HaProxyOptions options, TimeProvider clock, ILogger<HaProxyEngine> log)
    {
        (this.clock, this.log) = (clock, log);
        this.options = options = options with { Directory = Path.GetFullPath(options.Directory) };
        host = HostSettings.Of(options, SocketDirectory.For(options.Directory));
        process = new(options, host, clock);
        relays = new(clock);
    }

    public async ValueTask<ApplyOutcome> ApplyAsync(ProxyConfiguration configuration, CancellationToken ct)
    {
        await gate.WaitAsync(ct);
        try
        {
            var outcome = await ApplyLockedAsync(configuration, ct);
            if (outcome is ApplyOutcome.Applied or ApplyOutcome.PortTaken) wanted = configuration;
            return outcome;
        }
        catch (UnwritableConfigurationException e) { return new ApplyOutcome.Refused(e.Message); }
        catch (IOException e) { return new ApplyOutcome.Refused($"HAProxy's configuration could not be applied: {e.Message}"); }
        catch (UnauthorizedAccessException e) { return new ApplyOutcome.Refused($"HAProxy's configuration could not be written: {e.Message}"); }
        finally { gate.Release(); }
    }

    public async ValueTask<ProxyStatistics> StatisticsAsync(CancellationToken ct)
    {
        await gate.WaitAsync(ct);
        try
        {
            if (running is not null) await ReadCountersAsync(running, ct);
            return Counted(wanted ?? new());
        }
        catch (IOException) { return Counted(wanted ?? new()); } // Dying or reloading: what was last read is the best there is.
        finally { gate.Release(); }
    }

    private ProxyStatistics Counted(ProxyConfiguration applied)
    {
        var read = ledger.Read(applied);
        return read with { Listeners = [.. read.Listeners.Zip(applied.Listeners, (row, listener) => row with { Datagrams = relays.StatisticsOf(listener) })] };
    }

    public IAsyncEnumerable<IReadOnlyList<ProxyRequest>> RequestsAsync(CancellationToken ct) => new RequestLog(host, clock).ReadAsync(ct);

    public IAsyncEnumerable<ProxyNotice> WatchAsync(CancellationToken ct) => notices.ReadAsync(ct);

    public async ValueTask StopAsync(CancellationToken ct)
    {
        await gate.WaitAsync(ct);
        try
        {
            (running, wanted, loaded, mirror) = (null, null, new(), RuntimeMirror.Empty);
            await relays.ApplyAsync(new());
            await process.StopAsync(ct);
        }
        finally { gate.Release(); }
    }

    /// <summary>Leaves HAProxy running: it serves on while its next master starts.</summary>
    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested) return;
        await stopping.CancelAsync();
        await watching;
        await relays.DisposeAsync();
        stopping.Dispose();
        gate.Dispose();
    }

    private async ValueTask<ApplyOutcome> ApplyLockedAsync(ProxyConfiguration configuration, CancellationToken ct)
    {
        ConfigurationCheck.Verify(configuration);
        ApplyOutcome? datagrams = await relays.ApplyAsync(configuration);
        running ??= await AdoptAsync(ct);
        if (running is null && configuration.Listeners.IsEmpty && options.SharedPort is null) return new ApplyOutcome.Applied();
        var (possible, taken) = WithoutTakenPorts(configuration);
        var problem = running is null
            ? await StartAsync(possible, ConfigurationWriter.Render(possible, host), ct)
            : await ChangeAsync(running, possible, ct);
        return problem ?? taken ?? datagrams ?? new ApplyOutcome.Applied();
    }

    private async ValueTask<ApplyOutcome?> ChangeAsync(RunningProxy present, ProxyConfiguration configuration, CancellationToken ct)
    {
        var plan = RuntimePlan.From(mirror, configuration);
        var rendered = Sameness.HaveSameShape(loaded, configuration) ? null : ConfigurationWriter.Render(configuration, host);
        var sameShape = rendered is null || rendered.Shape == present.Shape;
        if (sameShape && !plan.NeedsReload && plan.Leftovers <= RuntimePlan.MostLeftovers && await RunAsync(plan, ct))
        {
            loaded = configuration;
            return null;
        }
        return await ReloadAsync(present, configuration, rendered ?? ConfigurationWriter.Render(configuration, host), ct);
    }

    /// <returns>False when HAProxy did not take the commands, so that only a reload makes sure.</returns>
    private async ValueTask<bool> RunAsync(RuntimePlan plan, CancellationToken ct)
    {
        foreach (var batch in plan.Batches())
            if (await SaysMoreThanItShouldAsync(batch, ct)) return false;
        foreach (var map in plan.ChangedMaps)
        {
            const string Version = "New version created: ";
            var answer = (await process.AskAsync($"prepare map {map}", ct)).Trim();
            if (!answer.StartsWith(Version, StringComparison.Ordinal) || !long.TryParse(answer.AsSpan(Version.Length), out var version)) return false;
            foreach (var batch in RuntimePlan.FillMap(map, version, plan.Maps[map]))
                if (await SaysMoreThanItShouldAsync(batch, ct)) return false;
        }
        mirror.Learn(plan);
        if (!plan.Commands.IsEmpty) process.TrimLog();
        return true;
    }

    private async ValueTask<bool> SaysMoreThanItShouldAsync(string commands, CancellationToken ct)
    {
        var unexpected = (await process.AskAsync(commands, ct)).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .FirstOrDefault(l => l != "New server registered.");
        if (unexpected is not null) LogCommandRefused(unexpected);
        return unexpected is not null;
    }

    private async ValueTask<ApplyOutcome?> ReloadAsync(RunningProxy present, ProxyConfiguration configuration, Rendered rendered, CancellationToken ct)
    {
        if (await WriteAsync(rendered, ct) is { } refused) return refused;
        await TryReadCountersAsync(present, ct);
        var (next, problem) = await process.ReloadAsync(present, rendered.Shape, ct);
        if (next is null) return LoadingFailed(configuration, problem);
        Remember(next, configuration, rendered);
        return null;
    }

    private async ValueTask<ApplyOutcome?> StartAsync(ProxyConfiguration configuration, Rendered rendered, CancellationToken ct)
    {
        if (await WriteAsync(rendered, ct) is { } refused) return refused;
        if (process.FindExecutable() is not { } executable) return new ApplyOutcome.Away(NotInstalled);
        var (next, problem) = await process.StartAsync(executable, rendered.Shape, ct);
        if (next is null) return LoadingFailed(configuration, problem);
        ledger.Clear();
        Remember(next, configuration, rendered);
        Watch(next);
        LogStarted(next.Master, options.Directory);
        return null;
    }

    private async ValueTask<ApplyOutcome?> WriteAsync(Rendered rendered, CancellationToken ct)
    {
        if (process.FindExecutable() is not { } executable) return new ApplyOutcome.Away(NotInstalled);
        await process.WriteNextAsync(rendered, ct);
        return await process.CheckNextAsync(executable, ct) is { } problem ? new ApplyOutcome.Refused(problem) : null;
    }

    private void Remember(RunningProxy next, ProxyConfiguration configuration, Rendered rendered)
    {
        (running, loaded, mirror) = (next, configuration, RuntimeMirror.Of(configuration));
        ledger.Forget(configuration);
        process.Tidy(rendered);
    }

    /// <summary>Someone took a port between our look and HAProxy's: its words name the listener or its address.</summary>
    private static ApplyOutcome LoadingFailed(ProxyConfiguration configuration, string? problem)
    {
        var reason = problem ?? "HAProxy gave no reason.";
        var taken = reason.Contains("cannot bind", StringComparison.Ordinal)
            ? configuration.Listeners.FirstOrDefault(l => reason.Contains($"[{Safe.Endpoint(l.Address, l.Port)}]", StringComparison.Ordinal))
            : null;
        return taken is null ? new ApplyOutcome.Refused(reason) : new ApplyOutcome.PortTaken(taken.Id, reason);
    }

    [LoggerMessage(5001, LogLevel.Information, "HAProxy runs as process {Master}, configured in {Directory}")]
    private partial void LogStarted(int master, string directory);

    [LoggerMessage(5002, LogLevel.Warning, "HAProxy refused a runtime command, reloading instead: {Answer}")]
    private partial void LogCommandRefused(string answer);
}
