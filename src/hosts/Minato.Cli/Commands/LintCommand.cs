using System.CommandLine;
using Minato.Cli.Images;
using Minato.Cli.Output;
using Minato.Cli.Running;
using Minato.Engines.Scanner;
using Minato.Engines.Scanning;
using Minato.Lint;
using Minato.Lint.Images;
using Minato.Lint.Output;
using Minato.Lint.Rules;
using Minato.Lint.TaskDefinitions;

namespace Minato.Cli.Commands;

/// <summary>What is unwise in Dockerfiles, task definitions and images, why, and what to do instead.</summary>
internal static class LintCommand
{
    private const int Found = 2;
    private static readonly Argument<string[]> s_targets = new("targets") { Description = "Dockerfiles, task definitions (JSON), or images as ./minato scan takes them (default: ./Dockerfile).", HelpName = "TARGET", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<string> s_format = new("--format") { Description = "table, json or sarif (2.1.0).", HelpName = "FORMAT", DefaultValueFactory = _ => "table" };
    private static readonly Option<string?> s_failOn = new("--fail-on") { Description = "Ends with 2 when a finding is as grave: info, warning or error.", HelpName = "LEVEL" };
    private static readonly Option<string[]> s_ignore = new("--ignore") { Description = "Leaves a code out. May be repeated; .minatolint keeps a list.", HelpName = "CODE" };
    private static readonly Option<string[]> s_trusted = new("--trusted-registry") { Description = "Bases may come from this registry alone (DL3026). May be repeated.", HelpName = "HOST" };
    private static readonly Option<bool> s_explain = new("--explain") { Description = "Shows with each finding why it matters and what to do." };

    public static Command Create()
    {
        var command = new Command("lint", "Checks Dockerfiles, task definitions and images.") { s_targets, s_format, s_failOn, s_ignore, s_trusted, s_explain, ImageOpener.Platform };
        AwsAccess.AddOptions(command);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        var failOn = parsed.GetValue(s_failOn) is not { } word ? (LintLevel?)null : LintJson.Parse(word) ?? throw new UserException($"--fail-on takes info, warning or error, not {word}.");
        var format = parsed.GetValue(Options.Json) ? "json" : parsed.GetRequiredValue(s_format);
        if (format is not ("table" or "json" or "sarif")) throw new UserException($"--format takes table, json or sarif, not {format}.");
        var ignored = parsed.GetValue(s_ignore) ?? [];
        var findings = new List<LintFinding>();
        foreach (var target in parsed.GetValue(s_targets) is { Length: > 0 } named ? named : ["Dockerfile"])
        {
            var ignore = IgnoreFile.Near(target);
            findings.AddRange((await CheckAsync(parsed, target, ct)).Where(f => !ignored.Contains(f.Rule.Code) && !ignore.Ignores(f)));
        }

        if (format == "json") Screen.Json(LintJson.Write(findings));
        else if (format == "sarif") Screen.Json(Sarif.Write(findings, ScanCommand.Version));
        else Print(findings, parsed.GetValue(s_explain));
        return failOn is { } level && findings.Any(f => f.Rule.Level >= level) ? Found : 0;
    }

    private static async Task<List<LintFinding>> CheckAsync(ParseResult parsed, string target, CancellationToken ct)
    {
        var name = Path.GetFileName(target);
        if (File.Exists(target) && (name.Contains("Dockerfile", StringComparison.OrdinalIgnoreCase) || name.Contains("Containerfile", StringComparison.OrdinalIgnoreCase)))
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(target)) ?? "/";
            var hasIgnore = File.Exists(Path.Combine(folder, ".dockerignore")) || File.Exists(target + ".dockerignore");
            return DockerfileRules.Check(await File.ReadAllTextAsync(target, ct), target, new(parsed.GetValue(s_trusted) ?? [], hasIgnore));
        }

        if (name == "Dockerfile" && !File.Exists(target)) throw new UserException("there is no Dockerfile here. What is to be checked? ./minato lint TARGET…");
        if (File.Exists(target) && name.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) return TaskDefinitionRules.Check(await File.ReadAllTextAsync(target, ct), target);
        using var image = await ImageOpener.OpenAsync(parsed, target, ct);
        var (contents, refusal) = await ScannerServices.Create(parsed.DataDirectory()).ContentsAsync(image.Request, ct);
        if (contents is null) throw new UserException(refusal switch { ScanOutcome.Failed f => f.Reason, ScanOutcome.Unsupported u => u.Reason, _ => "the image cannot be read." });
        return ImageRules.Check(await SubjectReader.ReadAsync(image.Request with { Name = target }, contents, ct));
    }

    private static void Print(List<LintFinding> findings, bool explains)
    {
        if (findings.Count == 0)
        {
            Screen.Done("nothing to be found fault with");
            return;
        }

        foreach (var file in findings.GroupBy(f => f.File))
        {
            Screen.Title(file.Key);
            if (!explains) Screen.Table(["line", "level", "code", "what", "instead"], [.. file.Select(f => (string[])[f.Line > 0 ? $"{f.Line}" : "-", LintJson.LevelOf(f.Rule.Level), f.Rule.Code, f.Message, f.Rule.Fix])]);
            else
            {
                foreach (var finding in file)
                {
                    Screen.Line($"{(finding.Line > 0 ? $"{finding.Line}: " : "")}{LintJson.LevelOf(finding.Rule.Level)} {finding.Rule.Code} {finding.Rule.Title}: {finding.Message}");
                    Screen.Dim($"    {finding.Rule.Why}");
                    Screen.Dim($"    {finding.Rule.Fix}");
                }
            }
        }

        var counts = findings.GroupBy(f => f.Rule.Level).OrderByDescending(g => g.Key).Select(g => $"{g.Count()} {LintJson.LevelOf(g.Key)}");
        Screen.Line(string.Join(", ", counts));
    }
}
