using System.Collections.Concurrent;

namespace Minato.Engines.Simulated;

/// <summary>
/// The one thread of a simulated world: runs what is ready in the order it became ready, and when nothing is, lets time jump to the
/// next timer.
/// </summary>
public sealed class SimThread(SimTime time)
{
    private readonly ConcurrentQueue<(SimContext Context, SendOrPostCallback Callback, object? State)> _ready = new();
    private int _thread;

    /// <summary>Pieces of work done.</summary>
    public long Steps { get; private set; }

    /// <summary>Work that came from another thread: the seed does not replay then.</summary>
    public int Strays { get; private set; }

    /// <summary>Runs until the condition holds after a step.</summary>
    /// <param name="afterStep">May throw to end the run.</param>
    /// <exception cref="InvalidOperationException">Nothing is ready, no timer is set, and the end has not come.</exception>
    public void RunUntil(Func<bool> done, SimContext timers, Action afterStep)
    {
        var outer = SynchronizationContext.Current;
        _thread = Environment.CurrentManagedThreadId;
        try
        {
            while (!done())
            {
                Step(timers);
                Steps++;
                afterStep();
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
            _thread = 0;
        }
    }

    public void Post(SimContext context, SendOrPostCallback callback, object? state)
    {
        if (_thread != 0 && _thread != Environment.CurrentManagedThreadId) Strays++;
        _ready.Enqueue((context, callback, state));
    }

    private void Step(SimContext timers)
    {
        if (_ready.TryDequeue(out var work))
        {
            SynchronizationContext.SetSynchronizationContext(work.Context);
            if (!work.Context.IsDead) work.Callback(work.State);
            return;
        }

        SynchronizationContext.SetSynchronizationContext(timers);
        if (time.FireNext()) return;
        // Something that left this thread may still come back; it counts as a stray then.
        if (!SpinWait.SpinUntil(() => !_ready.IsEmpty, TimeSpan.FromSeconds(1)))
            throw new InvalidOperationException("Nothing can happen any more: no work is ready and no timer is set, yet the test still waits.");
    }
}

/// <summary>Where the work of one process of the world runs. When the process is killed, its work is dropped.</summary>
public sealed class SimContext(SimThread thread) : SynchronizationContext
{
    public bool IsDead { get; private set; }

    public void Kill() => IsDead = true;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (!IsDead) thread.Post(this, d, state);
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Work of a simulated world is posted, never sent: sending blocks its only thread.");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Starts asynchronous work here and tells its end to whoever awaits.</summary>
    public Task RunAsync(Func<Task> work)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(_ => _ = EndAsync(work, end), null);
        return end.Task;
    }

    private static async Task EndAsync(Func<Task> work, TaskCompletionSource end)
    {
        try
        {
            await work();
            end.SetResult();
        }
        catch (Exception e)
        {
            end.SetException(e);
        }
    }
}
