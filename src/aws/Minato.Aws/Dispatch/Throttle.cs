using System.Collections.Concurrent;
using System.Collections.Frozen;

namespace Minato.Aws.Dispatch;

/// <summary>How often some operations of a service may be called together, in each account and Region.</summary>
/// <param name="Service">Its signing name.</param>
/// <param name="Burst">Calls at once: the size of the bucket.</param>
/// <param name="PerSecond">Calls in the long run: what flows back into the bucket.</param>
public sealed record ActionRate(string Service, string Category, int Burst, int PerSecond, params string[] Operations);

/// <summary>Token buckets in front of operations, as AWS has them.</summary>
public sealed class Throttle
{
    private const int MostBuckets = 10_000;

    private readonly FrozenDictionary<(string Service, string Operation), ActionRate> _rates;
    private readonly ConcurrentDictionary<(string Account, string Region, ActionRate Rate), Bucket> _buckets = new();
    private readonly TimeProvider _clock;
    private readonly double _factor;

    /// <param name="factor">1 is as AWS; 2 lets through twice as much.</param>
    public Throttle(IEnumerable<ActionRate> rates, double factor, TimeProvider clock)
    {
        _rates = rates.SelectMany(r => r.Operations.Select(o => KeyValuePair.Create((r.Service, o), r))).ToFrozenDictionary();
        (_factor, _clock) = (factor, clock);
    }

    /// <summary>Takes a token. Operations without a rate always find one.</summary>
    public bool Admits(string service, string operation, Caller caller)
    {
        if (!_rates.TryGetValue((service, operation), out var rate)) return true;
        if (_buckets.Count > MostBuckets) Forget();
        return _buckets.GetOrAdd((caller.AccountId, caller.Region, rate), static (_, full) => new(full), Capacity(rate)).Take(Capacity(rate), rate.PerSecond * _factor, _clock);
    }

    private double Capacity(ActionRate rate) => Math.Max(1, rate.Burst * _factor);

    /// <summary>A full bucket is as good as none.</summary>
    private void Forget()
    {
        foreach (var (key, bucket) in _buckets)
            if (bucket.IsFull(Capacity(key.Rate), key.Rate.PerSecond * _factor, _clock)) _buckets.TryRemove(key, out _);
    }

    private sealed class Bucket(double tokens)
    {
        private readonly Lock _gate = new();
        private double _tokens = tokens;
        private long? _filled;

        public bool Take(double capacity, double perSecond, TimeProvider clock)
        {
            lock (_gate)
            {
                Fill(capacity, perSecond, clock);
                if (_tokens < 1) return false;
                _tokens--;
                return true;
            }
        }

        public bool IsFull(double capacity, double perSecond, TimeProvider clock)
        {
            lock (_gate)
            {
                Fill(capacity, perSecond, clock);
                return _tokens >= capacity;
            }
        }

        private void Fill(double capacity, double perSecond, TimeProvider clock)
        {
            var now = clock.GetTimestamp();
            if (_filled is { } since) _tokens = Math.Min(capacity, _tokens + (clock.GetElapsedTime(since, now).TotalSeconds * perSecond));
            _filled = now;
        }
    }
}
