using System.Runtime.ExceptionServices;
using Microsoft.Extensions.DependencyInjection;

namespace Minato.Testing;

public sealed partial class World
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(8); // Of virtual time: a test that needs more waits for something that never comes.

    /// <summary>Runs a test in a new world and returns when it has passed.</summary>
    /// <param name="test">Runs on the world's thread: everything it awaits must come from the world.</param>
    /// <param name="configure">Adds the rooms; called again for each restart.</param>
    /// <exception cref="SimulationException">The test failed. Names seed and virtual time.</exception>
    public static void Run(ulong seed, Func<World, Task> test, Action<IServiceCollection>? configure = null) =>
        Run(seed, test, (_, services) => configure?.Invoke(services));

    /// <inheritdoc cref="Run(ulong, Func{World, Task}, Action{IServiceCollection})"/>
    public static void Run(ulong seed, Func<World, Task> test, Action<World, IServiceCollection> configure)
    {
        using var world = new World(seed, configure);
        try
        {
            world.Run(test);
        }
        catch (Exception e)
        {
            throw new SimulationException(world, e);
        }
    }

    private void Run(Func<World, Task> test)
    {
        var run = _testContext.RunAsync(async () =>
        {
            await StartAsync();
            await test(this);
        });
        _thread.RunUntil(() => run.IsCompleted, _testContext, AfterStep);
        if (run.Exception is { } failure) ExceptionDispatchInfo.Throw(failure.InnerException ?? failure);
        CheckInvariants();
        Kill();
        _stopping.Cancel();
        if (_thread.Strays > 0)
        {
            throw new InvalidOperationException(
                $"{_thread.Strays} pieces of work came from another thread: this seed does not replay. Look for ConfigureAwait(false), Task.Run, CancelAsync, " +
                "Should.ThrowAsync (use world.Throws), a TaskCompletionSource that runs continuations asynchronously under WhenAny, WhenAll or WaitAsync, and real I/O.");
        }
    }

    private void AfterStep()
    {
        CheckInvariants();
        CheckWaits();
        if (Time.Elapsed > s_longest) throw new TimeoutException($"The test still runs after {s_longest.TotalDays} virtual days.");
    }
}

/// <summary>A simulated test failed; the message holds what is needed to run it again.</summary>
public sealed class SimulationException(World world, Exception cause)
    : Exception($"Seed {world.Seed}, at {world.Time.Elapsed} of virtual time: {cause.Message}\nLast of what happened:\n{world.History.Tail(60)}", cause);
