using Minato.Testing;
using Minato.Testing.Proxy;

namespace Minato.Simulation;

/// <summary>Requests through the load balancer at a steady rate, each of which stays at its server for a while.</summary>
internal sealed class Traffic(World world)
{
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(500);

    private readonly List<string> _failures = [];
    private bool _isOver;

    public int Requests { get; private set; }

    /// <summary>What went wrong with requests, in words.</summary>
    public IReadOnlyList<string> Failures => _failures;

    public void End() => _isOver = true;

    /// <summary>200 requests a second until <see cref="End"/>.</summary>
    public async Task RunAsync()
    {
        var inFlight = new List<Task>();
        while (!_isOver)
        {
            inFlight.Add(AskAsync());
            inFlight.RemoveAll(t => t.IsCompletedSuccessfully);
            await world.RunFor(s_between);
        }

        foreach (var request in inFlight) await request;
    }

    private async Task AskAsync()
    {
        Requests++;
        var exchange = world.Proxy.Serving.Listeners is [var listener, ..] ? world.Proxy.Begin(listener.Id, new()) : null;
        if (exchange?.Answer is not { Status: 200, Server: { } server })
        {
            Fail($"answered {exchange?.Answer.Status.ToString() ?? "by nobody"}");
            return;
        }

        var target = world.Proxy.Serving.Backends.SelectMany(b => b.Servers).First(s => s.Id == server);
        await world.RunFor(s_longest * world.Chance.NextDouble());
        if (world.Host.Ask(target.Address, target.Port) is null) Fail($"cut off: {server} ended under it");
        exchange.Finish();
    }

    private void Fail(string words)
    {
        _failures.Add($"{world.Time.Elapsed}: {words}");
        world.History.Add("traffic", words);
    }
}
