using System.CommandLine;
using Minato.Cli.Commands;
using Minato.Cli.Migrating;
using Minato.Migration.Journal;
using Minato.Migration.Plans;

namespace Minato.Cli.Tests;

/// <summary>What the migrate commands do with the plan and the journal beside it; the runner has tests of its own.</summary>
public sealed class MigrateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("minato-migrate-").FullName;

    /// <summary>Where it was begun, as its journal has it.</summary>
    private string Here => $"--data {_folder} --region eu-west-1";

    private string PlanFile => Path.Combine(_folder, "web.yaml");

    [Fact]
    public async Task Init_writes_a_plan_once()
    {
        (await RunAsync("init", PlanFile)).ShouldBe(0);
        MigrationFiles.Read(PlanFile).Name.ShouldBe("web-to-ecs");
        (await Should.ThrowAsync<UserException>(() => RunAsync("init", PlanFile))).Message.ShouldContain("is there already");
    }

    [Fact]
    public async Task A_plan_with_faults_is_told_with_file_and_line_and_exit_code_2()
    {
        await File.WriteAllTextAsync(PlanFile, PlanExample.Text.Replace("perSecond: 5", "perSecond: 5\n  speed: 3", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        var refused = await Should.ThrowAsync<UserException>(() => RunAsync("report", PlanFile));
        refused.Message.ShouldMatch(@"^/.*web\.yaml line \d+: mirror has no key speed");
        refused.ExitCode.ShouldBe(2);
    }

    [Theory]
    [InlineData("approve"), InlineData("pause"), InlineData("retreat"), InlineData("abort")]
    public async Task Nothing_can_be_asked_of_what_is_not_under_way(string verb) =>
        (await Should.ThrowAsync<UserException>(() => RunAsync(verb, PlanFile))).Message.ShouldEndWith($"is under way: ./minato migrate start {PlanFile} begins one.");

    [Theory]
    [InlineData("approve", "Approve"), InlineData("pause", "Pause"), InlineData("retreat", "Retreat"), InlineData("abort", "Abort")]
    public async Task A_wish_is_written_into_the_journal_with_its_reason(string verb, string wish)
    {
        Begin();
        (await RunAsync(verb, PlanFile, "--why", "because")).ShouldBe(0);
        using var journal = new JournalFile(JournalFile.PathOf(PlanFile));
        journal.Read()[^1].ShouldBeOfType<Asked>().ShouldSatisfyAllConditions(a => a.Wish.ToString().ShouldBe(wish), a => a.Why.ShouldBe("because"));
    }

    [Fact]
    public async Task Once_the_old_side_is_retired_a_retreat_is_refused()
    {
        Begin(new StepBegun("single", 100));
        (await Should.ThrowAsync<UserException>(() => RunAsync("retreat", PlanFile))).Message.ShouldStartWith("there is no way back any more");
    }

    [Fact]
    public async Task The_report_is_of_the_plan_in_force_whatever_became_of_the_file()
    {
        Begin();
        await File.WriteAllTextAsync(PlanFile, "broken: [", TestContext.Current.CancellationToken);
        var page = Path.Combine(_folder, "page.html");
        (await RunAsync("report", PlanFile, "--html", page)).ShouldBe(0);
        (await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken)).ShouldContain("Migration web-to-ecs");
        (await RunAsync("status", PlanFile)).ShouldBe(0);
    }

    [Fact]
    public async Task A_second_runner_is_turned_away_before_it_reads_anything()
    {
        using var held = RunnerLock.Take(PlanFile);
        (await Should.ThrowAsync<Minato.Migration.MigrationException>(() => RunAsync("start", PlanFile))).Message.ShouldContain("another runner is at work");
    }

    [Fact]
    public async Task Resume_is_of_what_was_begun() =>
        (await Should.ThrowAsync<UserException>(() => RunAsync("resume", PlanFile))).Message.ShouldStartWith("there is nothing to resume");

    [Theory]
    [InlineData("--aws", "--region", "eu-west-1"), InlineData("--endpoint-url", "http://127.0.0.1:9")]
    public async Task Resume_is_refused_elsewhere_than_where_it_was_begun(params string[] elsewhere)
    {
        Begin();
        var refused = await Should.ThrowAsync<UserException>(() => RunAsync(["resume", PlanFile, .. elsewhere]));
        refused.Message.ShouldBe($"it was begun elsewhere, and what is there is not what its journal knows: ./minato migrate resume {PlanFile} {Here}");
        using var journal = new JournalFile(JournalFile.PathOf(PlanFile));
        journal.Read().OfType<Resumed>().ShouldBeEmpty();
    }

    [Fact]
    public async Task Resume_needs_no_plan_file()
    {
        Begin();
        File.Delete(PlanFile);
        (await Should.ThrowAsync<UserException>(() => RunAsync("resume", PlanFile, "--data", _folder, "--region", "eu-west-1"))).Message.ShouldStartWith($"no server runs on {_folder}");
    }

    [Fact]
    public async Task After_a_retreat_an_abort_is_an_attempt_that_takes_away_what_was_prepared()
    {
        Begin(new Ended(Outcome.Retreated, "a gate failed"));
        (await RunAsync("abort", PlanFile, "--why", "given up")).ShouldBe(0);
        using var journal = new JournalFile(JournalFile.PathOf(PlanFile));
        var state = MigrationState.Of(journal.Read());
        (state.Attempt, state.IsActive, state.Left?.Departure, state.Where).ShouldBe((2, true, Departure.Abort, Here));
    }

    [Fact]
    public async Task To_look_leaves_no_file_behind()
    {
        Begin();
        (await RunAsync("status", PlanFile)).ShouldBe(0);
        Directory.GetFiles(_folder).Select(Path.GetFileName).ShouldBe(["web.yaml", "web.yaml.journal"], ignoreOrder: true);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Begin(params JournalEntry[] then)
    {
        File.WriteAllText(PlanFile, PlanExample.Text);
        using var journal = new JournalFile(JournalFile.PathOf(PlanFile));
        foreach (var entry in then.Prepend(new Begun(1, PlanExample.Text, "somebody", Here))) journal.Append(entry with { At = TimeProvider.System.GetUtcNow() });
    }

    private static Task<int> RunAsync(params string[] arguments)
    {
        var root = new RootCommand { MigrateCommand.Create() };
        Options.AddShared(root);
        return root.Parse(["migrate", .. arguments]).InvokeAsync(new() { EnableDefaultExceptionHandler = false });
    }
}
