using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Minato.Engines.Scanner.Scoring;
using Minato.Engines.Scanning;

namespace Minato.Engines.Scanner;

/// <summary>Trivy, where it is installed: it gets the image as an OCI layout in a folder of its own, and keeps its own vulnerability data.</summary>
internal sealed class TrivyScanner(string executable) : IImageScanner
{
    private const int MaxAnswer = 512 << 20;

    public string Name => "trivy";

    /// <summary>Trivy does not say: it looks for newer data itself at every scan.</summary>
    public string? DataVersion => "trivy";

    /// <summary>The one on PATH.</summary>
    public static TrivyScanner? Find(string? path) =>
        (path ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Select(p => Path.Combine(p, "trivy")).FirstOrDefault(File.Exists) is { } found ? new(found) : null;

    public async ValueTask<ScanOutcome> ScanAsync(ScanRequest request, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("minato-trivy-");
        try
        {
            await LayoutAsync(folder.FullName, request, ct);
            return await RunAsync(folder.FullName, request, ct);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task LayoutAsync(string folder, ScanRequest request, CancellationToken ct)
    {
        var blobs = Directory.CreateDirectory(Path.Combine(folder, "blobs", "sha256")).FullName;
        var digest = Images.ImageArchive.DigestOf(request.Manifest.Span);
        await File.WriteAllBytesAsync(Path.Combine(blobs, digest.Split(':')[1]), request.Manifest, ct);
        await File.WriteAllTextAsync(Path.Combine(folder, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""", ct);
        var index = new System.Text.Json.Nodes.JsonObject
        {
            ["schemaVersion"] = 2,
            ["manifests"] = new System.Text.Json.Nodes.JsonArray(new System.Text.Json.Nodes.JsonObject { ["mediaType"] = request.ManifestMediaType, ["digest"] = digest, ["size"] = request.Manifest.Length }),
        };
        await File.WriteAllTextAsync(Path.Combine(folder, "index.json"), index.ToJsonString(), ct);
        foreach (var blob in request.Layers.Append(request.Config))
        {
            // Digests become names of files: only what is one.
            if (blob.Digest.Split(':') is not [{ } algorithm, { } hex] || !hex.All(char.IsAsciiHexDigit) || !algorithm.All(char.IsAsciiLetterOrDigit)) continue;
            Directory.CreateDirectory(Path.Combine(folder, "blobs", algorithm));
            await using var from = await request.Source.OpenAsync(blob, ct);
            await using var to = File.Create(Path.Combine(folder, "blobs", algorithm, hex));
            await from.CopyToAsync(to, ct);
        }
    }

    private async Task<ScanOutcome> RunAsync(string layout, ScanRequest request, CancellationToken ct)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(ct);
        time.CancelAfter(request.Limits.Time);
        var start = new ProcessStartInfo(executable, ["image", "--input", layout, "--format", "json", "--scanners", "vuln,secret", "--quiet"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        Process? process = null;
        try
        {
            process = Process.Start(start) ?? throw new Win32Exception("it did not start");
            var errors = process.StandardError.ReadToEndAsync(time.Token);
            var answer = new MemoryStream();
            await CopyAsync(process.StandardOutput.BaseStream, answer, time.Token);
            await process.WaitForExitAsync(time.Token);
            if (process.ExitCode != 0) return new ScanOutcome.Failed($"trivy ended with {process.ExitCode}: {Last(await errors)}");
            return Read(answer.ToArray(), request);
        }
        catch (Win32Exception e)
        {
            return new ScanOutcome.Failed($"{executable} could not be started: {e.Message}");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new ScanOutcome.Failed($"The scan took longer than {request.Limits.Time.TotalSeconds:0.###} seconds, its limit.");
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            return new ScanOutcome.Failed($"What trivy answered cannot be read: {e.Message}");
        }
        finally
        {
            if (process is { HasExited: false }) process.Kill(entireProcessTree: true);
            process?.Dispose();
        }
    }

    private static async Task CopyAsync(Stream from, MemoryStream to, CancellationToken ct)
    {
        var buffer = new byte[64 << 10];
        while (await from.ReadAsync(buffer, ct) is > 0 and var count)
        {
            if (to.Length + count > MaxAnswer) throw new InvalidDataException($"it is longer than {MaxAnswer} bytes.");
            to.Write(buffer, 0, count);
        }
    }

    private static string Last(string errors) => errors.Trim().Split('\n')[^1] is { Length: > 400 } longLine ? longLine[..400] : errors.Trim().Split('\n')[^1];

    internal static ScanOutcome Read(byte[] json, ScanRequest request)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var results = Items(root, "Results").ToList();
        var os = root.TryGetProperty("Metadata", out var metadata) && metadata.ValueKind is JsonValueKind.Object && metadata.TryGetProperty("OS", out var system) ? $"{Text(system, "Family")}:{Text(system, "Name")}" : null;
        return new ScanOutcome.Completed
        {
            OperatingSystem = os,
            Packages = results.Sum(r => Items(r, "Packages").Count()),
            Findings = [.. results.SelectMany(r => Items(r, "Vulnerabilities").Select(v => Finding(r, v, request))).OfType<ScanFinding>()],
            Secrets = [.. results.SelectMany(r => Items(r, "Secrets").Select(s => new ScanSecret(Text(s, "RuleID") ?? "secret", Text(r, "Target") ?? "", LayerOf(s), Severity(Text(s, "Severity")))))],
        };
    }

    private static ScanFinding? Finding(JsonElement result, JsonElement found, ScanRequest request)
    {
        if (Text(found, "VulnerabilityID") is not { } id || Text(found, "PkgName") is not { } package || Text(found, "InstalledVersion") is not { } version) return null;
        return new()
        {
            Vulnerability = id, Package = package, Version = version, FixedVersion = Text(found, "FixedVersion") is { Length: > 0 } fix ? fix : null,
            Severity = Severity(Text(found, "Severity")), PackageManager = Manager(Text(result, "Type"), Text(result, "Class")),
            FilePath = Text(found, "PkgPath") is { Length: > 0 } path ? path : null, LayerDigest = LayerOf(found) is { } layer && request.Layers.Any(l => l.Digest == layer) ? layer : null,
            Title = Text(found, "Title"), Description = Text(found, "Description"), Uri = Text(found, "PrimaryURL"),
            References = found.TryGetProperty("References", out var references) && references.ValueKind is JsonValueKind.Array ? [.. references.EnumerateArray().Select(r => r.GetString()).OfType<string>()] : [],
            Source = Text(found, "SeveritySource")?.ToUpperInvariant(), PublishedAt = Time(found, "PublishedDate"), ModifiedAt = Time(found, "LastModifiedDate"),
            Scores = [.. Scores(found)],
        };
    }

    private static IEnumerable<ScanScore> Scores(JsonElement found)
    {
        if (!found.TryGetProperty("CVSS", out var sources) || sources.ValueKind is not JsonValueKind.Object) yield break;
        var vectors = sources.EnumerateObject().SelectMany(s => new[] { Text(s.Value, "V40Vector"), Text(s.Value, "V3Vector"), Text(s.Value, "V2Vector") }).OfType<string>().Distinct();
        foreach (var vector in vectors) if (Cvss.Score(vector) is { } score) yield return score;
    }

    // A layer's digest where trivy knows it; for the uppermost files it does.
    private static string? LayerOf(JsonElement found) => found.TryGetProperty("Layer", out var layer) ? Text(layer, "Digest") : null;

    private static string Manager(string? type, string? of) => (type, of) switch
    {
        ("debian" or "ubuntu", _) => "dpkg",
        ("alpine" or "wolfi" or "chainguard", _) => "apk",
        (_, "os-pkgs") => "rpm",
        ("node-pkg" or "npm" or "yarn" or "pnpm", _) => "npm",
        ("dotnet-core" or "nuget", _) => "nuget",
        ("python-pkg" or "pip" or "poetry" or "pipenv", _) => "pypi",
        ("gobinary" or "gomod", _) => "go",
        _ => type ?? "unknown",
    };

    private static ScanSeverity Severity(string? word) => word switch
    {
        "CRITICAL" => ScanSeverity.Critical,
        "HIGH" => ScanSeverity.High,
        "MEDIUM" => ScanSeverity.Medium,
        "LOW" => ScanSeverity.Low,
        _ => ScanSeverity.Undefined,
    };

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static DateTimeOffset? Time(JsonElement element, string name) => DateTimeOffset.TryParse(Text(element, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var list) && list.ValueKind is JsonValueKind.Array ? list.EnumerateArray().Where(i => i.ValueKind is JsonValueKind.Object) : [];
}
