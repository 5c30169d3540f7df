using System.Runtime.CompilerServices;

namespace Minato.Testing;

public sealed partial class World
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    private readonly List<(string Name, Func<World, string?> Violation)> _invariants = [];
    private readonly List<(Func<bool> Condition, TaskCompletionSource Met)> _waits = [];

    /// <summary>Checks after every step from now on that the invariant gives no violation; a violation ends the test.</summary>
    /// <param name="violation">What is wrong, in words; null while all is well.</param>
    public void Always(Func<World, string?> violation, [CallerArgumentExpression(nameof(violation))] string name = "") =>
        _invariants.Add((name, violation));

    /// <summary>Checks after every step from now on that the condition holds.</summary>
    public void Always(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string name = "") =>
        _invariants.Add((name, _ => condition() ? null : "does not hold"));

    /// <summary>Waits until the condition holds after some step. It must read only, and quickly.</summary>
    /// <exception cref="TimeoutException">It did not, within that much virtual time.</exception>
    public async Task Eventually(Func<bool> condition, TimeSpan within, [CallerArgumentExpression(nameof(condition))] string name = "")
    {
        if (condition()) return;
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waits.Add((condition, met));
        using var late = new CancellationTokenSource(within, Time);
        await using var registration = late.Token.Register(() => met.TrySetException(Late(name, within)));
        await met.Task;
    }

    /// <summary>Waits until the condition holds, asking every 100 ms of virtual time: for conditions that call the API.</summary>
    /// <exception cref="TimeoutException">It did not, within that much virtual time.</exception>
    public async Task Eventually(Func<Task<bool>> condition, TimeSpan within, [CallerArgumentExpression(nameof(condition))] string name = "")
    {
        var end = Time.Elapsed + within;
        while (!await condition())
        {
            if (Time.Elapsed >= end) throw Late(name, within);
            await RunFor(s_look);
        }
    }

    /// <summary>Awaits work that must fail in a certain way. Shouldly's own leaves the world's thread.</summary>
    public async Task<TException> Throws<TException>(Func<Task> work, [CallerArgumentExpression(nameof(work))] string name = "")
        where TException : Exception
    {
        try
        {
            await work();
        }
        catch (TException e)
        {
            History.Add("test", $"failed as it should: {e.Message}");
            return e;
        }

        throw new InvalidOperationException($"{name} should have thrown {typeof(TException).Name}.");
    }

    private static TimeoutException Late(string name, TimeSpan within) => new($"Not within {within}: {name}");

    private void CheckInvariants()
    {
        foreach (var (name, violation) in _invariants)
        {
            if (violation(this) is { } words) throw new InvariantException($"{name}: {words}");
        }
    }

    private void CheckWaits()
    {
        for (var i = _waits.Count - 1; i >= 0; i--)
        {
            var (condition, met) = _waits[i];
            if (!met.Task.IsCompleted && !condition()) continue;
            met.TrySetResult();
            _waits.RemoveAt(i);
        }
    }
}

/// <summary>Something that must always hold did not.</summary>
public sealed class InvariantException(string message) : Exception(message);
