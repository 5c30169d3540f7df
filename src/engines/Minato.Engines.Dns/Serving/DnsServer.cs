using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Minato.Engines.Inside;

namespace Minato.Engines.Dns.Serving;

/// <summary>One listener for the host, and one for each network that has tasks. A port that is taken is tried again until it is free.</summary>
internal sealed partial class DnsServer(
    DnsServerOptions options, IResolverRedirect redirect, TimeProvider clock, ILogger<DnsServer> log) : IDnsServer, IDisposable
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _opening = new(1);
    private readonly Dictionary<InsideNetwork.Bridge, DnsListener> _networks = [];
    private readonly HostResolver _host = new(options, clock);
    private IDnsAnswers _answers = NoAnswers.Instance;
    private DnsListener? _public;
    private ITimer? _retry;
    private string? _trouble = "nothing is served yet";

    public DnsServerStatus Status
    {
        get
        {
            lock (_gate) return new(_public?.Endpoint.ToString(), _public is null ? _trouble : null);
        }
    }

    public void Serve(IDnsAnswers answers)
    {
        Volatile.Write(ref _answers, answers);
        lock (_gate)
        {
            if (_public is null && _retry is null) Listen();
        }
    }

    public async ValueTask<OpenOutcome> OpenAsync(InsideNetwork.Bridge network, CancellationToken ct)
    {
        await _opening.WaitAsync(ct);
        try
        {
            if (_networks.ContainsKey(network)) return new OpenOutcome.Open();
            var listener = new DnsListener(new(IPAddress.Parse(network.Gateway), 0), Answers, Seed, clock, _host, IPNetwork.Parse(network.Cidr));
            _networks.Add(network, listener);
            if (await redirect.ApplyAsync([.. _networks.Select(n => new ResolverWay(n.Key, n.Value.Endpoint.Port))], ct) is not { } problem) return new OpenOutcome.Open();
            _networks.Remove(network);
            listener.Dispose();
            return new OpenOutcome.Refused(problem);
        }
        catch (SocketException e)
        {
            return new OpenOutcome.Refused($"cannot listen in {network.Cidr}: {e.Message}");
        }
        finally
        {
            _opening.Release();
        }
    }

    public ValueTask RemoveAsync(CancellationToken ct) => redirect.RemoveAsync(ct);

    public void Dispose()
    {
        lock (_gate)
        {
            _retry?.Dispose();
            _public?.Dispose();
        }

        foreach (var listener in _networks.Values) listener.Dispose();
        _opening.Dispose();
    }

    private IDnsAnswers Answers() => Volatile.Read(ref _answers);

    private ulong Seed() => (ulong)Random.Shared.NextInt64();

    private void Listen()
    {
        try
        {
            _public = new(new(IPAddress.Loopback, options.Port), Answers, Seed, clock);
            _retry?.Dispose();
            _retry = null;
            LogListening(_public.Endpoint);
        }
        catch (SocketException e)
        {
            var trouble = $"port {options.Port} on 127.0.0.1 cannot be had: {e.Message}. Choose another with --dns-port";
            if (trouble != _trouble) LogTaken(_trouble = trouble);
            _retry ??= clock.CreateTimer(_ => Again(), null, s_retry, s_retry);
        }
    }

    private void Again()
    {
        lock (_gate)
        {
            if (_public is null) Listen();
        }
    }

    private sealed class NoAnswers : IDnsAnswers
    {
        public static readonly NoAnswers Instance = new();

        public void Answer(in DnsQuestion question, DnsReply reply) => (reply.Result, reply.IsElsewhere) = (DnsResult.Refused, true);
    }

    [LoggerMessage(2801, LogLevel.Information, "DNS answers at {Endpoint}")]
    private partial void LogListening(IPEndPoint endpoint);

    [LoggerMessage(2802, LogLevel.Warning, "DNS does not answer: {Trouble}")]
    private partial void LogTaken(string trouble);
}
