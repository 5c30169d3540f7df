using System.CommandLine;
using System.Globalization;
using Minato.Contracts.Ecs;
using Minato.Rehearsal;

namespace Minato.Cli.Rehearsing;

/// <summary>What a rehearsal assumes, as options.</summary>
internal static class WhatIfOptions
{
    private const int MostInstances = 1000;
    private static readonly DeploymentLifecycleHookStage[] s_stages = Enum.GetValues<DeploymentLifecycleHookStage>();
    private static readonly Option<string> StartUp = new("--start-up") { Description = "From a container's start until it answers (default 2s).", HelpName = "TIME", DefaultValueFactory = _ => "2s" };
    private static readonly Option<double> FailureRate = new("--failure-rate") { Description = "Share of the new tasks that fail, 0 to 1.", HelpName = "SHARE" };
    private static readonly Option<FailureKind> Failure = new("--failure") { Description = "How they fail: health (never answer well, the default), crash, start.", DefaultValueFactory = _ => FailureKind.Health };
    private static readonly Option<int?> Capacity = new("--capacity") { Description = "Tasks that find a place at the same time.", HelpName = "N" };
    private static readonly Option<string?> Instances = new("--instances") { Description = "Container instances instead of the cluster's own, for example 3:m5.large.", HelpName = "N:TYPE" };
    private static readonly Option<string[]> Alarm = new("--alarm") { Description = "Set a deployment alarm off, for example errors@5m: five minutes after the update. May be repeated.", HelpName = "[NAME@]TIME" };
    private static readonly Option<string[]> Hook = new("--hook") { Description = "What the lifecycle hooks of a stage answer, for example POST_SCALE_UP=FAILED@2m: IN_PROGRESS for two minutes, then FAILED; of a pause, what a person answers then. May be repeated.", HelpName = "STAGE=ANSWER[@TIME]" };
    private static readonly Option<string?> LoseZone = new("--lose-zone") { Description = "Lose an Availability Zone, for example eu-west-1a@3m: three minutes after the update.", HelpName = "ZONE@TIME" };
    private static readonly Option<ulong> Seed = new("--seed") { Description = "Decides what is chance (default 1).", DefaultValueFactory = _ => 1 };
    private static readonly Option<string> Horizon = new("--horizon") { Description = "How far to look (default 2h).", HelpName = "TIME", DefaultValueFactory = _ => "2h" };

    public static void AddTo(Command command)
    {
        foreach (var option in (Option[])[StartUp, FailureRate, Failure, Capacity, Instances, LoseZone, Alarm, Hook, Seed, Horizon]) command.Add(option);
    }

    public static WhatIf Read(ParseResult parsed)
    {
        var rate = parsed.GetValue(FailureRate);
        if (rate is not (>= 0 and <= 1)) throw new UserException("--failure-rate is a share from 0 to 1.");
        return new()
        {
            StartUp = Time(parsed.GetRequiredValue(StartUp), "--start-up"),
            FailureRate = rate,
            Failure = parsed.GetValue(Failure),
            Capacity = parsed.GetValue(Capacity),
            Instances = parsed.GetValue(Instances) is { } park ? Park(park) : null,
            Alarms = [.. (parsed.GetValue(Alarm) ?? []).Select(ReadAlarm)],
            Hooks = [.. (parsed.GetValue(Hook) ?? []).Select(ReadHook)],
            LostZone = parsed.GetValue(LoseZone) is { } lost ? Zone(lost) : null,
            Seed = parsed.GetValue(Seed),
            Horizon = Time(parsed.GetRequiredValue(Horizon), "--horizon"),
        };
    }

    /// <summary>A number with s, m or h after it; seconds without.</summary>
    public static TimeSpan Time(string text, string option)
    {
        var (digits, unit) = text is [.. var number, 's' or 'm' or 'h'] ? (number, text[^1]) : (text, 's');
        if (!double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || value < 0 || value > 10_000)
            throw new UserException($"{option} takes a time such as 30s, 5m or 1h, not {text}.");
        return unit switch { 'm' => TimeSpan.FromMinutes(value), 'h' => TimeSpan.FromHours(value), _ => TimeSpan.FromSeconds(value) };
    }

    private static LostZone Zone(string text) => text.Split('@') is [{ Length: > 0 } zone, var at]
        ? new(zone, Time(at, "--lose-zone")) : throw new UserException($"--lose-zone takes a zone and a time, such as eu-west-1a@3m, not {text}.");

    public static InstancePark Park(string text) =>
        text.Split(':') is [var count, { Length: > 0 } type] && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= MostInstances
            ? new(number, type) : throw new UserException($"--instances takes a number up to {MostInstances} and a type, such as 3:m5.large, not {text}.");

    public static FiringAlarm ReadAlarm(string text) => text.LastIndexOf('@') is > 0 and var at
        ? new(text[..at], Time(text[(at + 1)..], "--alarm")) : new(null, Time(text.TrimStart('@'), "--alarm"));

    public static HookScript ReadHook(string text)
    {
        var (asked, after) = text.LastIndexOf('@') is > 0 and var at ? (text[..at], Time(text[(at + 1)..], "--hook")) : (text, TimeSpan.Zero);
        var (name, answer) = asked.Split('=', 2) is [var left, var right] ? (left, right) : (asked, "");
        var stage = s_stages.Where(s => string.Equals(s.ToWire(), name, StringComparison.OrdinalIgnoreCase)).ToArray();
        if (stage.Length == 0) throw new UserException($"--hook names a stage, one of {string.Join(", ", s_stages.Select(s => s.ToWire()))}, not {name}.");
        HookEnd? end = answer.ToUpperInvariant() switch { "SUCCEEDED" => HookEnd.Succeeded, "FAILED" => HookEnd.Failed, "IN_PROGRESS" => HookEnd.InProgress, _ => null };
        return end is { } known ? new(stage[0], known, after) : throw new UserException($"--hook takes SUCCEEDED, FAILED or IN_PROGRESS, not {answer}.");
    }
}
