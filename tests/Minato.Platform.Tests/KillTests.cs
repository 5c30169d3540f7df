using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Minato.Platform.Sqlite;

namespace Minato.Platform.Tests;

/// <summary>
/// Goal: <c>kill -9</c> at any point loses nothing acknowledged and leaves no transaction half done. Method: this program runs again
/// as a child that writes and prints what was acknowledged, and is killed at a random moment; then the state is opened here.
/// </summary>
public sealed class KillTests
{
    private const string Variable = "MINATO_TEST_WRITE_UNTIL_KILLED";
    private const int Writers = 4;

    [Fact]
    public async Task What_was_acknowledged_is_there_after_kill_9()
    {
        using var directory = new TempDirectory();
        var chance = new Ids();
        for (var round = 1; round <= 4; round++)
        {
            var acknowledged = await WriteUntilKilledAsync(directory.Path, TimeSpan.FromMilliseconds(20 + chance.Next(200)));
            using var journal = new SqliteJournal(directory.Path);
            var state = (await Given.Store(journal)).Current;
            foreach (var (writer, count) in acknowledged)
            {
                var boat = state.Find(Tables.Boats, new("Kobe", writer)).ShouldNotBeNull();
                boat.Berth.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(count, $"round {round}, writer {writer}");
                state.Find(Tables.Notes, $"{writer}").ShouldNotBeNull().Text.ShouldBe($"{boat.Berth}", "both records of a transaction or none");
            }
        }
    }

    private static async Task<Dictionary<int, int>> WriteUntilKilledAsync(string directory, TimeSpan life)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath ?? "dotnet") { RedirectStandardOutput = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(typeof(KillTests).Assembly.Location);
        start.Environment[Variable] = directory;
        using var child = Process.Start(start).ShouldNotBeNull();
        var acknowledged = new Dictionary<int, int>();
        // Killed some time after its first words, then read to the end: what it printed before it died counts.
        while (await child.StandardOutput.ReadLineAsync(Given.Ct) is { } line)
        {
            if (acknowledged.Count == 0) _ = Task.Delay(life, Given.Ct).ContinueWith(_ => child.Kill(), Given.Ct, TaskContinuationOptions.None, TaskScheduler.Default);
            if (line.Split(' ') is not [var writer, var count, "."]) continue; // The last line may be cut.
            acknowledged[int.Parse(writer, CultureInfo.InvariantCulture)] = int.Parse(count, CultureInfo.InvariantCulture);
        }

        await child.WaitForExitAsync(Given.Ct);
        child.ExitCode.ShouldBe(128 + 9);
        acknowledged.ShouldNotBeEmpty();
        return acknowledged;
    }

    /// <summary>What the child does.</summary>
    /// <returns>False when this process is not one.</returns>
    internal static bool WriteUntilKilled()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } directory) return false;
        WriteAsync(directory).GetAwaiter().GetResult();
        return true;
    }

    private static async Task WriteAsync(string directory)
    {
        using var journal = new SqliteJournal(directory);
        var store = new Store([Tables.Boats, Tables.Notes], journal, NullLogger<Store>.Instance);
        await store.LoadAsync(CancellationToken.None);
        await using var output = Console.OpenStandardOutput();
        var printing = new Lock();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var count = (store.Current.Find(Tables.Boats, new("Kobe", writer))?.Berth ?? 0) + 1; ; count++)
            {
                await store.UpdateAsync(
                    tx =>
                    {
                        tx.Put(Tables.Boats, Given.Boat(writer, berth: count));
                        tx.Put(Tables.Notes, new Note($"{writer}", $"{count}"));
                    },
                    CancellationToken.None);
                lock (printing) output.Write(System.Text.Encoding.ASCII.GetBytes($"{writer} {count} .\n"));
            }
        })));
    }
}
