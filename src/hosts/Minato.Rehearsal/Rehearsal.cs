using Microsoft.Extensions.DependencyInjection;
using Minato.Platform;

namespace Minato.Rehearsal;

/// <summary>
/// Runs a deployment on virtual time: the server's own rooms, store and reconcilers over simulated engines, on one thread. What the
/// planners would do is what they do here.
/// </summary>
internal static class Rehearsal
{
    /// <exception cref="RehearsalException">It cannot be rehearsed; the message says why.</exception>
    public static RehearsalResult Run(RehearsalInput input, WhatIf whatIf)
    {
        var time = new SimTime();
        var thread = new SimThread(time);
        var context = new SimContext(thread);
        // Not disposed: nothing of it is worth an orderly end.
        var services = Stage.Compose(time, context, whatIf, Groups.AreRehearsed(input), out var machine);
        var play = new Play(services, machine, input, whatIf, time);
        var run = context.RunAsync(async () =>
        {
            await services.GetRequiredService<PlatformHost>().StartAsync(CancellationToken.None);
            await play.RunAsync();
        });
        thread.RunUntil(() => run.IsCompleted, context, play.Look);
        context.Kill();
        if (run.Exception?.InnerException is RehearsalException refused) throw refused;
        run.GetAwaiter().GetResult();
        return play.Result;
    }
}

/// <summary>A rehearsal is not possible; the message is for the user.</summary>
internal sealed class RehearsalException(string message) : Exception(message);
