using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging;
using Minato.Engines.HaProxy.Configuration;
using Minato.Engines.HaProxy.Running;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy;

/// <summary>Finding a running HAProxy, noticing its death, and what both do to ports and counters.</summary>
internal sealed partial class HaProxyEngine
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private async ValueTask<RunningProxy?> AdoptAsync(CancellationToken ct)
    {
        if (await process.FindAsync(ct) is not { } found) return null;
        loaded = new() { Listeners = LoadedConfiguration.Listeners(process.ConfigurationFile) };
        mirror = RuntimeMirror.Parse(await process.AskAsync("show servers state", ct));
        Watch(found);
        LogAdopted(found.Master);
        return found;
    }

    /// <summary>Leaves out listeners whose port someone else holds, so that one of them does not hold up all the others.</summary>
    private (ProxyConfiguration Possible, ApplyOutcome? Taken) WithoutTakenPorts(ProxyConfiguration configuration)
    {
        var ours = running is null ? [] : loaded.Listeners.Select(Endpoint).ToHashSet();
        var seen = new Dictionary<IPEndPoint, string>();
        ApplyOutcome? taken = null;
        var possible = ImmutableArray.CreateBuilder<ProxyListener>();
        foreach (var listener in configuration.Listeners)
        {
            if (listener.Protocol is ProxyProtocol.Udp) { possible.Add(listener); continue; } // Not HAProxy's.
            var endpoint = Endpoint(listener);
            var reason = !seen.TryAdd(endpoint, listener.Id) ? $"{endpoint} is listener {seen[endpoint]}'s"
                : ours.Contains(endpoint) ? null : PortCheck.WhyNot(listener);
            if (reason is null) possible.Add(listener);
            else taken ??= new ApplyOutcome.PortTaken(listener.Id, reason);
        }
        return (taken is null ? configuration : configuration with { Listeners = possible.ToImmutable() }, taken);
    }

    private static IPEndPoint Endpoint(ProxyListener listener) => new(IPAddress.Parse(listener.Address), listener.Port);

    private void Watch(RunningProxy proxy) => watching = WatchAsync(proxy, watching);

    private async Task WatchAsync(RunningProxy proxy, Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await process.WaitForEndAsync(proxy, stopping.Token);
            await RiseAgainAsync(proxy, stopping.Token);
        }
        catch (OperationCanceledException) { /* We end; HAProxy does not. */ }
    }

    private async Task RiseAgainAsync(RunningProxy dead, CancellationToken ct)
    {
        var died = false;
        for (var wait = TimeSpan.FromMilliseconds(20); ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
        {
            await gate.WaitAsync(ct);
            try
            {
                if (!died && running?.Master != dead.Master) return; // It was stopped on purpose, or a new one runs already.
                if (died && running is not null) return; // An apply was quicker.
                running = null;
                if (!died) { LogDied(dead.Master); notices.Post(ProxyNotice.Died); died = true; }
                if (wanted is null || await RestartAsync(wanted, ct)) return;
            }
            finally { gate.Release(); }
            await Task.Delay(wait, clock, ct);
        }
    }

    /// <returns>False to try again: the dead one's worker may hold its ports a moment longer, a disk may have filled up.</returns>
    private async ValueTask<bool> RestartAsync(ProxyConfiguration configuration, CancellationToken ct)
    {
        try
        {
            var outcome = await ApplyLockedAsync(configuration, ct);
            if (outcome is not ApplyOutcome.Applied) LogNotRestarted(outcome);
            if (running is not null) notices.Post(ProxyNotice.Started);
            return outcome is ApplyOutcome.Applied || running is not null;
        }
        catch (IOException e)
        {
            LogNotRestarted(e.Message);
            return false;
        }
    }

    private async ValueTask TryReadCountersAsync(RunningProxy present, CancellationToken ct)
    {
        try { await ReadCountersAsync(present, ct); }
        catch (IOException) { /* A gap in the counters is no reason not to reload. */ }
    }

    private async ValueTask ReadCountersAsync(RunningProxy present, CancellationToken ct)
    {
        ledger.Record(present.Worker, await process.AskAsync("show stat", ct));
        var former = await process.FormerWorkersAsync(ct);
        foreach (var worker in former)
        {
            try { ledger.Record(worker, await process.AskFormerAsync(worker, "show stat", ct)); }
            catch (IOException) { /* It ended between the two questions. */ }
        }
        ledger.Retire([present.Worker, .. former]);
    }

    [LoggerMessage(5003, LogLevel.Information, "HAProxy runs already as process {Master} and serves on")]
    private partial void LogAdopted(int master);

    [LoggerMessage(5004, LogLevel.Warning, "HAProxy (process {Master}) died")]
    private partial void LogDied(int master);

    [LoggerMessage(5005, LogLevel.Warning, "HAProxy could not be started again: {Why}")]
    private partial void LogNotRestarted(object why);
}
