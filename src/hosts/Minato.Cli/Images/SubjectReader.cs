using System.Collections.Immutable;
using System.Text.Json;
using Minato.Engines.Scanner.Contents;
using Minato.Engines.Scanning;
using Minato.Lint.Images;

namespace Minato.Cli.Images;

/// <summary>What lint looks at, out of an image's configuration and contents.</summary>
internal static class SubjectReader
{
    public static async Task<ImageSubject> ReadAsync(ScanRequest request, ImageContents? contents, CancellationToken ct)
    {
        await using var stream = await request.Source.OpenAsync(request.Config, ct);
        using var json = await JsonDocument.ParseAsync(stream, cancellationToken: ct);
        return ConfigReader.Read(request.Name, json.RootElement) with
        {
            Size = request.Layers.Sum(l => l.Size),
            Files = contents is null ? null : [.. contents.Files.Select(f => new ImageFile(f.Path, f.Mode, f.IsDirectory, f.Text))],
            Secrets = contents is null ? [] : [.. contents.Secrets.Where(s => s.Layer >= 0).Select(s => $"{s.Kind} in {s.Path}, line {s.Line}: {s.Redacted}.")],
            IsContentTrusted = Environment.GetEnvironmentVariable("DOCKER_CONTENT_TRUST") == "1",
        };
    }
}
