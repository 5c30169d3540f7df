using System.CommandLine;
using Minato.Cli.Running;
using Minato.Engines.Scanner.Images;

namespace Minato.Cli.Images;

/// <summary>Finds an image by what a person calls it: a file, a repository of the registry, or the local Docker Engine.</summary>
internal static class ImageOpener
{
    private const string OfEngine = "docker:";
    private const string OfRegistry = "ecr:";

    public static readonly Argument<string> Image = new("image")
    {
        Description = "A file (docker save, or an OCI layout), REPOSITORY:TAG of the registry, or an image of the Docker Engine; docker: and ecr: before it say which.", HelpName = "IMAGE",
    };

    public static readonly Option<string> Platform = new("--platform")
    {
        Description = "Which image of an index (default: this machine's).", HelpName = "OS/ARCH",
        DefaultValueFactory = _ => $"linux/{System.Runtime.InteropServices.RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant() switch { "x64" => "amd64", var other => other }}",
    };

    public static async Task<OpenImage> OpenAsync(ParseResult parsed, string name, CancellationToken ct)
    {
        var platform = parsed.GetRequiredValue(Platform);
        if (File.Exists(name) || Directory.Exists(name)) return OfFile(name, platform);
        if (name.StartsWith(OfEngine, StringComparison.Ordinal)) return await EngineImages.OpenAsync(name[OfEngine.Length..].TrimStart('/'), platform, ct);
        if (name.StartsWith(OfRegistry, StringComparison.Ordinal)) return await FromRegistryAsync(parsed, name[OfRegistry.Length..].TrimStart('/'), platform, ct) ?? throw NotFound(name);
        if (new ServerFiles(parsed.DataDirectory()).Running is not null || RegistryName.IsOfRegistry(name))
        {
            if (await FromRegistryAsync(parsed, name, platform, ct) is { } found) return found;
            if (RegistryName.IsOfRegistry(name)) throw NotFound(name);
        }

        return await EngineImages.OpenAsync(name, platform, ct);
    }

    public static OpenImage OfFile(string path, string platform)
    {
        try
        {
            var (archive, request) = ImageArchive.Open(path, platform);
            return new(request, ImageArchive.DigestOf(request.Manifest.Span), archive);
        }
        catch (InvalidDataException e)
        {
            throw new UserException($"{path}: {e.Message}");
        }
    }

    private static async Task<OpenImage?> FromRegistryAsync(ParseResult parsed, string name, string platform, CancellationToken ct)
    {
        var aws = AwsAccess.Of(parsed);
        try
        {
            if (await RegistryImages.OpenAsync(aws, aws.Caller, RegistryName.Parse(name), platform, aws, ct) is { } found) return found;
        }
        catch (InvalidDataException e)
        {
            aws.Dispose();
            throw new UserException($"{name}: {e.Message}");
        }
        catch
        {
            aws.Dispose();
            throw;
        }

        aws.Dispose();
        return null;
    }

    private static UserException NotFound(string name) => new($"there is no image {name} in the registry.");
}
