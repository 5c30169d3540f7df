using Minato.Lint.Dockerfiles;

namespace Minato.Lint.Rules;

/// <summary>Rules of the file and of its bases.</summary>
internal static class FileRules
{
    public static void Check(Dockerfile file, DockerfileSurroundings around, Tell tell)
    {
        if (file.Instructions is [var first, ..] && first.Keyword is not ("FROM" or "ARG")) tell("DL3061", first.Line, $"The file begins with {first.Keyword}.");
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var stage in file.Stages)
        {
            if (stage.Name is { } name && !names.Add(name)) tell("DL3024", stage.From.Line, $"There is a stage {name} already.");
            Base(file, stage, around, tell);
        }

        foreach (var instruction in file.Instructions)
        {
            if (instruction.Keyword == "MAINTAINER") tell("DL4000", instruction.Line, "MAINTAINER is deprecated.");
            if (instruction.Keyword == "ONBUILD" && instruction.Later is { Keyword: "ONBUILD" or "FROM" or "MAINTAINER" } later) tell("DL3043", instruction.Line, $"ONBUILD {later.Keyword} is not allowed.");
        }
    }

    private static void Base(Dockerfile file, Stage stage, DockerfileSurroundings around, Tell tell)
    {
        var (image, line) = (stage.Image, stage.From.Line);
        if (stage.From.Flag("platform") is { } platform && !platform.Contains('$', StringComparison.Ordinal)) tell("DL3029", line, $"FROM fixes the platform {platform}.");
        // A variable that nobody set can be anything.
        if (image is "" or "scratch" || image.Contains('$', StringComparison.Ordinal) || file.FindStage(image, stage.Index) is not null) return;
        var (registry, tag, digest) = Split(image);
        if (around.TrustedRegistries.Count > 0 && !around.TrustedRegistries.Contains(registry)) tell("DL3026", line, $"{image} comes from {registry}, which is not among the trusted registries.");
        if (digest is not null) return;
        if (tag is null) tell("DL3006", line, $"{image} has no tag.");
        else if (tag == "latest") tell("DL3007", line, $"{image} is whatever is newest.");
        tell("MIN1008", line, $"{image} is not pinned by a digest.");
    }

    internal static (string Registry, string? Tag, string? Digest) Split(string image)
    {
        var (rest, digest) = image.Split('@', 2) is [var before, var after] ? (before, after) : (image, null);
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var host = slash > 0 ? rest[..slash] : "";
        var registry = host.Contains('.', StringComparison.Ordinal) || host.Contains(':', StringComparison.Ordinal) || host == "localhost" ? host : "docker.io";
        var colon = rest.LastIndexOf(':');
        return (registry, colon > rest.LastIndexOf('/') ? rest[(colon + 1)..] : null, digest);
    }
}
