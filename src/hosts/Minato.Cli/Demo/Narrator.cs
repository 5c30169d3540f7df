using System.Diagnostics;
using Minato.Cli.Output;

namespace Minato.Cli.Demo;

/// <summary>Waits for something and shows how it goes: one changing line on a terminal, a line for each change in a pipe.</summary>
internal static class Narrator
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <param name="what">What is waited for, for the message when it does not come.</param>
    /// <param name="limit">After which the demo gives up.</param>
    /// <param name="look">How it stands in words, counts that always change, and whether that is it.</param>
    /// <exception cref="UserException">It did not come in time.</exception>
    public static async Task<TimeSpan> UntilAsync(string what, TimeSpan limit, Func<Task<(string Words, string Counts, bool Done)>> look, CancellationToken ct)
    {
        var watch = Stopwatch.StartNew();
        var last = "";
        while (true)
        {
            var (words, counts, done) = await look();
            if (words != last || Screen.IsTerminal) Show(watch.Elapsed, words + counts);
            last = words;
            if (done)
            {
                Screen.EndProgress();
                return watch.Elapsed;
            }
            if (watch.Elapsed > limit) throw new UserException($"{what} did not come within {limit.TotalSeconds:0} s: {words}. See ./minato status and ./minato events.");
            await Task.Delay(Look, ct);
        }
    }

    private static void Show(TimeSpan elapsed, string words)
    {
        if (Screen.IsTerminal) Screen.Progress($"  {elapsed.TotalSeconds,5:0.0} s  {words}");
        else Console.WriteLine($"  {elapsed.TotalSeconds,5:0.0} s  {words}");
    }
}
