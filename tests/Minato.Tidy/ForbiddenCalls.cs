using System.Text.RegularExpressions;

namespace Minato.Tidy;

/// <summary>Calls that leave the simulator's clock, chance or thread, in code that must run there.</summary>
internal static partial class ForbiddenCalls
{
    private static readonly (string Call, string Instead)[] s_calls =
    [
        ("DateTime.UtcNow", "TimeProvider.GetUtcNow"),
        ("DateTime.Now", "TimeProvider.GetUtcNow"),
        ("DateTimeOffset.UtcNow", "TimeProvider.GetUtcNow"),
        ("DateTimeOffset.Now", "TimeProvider.GetUtcNow"),
        ("Stopwatch.", "TimeProvider.GetTimestamp"),
        ("Environment.TickCount", "TimeProvider.GetTimestamp"),
        ("Guid.NewGuid", "Ids.Uuid"),
        ("Random.Shared", "Ids"),
        ("new Random(", "Ids"),
        ("Task.Run(", "await, or an IRoomService"),
        ("Task.Factory", "await, or an IRoomService"),
        ("Parallel.", "await, or an IRoomService"),
        ("new Thread(", "await, or an IRoomService"),
        ("ThreadPool.", "await, or an IRoomService"),
        ("ConfigureAwait(false)", "a plain await"),
        ("BackgroundService", "IRoomService"),
        (".ReadAllAsync(", "ChannelReader.ReadAsync in a loop"),
        (".CancelAsync(", "Cancel"),
        ("Thread.Sleep", "Task.Delay with a TimeProvider"),
    ];

    // Where real time, threads and chance are let in.
    private static readonly string[] s_outside =
    [
        "src/hosts/", "src/engines/Minato.Engines.", "src/platform/Minato.Platform.", "src/aws/Minato.Aws.Generator/",
    ];

    public static IEnumerable<string> Check(Tree tree)
    {
        foreach (var (path, text) in tree.Sources("src/").Where(f => IsInside(f.Path)))
        {
            var lines = CSharpText.CodeOf(text).Split('\n');
            for (var i = 0; i < lines.Length; i++)
            {
                foreach (var words in In(lines[i])) yield return $"{path}:{i + 1}: {words}";
            }
        }
    }

    // "src/platform/Minato.Platform." is the adapters: the platform itself has a slash there.
    private static bool IsInside(string path) => !s_outside.Any(o => path.StartsWith(o, StringComparison.Ordinal));

    private static IEnumerable<string> In(string line)
    {
        foreach (var (call, instead) in s_calls)
        {
            var at = line.IndexOf(call, StringComparison.Ordinal);
            if (at < 0 || (char.IsLetter(call[0]) && at > 0 && (char.IsLetterOrDigit(line[at - 1]) || line[at - 1] == '_'))) continue;
            yield return $"{call.Trim('.', '(')} leaves the simulated world: use {instead}.";
        }

        if (Delay().Match(line) is { Success: true } delay && !HasClock(delay.Groups["arguments"].Value))
            yield return "Task.Delay without a TimeProvider leaves the simulated world.";
    }

    // A delay without end waits for its token alone.
    private static bool HasClock(string arguments) =>
        arguments.Contains("clock", StringComparison.OrdinalIgnoreCase) || arguments.Contains("time,", StringComparison.OrdinalIgnoreCase)
        || arguments.Contains("timeProvider", StringComparison.OrdinalIgnoreCase) || arguments.StartsWith("Timeout.Infinite", StringComparison.Ordinal);

    [GeneratedRegex(@"\bTask\.Delay\((?<arguments>.*)")]
    private static partial Regex Delay();
}
