using System.CommandLine;
using System.Text.Json.Nodes;
using Minato.Cli.Images;
using Minato.Cli.Output;
using Minato.Engines.Scanner;
using Minato.Engines.Scanner.Sbom;
using Minato.Engines.Scanning;

namespace Minato.Cli.Commands;

/// <summary>What is known to be wrong with an image, or what is in it; and the database that knows.</summary>
internal static class ScanCommand
{
    private const int Found = 2;
    private static readonly Argument<string> s_image = new("image") { Description = ImageOpener.Image.Description, HelpName = "IMAGE", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> s_sbom = new("--sbom") { Description = "Writes a bill of materials instead: spdx (2.3) or cyclonedx (1.5), as JSON.", HelpName = "FORMAT" };
    private static readonly Option<string?> s_failOn = new("--fail-on") { Description = "Ends with 2 when a finding is as grave: informational, low, medium, high or critical.", HelpName = "SEVERITY" };
    private static readonly Option<string> s_scanner = new("--scanner") { Description = "minato, or trivy when it is installed.", HelpName = "NAME", DefaultValueFactory = _ => "minato" };

    public static Command Create()
    {
        var command = new Command("scan", "Looks for known vulnerabilities and secrets in an image, or lists what it is made of.") { s_image, s_sbom, s_failOn, s_scanner, ImageOpener.Platform, ScanDatabaseCommand.Create() };
        Running.AwsAccess.AddOptions(command);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        if (parsed.GetValue(s_image) is not { } name) throw new UserException("which image? ./minato scan IMAGE, or ./minato scan db import FILE");
        var failOn = Threshold(parsed.GetValue(s_failOn));
        using var image = await ImageOpener.OpenAsync(parsed, name, ct);
        if (parsed.GetValue(s_sbom) is { } format) return await SbomAsync(parsed, image, format, ct);
        var outcome = await Scanner(parsed).ScanAsync(image.Request, ct);
        if (outcome is ScanOutcome.Failed failed) throw new UserException(failed.Reason);
        if (outcome is ScanOutcome.Unsupported unsupported) throw new UserException(unsupported.Reason);
        var completed = (ScanOutcome.Completed)outcome;
        if (parsed.GetValue(Options.Json)) Screen.Json(ScanPage.ToJson(image, completed));
        else ScanPage.Print(image, completed);
        return failOn is { } level && (completed.Findings.Any(f => f.Severity >= level) || completed.Secrets.Any(s => s.Severity >= level)) ? Found : 0;
    }

    private static IImageScanner Scanner(ParseResult parsed) => parsed.GetRequiredValue(s_scanner) switch
    {
        "minato" => ScannerServices.Create(parsed.DataDirectory()),
        "trivy" => ScannerServices.FindTrivy() ?? throw new UserException("trivy is not on PATH. Install it, or scan with --scanner minato."),
        var other => throw new UserException($"there is no scanner {other}: minato, or trivy."),
    };

    private static async Task<int> SbomAsync(ParseResult parsed, OpenImage image, string format, CancellationToken ct)
    {
        if (format is not ("spdx" or "cyclonedx")) throw new UserException($"--sbom takes spdx or cyclonedx, not {format}.");
        var (contents, refusal) = await ScannerServices.Create(parsed.DataDirectory()).ContentsAsync(image.Request, ct);
        if (contents is null) throw new UserException(refusal switch { ScanOutcome.Failed f => f.Reason, ScanOutcome.Unsupported u => u.Reason, _ => "the image cannot be read." });
        var subject = new SbomSubject(image.Request.Name, image.Digest, contents, TimeProvider.System.GetUtcNow(), Version);
        Screen.Json(format == "spdx" ? Spdx.Write(subject) : CycloneDx.Write(subject));
        return 0;
    }

    public static string Version => typeof(ScanCommand).Assembly.GetName().Version?.ToString(3) ?? "0";

    private static ScanSeverity? Threshold(string? word) => word is null ? null
        : Enum.TryParse<ScanSeverity>(word, ignoreCase: true, out var severity) ? severity : throw new UserException($"--fail-on takes informational, low, medium, high or critical, not {word}.");
}
