using Minato.Migration.Journal;

namespace Minato.Migration.Tests;

/// <summary>What was written before a step acts is there after a crash, and runners exclude each other.</summary>
public sealed class JournalFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("minato-journal-").FullName;

    private string File => Path.Combine(_folder, "plan.yaml.journal");

    [Fact]
    public void What_was_appended_is_read_by_another()
    {
        using (var journal = new JournalFile(File))
        {
            foreach (var entry in Given.Inside(Given.Plan(), 5)) journal.Append(entry with { At = Given.Noon });
            journal.Append(new Found("mirror", ["a \"quoted\" line\nwith another"]) { At = Given.Noon });
            journal.Append(new Sampled(Given.Sample(0, Given.Side(10, 1, 12.5), Minato.Migration.Planning.SideSample.None)) { At = Given.Noon });
            journal.Append(new Asked(Wish.Pause, "me", null) { At = Given.Noon });
        }

        using var again = new JournalFile(File);
        var read = again.Read();
        read.Count.ShouldBe(Given.Inside(Given.Plan(), 5).Length + 3);
        read[0].ShouldBe(new StageEntered(0, "prepare") { At = Given.Noon });
        read[^3].ShouldBeOfType<Found>().Lines.ShouldBe(["a \"quoted\" line\nwith another"]);
        read[^2].ShouldBeOfType<Sampled>().Sample.Old.ShouldBe(Given.Side(10, 1, 12.5));
        read[^1].ShouldBe(new Asked(Wish.Pause, "me", null) { At = Given.Noon });
    }

    [Fact]
    public void A_line_that_a_crash_left_unfinished_does_not_count_and_the_next_takes_its_place()
    {
        using (var journal = new JournalFile(File)) journal.Append(new Resumed("one"));
        System.IO.File.AppendAllText(File, "{\"event\":\"resumed\",\"by\":\"torn");
        using var again = new JournalFile(File);
        again.Read().Count.ShouldBe(1);
        again.Append(new Resumed("two"));
        using var third = new JournalFile(File);
        third.Read().Cast<Resumed>().Select(r => r.By).ShouldBe(["one", "two"]);
    }

    [Fact]
    public void A_line_that_is_none_is_refused_and_not_skipped()
    {
        System.IO.File.WriteAllText(File, "{\"event\":\"unheard-of\"}\n");
        using var journal = new JournalFile(File);
        Should.Throw<MigrationException>(() => journal.Read()).Message.ShouldContain("is damaged after 0 entries");
    }

    [Fact]
    public async Task Two_processes_append_without_losing_a_line_while_a_third_reads()
    {
        using var first = new JournalFile(File);
        using var second = new JournalFile(File);
        using var reader = new JournalFile(File);
        await Task.WhenAll(Task.Run(() => Write(first, "a")), Task.Run(() => Write(second, "b")), Task.Run(() => Read(reader)));
        reader.Read().Cast<Resumed>().CountBy(r => r.By).OrderBy(c => c.Key).Select(c => c.Value).ShouldBe([50, 50]);

        static void Read(JournalFile journal)
        {
            for (var i = 0; i < 200; i++) journal.Read();
        }

        static void Write(JournalFile journal, string by)
        {
            for (var i = 0; i < 50; i++) journal.Append(new Resumed(by));
        }
    }

    [Fact]
    public async Task A_wish_of_another_process_wakes_the_runner()
    {
        using var runner = new JournalFile(File);
        runner.Append(new Resumed("runner"));
        var changed = runner.ChangedAsync(TestContext.Current.CancellationToken);
        using var other = new JournalFile(File);
        other.Append(new Asked(Wish.Approve, "me", null));
        await changed.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void One_runner_at_a_time()
    {
        var plan = Path.Combine(_folder, "plan.yaml");
        RunnerLock.IsTaken(plan).ShouldBeFalse();
        using (RunnerLock.Take(plan))
        {
            RunnerLock.IsTaken(plan).ShouldBeTrue();
            Should.Throw<MigrationException>(() => RunnerLock.Take(plan)).Message.ShouldContain("another runner is at work");
        }

        RunnerLock.Take(plan).Dispose();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
