using System.CommandLine;
using System.Globalization;
using Minato.Rehearsal;

namespace Minato.Cli.Rehearsing;

/// <summary>What a rehearsal assumes, as options.</summary>
internal static class WhatIfOptions
{
    private static readonly Option<string> StartUp = new("--start-up") { Description = "From a container's start until it answers (default 2s).", HelpName = "TIME", DefaultValueFactory = _ => "2s" };
    private static readonly Option<double> FailureRate = new("--failure-rate") { Description = "Share of the new tasks that fail, 0 to 1.", HelpName = "SHARE" };
    private static readonly Option<FailureKind> Failure = new("--failure") { Description = "How they fail: health (never answer well, the default), crash, start.", DefaultValueFactory = _ => FailureKind.Health };
    private static readonly Option<int?> Capacity = new("--capacity") { Description = "Tasks that find a place at the same time.", HelpName = "N" };
    private static readonly Option<string?> LoseZone = new("--lose-zone") { Description = "Lose an Availability Zone, for example eu-west-1a@3m: three minutes after the update.", HelpName = "ZONE@TIME" };
    private static readonly Option<ulong> Seed = new("--seed") { Description = "Decides what is chance (default 1).", DefaultValueFactory = _ => 1 };
    private static readonly Option<string> Horizon = new("--horizon") { Description = "How far to look (default 2h).", HelpName = "TIME", DefaultValueFactory = _ => "2h" };

    public static void AddTo(Command command)
    {
        foreach (var option in (Option[])[StartUp, FailureRate, Failure, Capacity, LoseZone, Seed, Horizon]) command.Add(option);
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
}
