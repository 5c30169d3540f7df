using System.Text.RegularExpressions;
using Minato.Platform;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>Where an image of a definition is pulled from.</summary>
internal static partial class ImageNames
{
    /// <param name="Reference">What the engine is told to pull.</param>
    /// <param name="Registry">Host of the registry; <c>docker.io</c> when the name has none.</param>
    /// <param name="NeedsLogin">It is this installation's own registry.</param>
    /// <param name="EcrRegion">Region named by an ECR host name.</param>
    public sealed record Source(string Reference, string Registry, bool NeedsLogin, string? EcrRegion);

    public static Source Resolve(string image, string? digest, Installation installation)
    {
        if (digest is not null && !image.Contains('@', StringComparison.Ordinal)) image = $"{WithoutTag(image)}@{digest}";
        var slash = image.IndexOf('/', StringComparison.Ordinal);
        var host = slash > 0 ? image[..slash] : "";
        var isHost = host.Contains('.', StringComparison.Ordinal) || host.Contains(':', StringComparison.Ordinal) || host == "localhost";
        if (!isHost) return new(image, "docker.io", false, null);
        var own = $"127.0.0.1:{installation.Endpoint.Port}";
        if (EcrHost().Match(host) is { Success: true } ecr)
            return new($"{own}/{image[(slash + 1)..]}", own, true, ecr.Groups["region"].Value);
        var isOwn = host == own || host == $"localhost:{installation.Endpoint.Port}";
        return new(image, host, isOwn, null);
    }

    private static string WithoutTag(string image)
    {
        var colon = image.LastIndexOf(':');
        return colon > image.LastIndexOf('/') ? image[..colon] : image;
    }

    [GeneratedRegex(@"^(?<account>\d{12})\.dkr\.ecr\.(?<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EcrHost();
}
