using System.Collections.Immutable;
using System.Text.Json;
using Minato.Engines.Scanner.Advisories;
using Minato.Engines.Scanner.Contents;
using Minato.Engines.Scanner.Secrets;
using Minato.Engines.Scanner.Worker;
using Minato.Engines.Scanning;

namespace Minato.Engines.Scanner;

/// <summary>The scanner that Minato brings: a worker reads the layers, the imported vulnerabilities are looked up for what it found.</summary>
internal sealed class MinatoScanner(AdvisoryDatabase database, ScanWorker worker) : IImageScanner
{
    private const int MaxConfig = 8 << 20;

    private static readonly string[] s_layerTypes = ["layer", "rootfs", "tar"];

    public string Name => "minato";

    public string? DataVersion => database.Version;

    public async ValueTask<ScanOutcome> ScanAsync(ScanRequest request, CancellationToken ct)
    {
        if (database.Version is null) return new ScanOutcome.Failed("There is no vulnerability data yet. Import an OSV dump: ./minato scan db import FILE");
        var (contents, refusal) = await ContentsAsync(request, ct);
        if (contents is null) return refusal;
        try
        {
            using var advisories = database.Open();
            return Complete(request, contents, advisories);
        }
        catch (InvalidDataException e)
        {
            return new ScanOutcome.Failed(e.Message);
        }
    }

    /// <summary>What is in the image, without looking anything up: for bills of materials and lint.</summary>
    public async ValueTask<(ImageContents? Contents, ScanOutcome Refusal)> ContentsAsync(ScanRequest request, CancellationToken ct)
    {
        if (request.Layers.FirstOrDefault(l => l.MediaType is { } type && !s_layerTypes.Any(t => type.Contains(t, StringComparison.Ordinal))) is { } strange)
            return (null, new ScanOutcome.Unsupported($"The layer {strange.Digest} is {strange.MediaType}, which is no archive of files."));
        if (request.Config.Size > MaxConfig) return (null, new ScanOutcome.Failed($"The image's configuration has {request.Config.Size} bytes; the limit is {MaxConfig}."));
        var environment = await EnvironmentAsync(request, ct);
        if (environment is null) return (null, new ScanOutcome.Unsupported("It is no image of a container: its configuration is none."));
        var answer = await worker.ReadAsync(request.Layers, request.Source, request.Limits, ct);
        if (answer.Contents is not { } contents)
        {
            var reason = answer.Refusal ?? "The scan failed.";
            return (null, answer.IsUnsupported ? new ScanOutcome.Unsupported(reason) : new ScanOutcome.Failed(reason));
        }

        var secrets = new SecretCollector();
        secrets.LookAtEnvironment(environment);
        return (contents with { Secrets = [.. secrets.Found, .. contents.Secrets] }, new ScanOutcome.Completed());
    }

    private static async ValueTask<IReadOnlyList<string>?> EnvironmentAsync(ScanRequest request, CancellationToken ct)
    {
        await using var stream = await request.Source.OpenAsync(request.Config, ct);
        try
        {
            using var json = await JsonDocument.ParseAsync(stream, cancellationToken: ct);
            if (json.RootElement.ValueKind is not JsonValueKind.Object || !json.RootElement.TryGetProperty("rootfs", out _)) return null;
            return json.RootElement.TryGetProperty("config", out var config) && config.ValueKind is JsonValueKind.Object
                && config.TryGetProperty("Env", out var variables) && variables.ValueKind is JsonValueKind.Array
                ? [.. variables.EnumerateArray().Where(v => v.ValueKind is JsonValueKind.String).Select(v => v.GetString()).OfType<string>()] : [];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ScanOutcome Complete(ScanRequest request, ImageContents contents, AdvisoryReader advisories)
    {
        var digests = request.Layers.Select(l => l.Digest).ToList();
        var isUnknown = contents.Distribution is { Ecosystem: null } && contents.Packages.All(p => p.IsOfDistribution);
        if (isUnknown) return new ScanOutcome.Unsupported($"The operating system '{contents.Distribution?.Short}' is not supported.");
        if (contents.Packages.IsEmpty && contents.Notes.FirstOrDefault(n => n.Contains("not looked up", StringComparison.Ordinal)) is { } unread) return new ScanOutcome.Unsupported(unread);
        return new ScanOutcome.Completed
        {
            Findings = [.. new Matcher(advisories.Find).Match(contents.Packages, contents.Distribution, digests)],
            Secrets = [.. contents.Secrets.Select(s => new ScanSecret(s.Kind, s.Path, s.Layer >= 0 && s.Layer < digests.Count ? digests[s.Layer] : null, ScanSeverity.High)).Distinct()],
            SourceUpdatedAt = advisories.Newest, OperatingSystem = contents.Distribution?.Short, Packages = contents.Packages.Length,
        };
    }
}
