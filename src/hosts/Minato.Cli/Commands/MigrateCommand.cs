using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Cli.Migrating;
using Minato.Cli.Output;
using Minato.Cli.Running;
using Minato.Migration.Journal;
using Minato.Migration.Planning;
using Minato.Migration.Plans;
using Minato.Migration.Reporting;

namespace Minato.Cli.Commands;

/// <summary>Moves traffic from where it is to an ECS service, in stages, with a way back.</summary>
internal static class MigrateCommand
{
    private static readonly Argument<FileInfo> PlanFile = new("file") { Description = "The plan (YAML); its journal lies beside it." };
    private static readonly Option<string?> Why = new("--why") { Description = "A reason, for the report.", HelpName = "WORDS" };
    private static readonly Option<bool> AcceptWeights = new("--accept-weights") { Description = "Goes on from the weights that somebody else set." };
    private static readonly Option<FileInfo?> Html = new("--html") { Description = "Where to write the page (default: FILE.report.html).", HelpName = "FILE" };

    public static Command Create()
    {
        var command = new Command("migrate", "Moves traffic from where it is to an ECS service, stage by stage, and back by itself when a gate fails.")
        {
            Sub("init", "Writes a plan with everything in it, to begin from.", (parsed, _) => Task.FromResult(Init(parsed))),
            WithAws(Sub("check", "Compares the plan with what is there; changes nothing.", CheckAsync)),
            WithAws(Sub("start", "Begins, and stays until the end. Ended ones begin anew.", (parsed, ct) => RunAsync(parsed, isStart: true, ct))),
            WithAws(Sub("resume", "Goes on where a runner was stopped, or a pause was asked for.", (parsed, ct) => RunAsync(parsed, isStart: false, ct), AcceptWeights)),
            Sub("status", "How it stands: both sides, gates, time left.", (parsed, _) => Task.FromResult(Status(parsed))),
            Sub("approve", "Lets the stage that waits for it end.", (parsed, _) => Task.FromResult(Ask(parsed, Wish.Approve)), Why),
            Sub("pause", "Keeps the weights as they are; gates go on guarding.", (parsed, _) => Task.FromResult(Ask(parsed, Wish.Pause)), Why),
            Sub("retreat", "Sends all traffic back; what was prepared stays.", (parsed, _) => Task.FromResult(Ask(parsed, Wish.Retreat)), Why),
            Sub("abort", "Sends all traffic back, and leaves everything as it was found.", (parsed, _) => Task.FromResult(Ask(parsed, Wish.Abort)), Why),
            Sub("report", "Writes the evidence so far: a page, or with --json everything.", (parsed, _) => Task.FromResult(Report(parsed)), Html),
        };
        return command;
    }

    private static Command Sub(string name, string words, Func<ParseResult, CancellationToken, Task<int>> action, params Option[] options)
    {
        var command = new Command(name, words) { PlanFile };
        foreach (var option in options) command.Add(option);
        command.SetAction(action);
        return command;
    }

    private static Command WithAws(Command command)
    {
        AwsAccess.AddOptions(command);
        return command;
    }

    private static int Init(ParseResult parsed)
    {
        var path = PathOf(parsed);
        if (File.Exists(path)) throw new UserException($"{path} is there already.");
        File.WriteAllText(path, PlanExample.Text);
        Screen.Done($"{path} is written: fill in old, new and entry, then ./minato migrate check {path} (with --aws on AWS)");
        return 0;
    }

    private static async Task<int> CheckAsync(ParseResult parsed, CancellationToken ct)
    {
        using var aws = AwsAccess.Of(parsed);
        using var migration = new RunningMigration(MigrationFiles.Read(PathOf(parsed)), PathOf(parsed), aws);
        var (isFine, lines) = await migration.CheckAsync(ct);
        var path = PathOf(parsed);
        if (parsed.GetValue(Options.Json)) Screen.Json(new JsonObject { ["fine"] = isFine, ["found"] = new JsonArray([.. lines.Select(l => (JsonNode)l)]) });
        else foreach (var line in lines.Append(isFine ? $"ok: nothing stands in the way: ./minato migrate start {path}{Place.ArgumentOf(parsed)}" : $"Nothing was changed. Mend that, in {path} or where it is, and check again.")) Screen.Line(line);
        return isFine ? 0 : 1;
    }

    private static async Task<int> RunAsync(ParseResult parsed, bool isStart, CancellationToken ct)
    {
        var path = PathOf(parsed);
        var output = new MigrationOutput(path, Place.ArgumentOf(parsed), parsed.GetValue(Options.Json));
        if (!isStart && RunnerLock.IsTaken(path)) return Ask(parsed, parsed.GetValue(AcceptWeights) ? Wish.AcceptWeights : Wish.Resume);
        using var held = RunnerLock.Take(path);
        using var journal = new JournalFile(JournalFile.PathOf(path));
        var state = MigrationState.Of(journal.Read());
        if (isStart && state.IsActive) throw new UserException($"the migration is under way: ./minato migrate resume {path}{Place.ArgumentOf(parsed, state)}");
        if (!isStart && !state.IsActive) throw new UserException($"there is nothing to resume: ./minato migrate start {path}");
        if (!isStart && state.Where is { } where && where != AwsAccess.PlaceOf(parsed))
            throw new UserException($"it was begun elsewhere, and what is there is not what its journal knows: ./minato migrate resume {path} {where}");
        var text = isStart ? MigrationFiles.Text(path) : state.Plan;
        var plan = MigrationFiles.Parse(path, text);
        if (!isStart && !MigrationFiles.IsStill(path, text)) output.Note($"{path} was changed since the start: the plan as it was then goes on.");
        using var aws = AwsAccess.Of(parsed);
        using var migration = new RunningMigration(plan, path, aws);
        var who = Environment.UserName;
        JournalEntry first = isStart ? new Begun(state.Attempt + 1, text, who, AwsAccess.PlaceOf(parsed)) : new Resumed(who);
        journal.Append(first with { At = TimeProvider.System.GetUtcNow() });
        if (!isStart) journal.Append(new Asked(parsed.GetValue(AcceptWeights) ? Wish.AcceptWeights : Wish.Resume, who, null) { At = TimeProvider.System.GetUtcNow() });
        try
        {
            return await migration.RunAsync(journal, output, ct) is Outcome.Completed ? 0 : 1;
        }
        catch (OperationCanceledException)
        {
            output.Note($"The weights stay as they are, and no gate guards them. Go on: ./minato migrate resume {path}{Place.ArgumentOf(parsed)}. Back: ./minato migrate retreat {path}, then resume.");
            throw;
        }
        catch (AwsException e)
        {
            throw new UserException(
                $"the credentials are refused: {e.Code}: {e.Message} The weights stay as they are, and no gate guards them. Renew the credentials, then: ./minato migrate resume {path}{Place.ArgumentOf(parsed)}");
        }
    }

    private static int Status(ParseResult parsed)
    {
        var path = PathOf(parsed);
        using var journal = new JournalFile(JournalFile.PathOf(path));
        var (plan, state) = MigrationFiles.Standing(path, journal);
        var now = TimeProvider.System.GetUtcNow();
        var gates = GateJudge.Refresh(plan, state);
        var page = StatusPage.Of(plan, state, gates, state.Attempt == 0 ? null : MigrationPlanner.Plan(plan, state, gates, now), now);
        var isRunning = RunnerLock.IsTaken(path);
        if (parsed.GetValue(Options.Json))
        {
            var json = page.ToJson();
            json["runner"] = isRunning;
            Screen.Json(json);
            return 0;
        }

        MigrationOutput.Print(page, path, Place.ArgumentOf(parsed, state));
        if (state.IsActive && !isRunning) Screen.Failed($"no runner is at work, and no gate guards the weights: ./minato migrate resume {path}{Place.ArgumentOf(parsed, state)}");
        return 0;
    }

    private static int Ask(ParseResult parsed, Wish wish)
    {
        var path = PathOf(parsed);
        using var journal = new JournalFile(JournalFile.PathOf(path));
        var state = MigrationState.Of(journal.Read());
        var why = parsed.CommandResult.Command.Options.Contains(Why) ? parsed.GetValue(Why) : null;
        if (wish is Wish.Abort && state.Ended?.Outcome is Outcome.Retreated) return TakeBack(parsed, path, journal, state, why);
        if (!state.IsActive) throw new UserException($"no migration by {path} is under way: ./minato migrate start {path} begins one.");
        if (wish is Wish.Retreat or Wish.Abort && state.IsPastReturn) throw new UserException("there is no way back any more: the old side is being retired. What is still to be done goes on.");
        journal.Append(new Asked(wish, Environment.UserName, why) { At = TimeProvider.System.GetUtcNow() });
        var what = wish is Wish.Approve && state.Stage >= 0 ? $"the stage {MigrationFiles.Parse(path, state.Plan).Stages[state.Stage].Name} is approved; " : "";
        if (RunnerLock.IsTaken(path)) Screen.Done($"{what}the runner is told");
        else Screen.Done($"{what}written down; no runner is at work: ./minato migrate resume {path}{Place.ArgumentOf(parsed, state)}");
        return 0;
    }

    /// <summary>After a retreat what was prepared is still there: an attempt that does nothing but take it away.</summary>
    private static int TakeBack(ParseResult parsed, string path, JournalFile journal, MigrationState state, string? why)
    {
        using var held = RunnerLock.Take(path);
        journal.Append(new Begun(state.Attempt + 1, state.Plan, Environment.UserName, state.Where) { At = TimeProvider.System.GetUtcNow() });
        journal.Append(new Asked(Wish.Abort, Environment.UserName, why) { At = TimeProvider.System.GetUtcNow() });
        Screen.Done($"written down; what was prepared goes with: ./minato migrate resume {path}{Place.ArgumentOf(parsed, state)}");
        return 0;
    }

    private static int Report(ParseResult parsed)
    {
        var path = PathOf(parsed);
        using var journal = new JournalFile(JournalFile.PathOf(path));
        var (plan, _) = MigrationFiles.Standing(path, journal);
        var evidence = Evidence.Of(plan, journal.Read(), TimeProvider.System.GetUtcNow());
        if (parsed.GetValue(Options.Json))
        {
            Screen.Json(evidence.ToJson());
            return 0;
        }

        var page = parsed.GetValue(Html)?.FullName ?? path + ".report.html";
        MigrationFiles.Replace(page, evidence.ToHtml());
        Screen.Done($"{page} is written");
        return 0;
    }

    private static string PathOf(ParseResult parsed)
    {
        var file = parsed.GetRequiredValue(PlanFile);
        return Directory.Exists(file.DirectoryName) ? file.FullName : throw new UserException($"there is no folder {file.DirectoryName}.");
    }
}
