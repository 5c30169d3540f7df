using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using Minato.Engines.Proxy;

namespace Minato.Engines.Simulated;

/// <summary>
/// The simulated proxy of a machine. Like the real one it outlives Minato: every start of Minato gets a new
/// <see cref="SimProxyEngine"/> on the same proxy. Same seed, same calls: same choices.
/// </summary>
public sealed class SimProxy(SimTargets targets, TimeProvider clock, int seed = 1)
{
    private const int Tickets = 10_000;
    private const int Stride = 6_181;
    private readonly Lock gate = new();
    private readonly Random chance = new(seed);
    private readonly Dictionary<string, long> counters = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Backend, string Server), ServerStatistics> servers = [];
    private readonly Dictionary<string, ListenerStatistics> listeners = new(StringComparer.Ordinal);
    private readonly HashSet<(string Address, int Port)> occupied = [];
    private readonly List<Channel<ProxyNotice>> watchers = [];
    private readonly List<Channel<IReadOnlyList<ProxyRequest>>> readers = [];
    private ITimer? restart;

    /// <summary>How long the engine takes to notice its death and be back.</summary>
    public TimeSpan RestartTime { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long applying something new takes.</summary>
    public TimeSpan ApplyTime { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>When not null, the engine is not there, and this is what a person could do about it.</summary>
    public string? AwayAdvice { get; set; }

    /// <summary>When not null, every new configuration is refused for this reason.</summary>
    public string? RefusalReason { get; set; }

    /// <summary>What is served now; nothing while the proxy is dead.</summary>
    public ProxyConfiguration Serving { get; private set; } = new();

    /// <summary>What was last applied.</summary>
    public ProxyConfiguration Applied { get; private set; } = new();

    public bool IsDead { get; private set; }

    /// <summary>How often something new was applied; repeating what is there does not count.</summary>
    public int Changes { get; private set; }

    internal TimeProvider Clock => clock;

    /// <summary>Another process takes a port, or gives it back.</summary>
    public void OccupyPort(string address, int port, bool taken = true)
    {
        lock (gate) _ = taken ? occupied.Add((address, port)) : occupied.Remove((address, port));
    }

    /// <summary>The process ends by accident; after <see cref="RestartTime"/> it serves again what it served.</summary>
    public void Die()
    {
        lock (gate)
        {
            if (IsDead) return;
            (IsDead, Serving) = (true, new());
            Post(ProxyNotice.Died);
            restart?.Dispose();
            restart = clock.CreateTimer(_ => Rise(), null, RestartTime, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Who would answer this request, or with which status the proxy does. Null: nobody listens there.</summary>
    public ProxyAnswer? Route(string listener, ProxyCall call) => Begin(listener, call)?.Finish();

    /// <summary>A request that reaches its server and stays there until it is finished.</summary>
    public SimExchange? Begin(string listenerId, ProxyCall call)
    {
        lock (gate)
        {
            if (Serving.Listeners.FirstOrDefault(l => l.Id == listenerId) is not { } listener) return null;
            var (name, rule) = SimRouting.RuleFor(listener, call);
            var (answer, backend) = rule.Action switch
            {
                ProxyAction.Forward forward => Forward(listener, name, rule, forward, call),
                ProxyAction.FixedResponse fixedResponse => (new(fixedResponse.Status, null, ContentType: fixedResponse.ContentType, Body: fixedResponse.Body), null),
                ProxyAction.Redirect redirect => (new ProxyAnswer(redirect.Status, null, Location: SimRouting.Location(redirect, listener, call)), (string?)null),
                _ => (new(500, null), null),
            };
            // A connection that nobody takes is closed without a word.
            if (listener.Protocol is not ProxyProtocol.Http && answer.Server is null) return null;
            if (answer.Server is { } server && backend is not null) Count(backend, server, s => s with { Requests = s.Requests + 1, ActiveSessions = s.ActiveSessions + 1 });
            answer = answer with { Headers = [.. listener.AnswerHeaders.Where(h => h.Value is not null).Select(h => (h.Name, h.Value ?? ""))] };
            var beganAt = clock.GetUtcNow();
            return new(answer, backend, () => Finish(SimRequests.Ended(listener, rule, call, answer, backend, beganAt, clock.GetUtcNow()), answer, backend));
        }
    }

    internal ApplyOutcome Apply(ProxyConfiguration wanted)
    {
        lock (gate)
        {
            if (AwayAdvice is { } advice) return new ApplyOutcome.Away(advice);
            if (RefusalReason is { } reason) return new ApplyOutcome.Refused(reason);
            if (SimProxyChecks.WhatIsWrong(wanted) is { } wrong) return new ApplyOutcome.Refused(wrong);
            var taken = wanted.Listeners.FirstOrDefault(l => occupied.Contains((l.Address, l.Port)));
            var possible = taken is null ? wanted : wanted with { Listeners = [.. wanted.Listeners.Where(l => !occupied.Contains((l.Address, l.Port)))] };
            if (!SimProxyChecks.AreSame(Applied, wanted)) Changes++;
            (Applied, Serving, IsDead) = (wanted, possible, false);
            return taken is null ? new ApplyOutcome.Applied() : new ApplyOutcome.PortTaken(taken.Id, $"port {taken.Port} of {taken.Address} is in use by another process");
        }
    }

    internal bool WouldChange(ProxyConfiguration wanted)
    {
        lock (gate) return !SimProxyChecks.AreSame(Applied, wanted);
    }

    internal void Stop()
    {
        lock (gate)
        {
            restart?.Dispose();
            (Applied, Serving, IsDead) = (new(), new(), false);
            counters.Clear();
            listeners.Clear();
            servers.Clear();
        }
    }

    internal ProxyStatistics Statistics()
    {
        lock (gate)
        {
            return new([.. Applied.Listeners.Select(l => listeners.GetValueOrDefault(l.Id) ?? new(l.Id, 0, 0, 0, 0, 0, 0, 0))],
                [.. Applied.Backends.SelectMany(b => b.Servers.Select(s => servers.GetValueOrDefault((b.Id, s.Id)) ?? new(b.Id, s.Id, 0, 0, 0, 0, 0, 0, 0)))]);
        }
    }

    internal ChannelReader<ProxyNotice> Watch()
    {
        var watcher = Channel.CreateBounded<ProxyNotice>(new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (gate) watchers.Add(watcher);
        return watcher.Reader;
    }

    internal ChannelReader<IReadOnlyList<ProxyRequest>> Requests()
    {
        var reader = Channel.CreateBounded<IReadOnlyList<ProxyRequest>>(new BoundedChannelOptions(4096) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (gate) readers.Add(reader);
        return reader.Reader;
    }

    private (ProxyAnswer Answer, string? Backend) Forward(ProxyListener listener, string name, ProxyRule rule, ProxyAction.Forward forward, ProxyCall call)
    {
        var now = clock.GetUtcNow();
        var kept = forward.Stickiness is null ? null : SimStickiness.Read(call, SimStickiness.Group, now);
        var chosen = forward.Backends.Any(b => b.Backend == kept) ? kept : Choose($"{listener.Id}/{name}", forward);
        var backend = Serving.Backends.FirstOrDefault(b => b.Id == chosen);
        var ready = backend?.Servers.Where(s => s.State is ServerState.Ready).ToList() ?? [];
        if (backend is null || ready.Count == 0) return (new(503, null), null);
        var own = SimStickiness.ServerOf(backend, call, now);
        var first = own is null ? Turn(backend.Id, ready) : ready.IndexOf(own);
        var answer = Ask(listener, backend, ready, first, call);
        if (answer.Server is { } server)
        {
            var group = forward.Stickiness is { } duration ? SimStickiness.Write(SimStickiness.Group, backend.Id, now + duration) : [];
            answer = answer with { AskedFor = SimRouting.AskedFor(rule, call), Cookies = [.. SimStickiness.AnswerOf(backend, server, own is not null, now), .. group] };
        }
        return (answer, backend.Id);
    }

    private ProxyAnswer Ask(ProxyListener listener, ProxyBackend backend, List<ProxyServer> ready, int first, ProxyCall call)
    {
        for (var attempt = 0; attempt < ready.Count; attempt++)
        {
            var server = ready[(first + attempt) % ready.Count];
            switch (targets.Ask(new(server.Address, server.Port, call.Path, listener.IdleTimeout, backend.Source)))
            {
                case ProbeOutcome.Answered answered: return new(answered.Status, server.Id);
                case ProbeOutcome.Connected: return new(200, server.Id);
                case ProbeOutcome.TimedOut: return new(504, null); // A request that a target took is not given to another.
                default: Count(backend.Id, server.Id, s => s with { ConnectionErrors = s.ConnectionErrors + 1 }); continue;
            }
        }
        return new(502, null);
    }

    /// <summary>Servers take turns, each as often as its weight says.</summary>
    private int Turn(string backend, List<ProxyServer> ready)
    {
        if (ready.TrueForAll(s => s.Weight == ready[0].Weight)) return (int)(Next("b/" + backend) % ready.Count);
        var ticket = Next("b/" + backend) * Stride % ready.Sum(s => s.Weight);
        return ready.FindIndex(s => (ticket -= s.Weight) < 0);
    }

    /// <summary>Exact shares by tickets; chance decides where the counting begins.</summary>
    private string? Choose(string action, ProxyAction.Forward forward)
    {
        var sum = forward.Backends.Sum(b => (long)b.Weight);
        if (sum == 0) return null;
        var ticket = Next("w/" + action) * Stride % Tickets;
        long before = 0;
        return forward.Backends.FirstOrDefault(b => ticket * sum < (before += b.Weight) * Tickets)?.Backend;
    }

    private long Next(string counter) => counters[counter] = (counters.TryGetValue(counter, out var last) ? last : chance.Next(Tickets)) + 1;

    private ProxyAnswer Finish(ProxyRequest request, ProxyAnswer answer, string? backend)
    {
        var listener = request.Listener;
        lock (gate)
        {
            foreach (var reader in readers) reader.Writer.TryWrite([request]);
            if (answer.Server is { } server && backend is not null) Count(backend, server, s => Class(s with { ActiveSessions = s.ActiveSessions - 1 }, answer.Status));
            var row = listeners.GetValueOrDefault(listener) ?? new(listener, 0, 0, 0, 0, 0, 0, 0);
            listeners[listener] = Class(row with { Requests = row.Requests + 1, BytesIn = row.BytesIn + 100, BytesOut = row.BytesOut + 200 }, answer.Status);
            return answer;
        }
    }

    private void Count(string backend, string server, Func<ServerStatistics, ServerStatistics> change) =>
        servers[(backend, server)] = change(servers.GetValueOrDefault((backend, server)) ?? new(backend, server, 0, 0, 0, 0, 0, 0, 0));

    private static ServerStatistics Class(ServerStatistics row, int status) => (status / 100) switch
    {
        2 => row with { Responses2xx = row.Responses2xx + 1 },
        3 => row with { Responses3xx = row.Responses3xx + 1 },
        4 => row with { Responses4xx = row.Responses4xx + 1 },
        _ => row with { Responses5xx = row.Responses5xx + 1 },
    };

    private static ListenerStatistics Class(ListenerStatistics row, int status) => (status / 100) switch
    {
        2 => row with { Responses2xx = row.Responses2xx + 1 },
        3 => row with { Responses3xx = row.Responses3xx + 1 },
        4 => row with { Responses4xx = row.Responses4xx + 1 },
        _ => row with { Responses5xx = row.Responses5xx + 1 },
    };

    private void Rise()
    {
        lock (gate)
        {
            if (!IsDead) return;
            (IsDead, Serving) = (false, Applied with { Listeners = [.. Applied.Listeners.Where(l => !occupied.Contains((l.Address, l.Port)))] });
            Post(ProxyNotice.Started);
        }
    }

    private void Post(ProxyNotice notice)
    {
        foreach (var watcher in watchers) watcher.Writer.TryWrite(notice);
    }
}

/// <summary>A request on its way.</summary>
/// <param name="Answer">What its client will get.</param>
/// <param name="Backend">The backend it went to, if it went to one.</param>
public sealed record SimExchange(ProxyAnswer Answer, string? Backend, Func<ProxyAnswer> Finish);
