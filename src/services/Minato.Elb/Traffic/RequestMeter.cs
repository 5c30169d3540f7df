using System.Collections.Immutable;
using Minato.Engines.Proxy;

namespace Minato.Elb.Traffic;

/// <summary>
/// Adds up what the proxy tells of requests until somebody takes it away. What it does not tell, its counters know: this is for what has no
/// counter, which are the times of answers and the kinds of errors.
/// </summary>
internal sealed class RequestMeter
{
    private readonly Lock gate = new();
    private Dictionary<(string Backend, string Server), TargetTimes> times = [];
    private Dictionary<string, ListenerTally> tallies = new(StringComparer.Ordinal);

    public void Take(IReadOnlyList<ProxyRequest> requests)
    {
        lock (gate)
        {
            foreach (var request in requests.Where(r => r.Connection is null))
            {
                if (request is { Backend: { } backend, ServerTime: { } time }) At(times, (backend, request.Server ?? "")).Add(time, request.Weight);
                else At(tallies, request.Listener).Add(request);
            }
        }
    }

    /// <summary>Everything since the last time, by the proxy's names of servers and listeners.</summary>
    public (IReadOnlyDictionary<(string Backend, string Server), TargetTimes> Times, IReadOnlyDictionary<string, ListenerTally> Tallies) TakeAway()
    {
        lock (gate)
        {
            var taken = (times, tallies);
            (times, tallies) = ([], new(StringComparer.Ordinal));
            return taken;
        }
    }

    private static T At<TKey, T>(Dictionary<TKey, T> all, TKey key) where TKey : notnull where T : new()
    {
        if (!all.TryGetValue(key, out var value)) all[key] = value = new();
        return value;
    }
}

/// <summary>Times of answers, to three digits.</summary>
internal sealed class TargetTimes
{
    private readonly Dictionary<long, long> counts = [];

    public long Requests { get; private set; }

    public void Add(TimeSpan time, int requests)
    {
        var milliseconds = Math.Max(0, (long)time.TotalMilliseconds);
        for (var step = 1L; ; step *= 10)
        {
            if (milliseconds >= step * 1000) continue;
            milliseconds = milliseconds / step * step;
            break;
        }
        counts[milliseconds] = counts.GetValueOrDefault(milliseconds) + requests;
        Requests += requests;
    }

    /// <summary>Seconds and how many answers took as long.</summary>
    public ImmutableArray<(double Seconds, long Requests)> Values() => [.. counts.OrderBy(c => c.Key).Select(c => (c.Key / 1000.0, c.Value))];
}

/// <summary>What a load balancer answered by itself.</summary>
internal sealed class ListenerTally
{
    /// <summary>AWS: a client that left before there was an answer counts among the errors of clients.</summary>
    private const int ClientLeft = 460;

    public long Redirects { get; private set; }
    public long FixedResponses { get; private set; }

    /// <summary>Errors of the load balancer's own, by status.</summary>
    public SortedDictionary<int, long> Errors { get; } = [];

    public void Add(ProxyRequest request)
    {
        switch (request.End)
        {
            case RequestEnd.Told when request.Status is 301 or 302: Redirects += request.Weight; break;
            case RequestEnd.Told: FixedResponses += request.Weight; break;
            case RequestEnd.Error or RequestEnd.Unreached or RequestEnd.Malformed when request.Status > 0:
                AddError(request.Status, request.Weight);
                break;
            case RequestEnd.Abandoned: AddError(ClientLeft, request.Weight); break;
        }
    }

    private void AddError(int status, int requests) => Errors[status] = Errors.GetValueOrDefault(status) + requests;
}
