using Minato.Elb.Planning;
using Minato.Engines.Functions;

namespace Minato.Elb.Traffic;

/// <summary>Adds up what went wrong with functions until somebody takes it away: the proxy takes every answer for one of its servers.</summary>
internal sealed class FunctionMeter
{
    private readonly Lock gate = new();
    private Dictionary<string, FunctionTally> tallies = new(StringComparer.Ordinal);

    /// <param name="backend">The proxy's name of the function's group.</param>
    /// <param name="outcome">Null when the function was not called.</param>
    public void Add(string backend, EntranceAnswer answer, FunctionOutcome? outcome)
    {
        if (!answer.IsFault) return;
        lock (gate)
        {
            if (!tallies.TryGetValue(backend, out var tally)) tallies[backend] = tally = new();
            tally.Add(answer.Status, FunctionAnswers.ErrorOf(answer, outcome));
        }
    }

    /// <summary>Everything since the last time, by the proxy's names of backends.</summary>
    public IReadOnlyDictionary<string, FunctionTally> TakeAway()
    {
        lock (gate)
        {
            var taken = tallies;
            tallies = new(StringComparer.Ordinal);
            return taken;
        }
    }
}

/// <summary>Answers that a load balancer gave instead of a function.</summary>
internal sealed class FunctionTally
{
    /// <summary>AWS's kinds of errors.</summary>
    public long UserErrors { get; private set; }
    public long InternalErrors { get; private set; }

    public SortedDictionary<int, long> Statuses { get; } = [];

    public void Add(int status, FunctionError error)
    {
        Statuses[status] = Statuses.GetValueOrDefault(status) + 1;
        if (error is FunctionError.User) UserErrors++;
        else if (error is FunctionError.Internal) InternalErrors++;
    }

    public long OfClass(int kind) => Statuses.Where(s => s.Key / 100 == kind).Sum(s => s.Value);
}
