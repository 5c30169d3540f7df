using System.Text;
using System.Text.RegularExpressions;
using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Engines.Containers;
using Minato.Platform;

namespace Minato.Ec2.Reconcile;

/// <summary>Brings the container image of an instance to the engine, from the account's own registry as from others.</summary>
internal sealed partial class MachineImages(IContainerEngine engine, Installation installation, IEcr? ecr = null)
{
    /// <param name="Reference">What the engine knows it by.</param>
    public sealed record Found(string? Reference, string? Problem);

    public async ValueTask<Found> BringAsync(string image, Caller caller, CancellationToken ct)
    {
        var own = $"127.0.0.1:{installation.Endpoint.Port}";
        var slash = image.IndexOf('/', StringComparison.Ordinal);
        var host = slash > 0 ? image[..slash] : "";
        var isOwn = host == own || host == $"localhost:{installation.Endpoint.Port}" || EcrHost().IsMatch(host);
        var reference = isOwn ? $"{own}/{image[(slash + 1)..]}" : image;
        if (await engine.FindImageAsync(reference, ct) is not null) return new(reference, null);
        return await engine.PullAsync(reference, isOwn ? await LoginAsync(own, caller, ct) : null, ct) is PullOutcome.Failed failed
            ? new(null, $"{reference}: {failed.Reason}") : new(reference, null);
    }

    private async ValueTask<RegistryLogin?> LoginAsync(string registry, Caller caller, CancellationToken ct)
    {
        if (ecr is null) return null;
        var answer = await ecr.GetAuthorizationTokenAsync(new(), caller, ct);
        if (answer.AuthorizationData is not [{ AuthorizationToken: { } token }, ..]) return null;
        var parts = Encoding.UTF8.GetString(Convert.FromBase64String(token)).Split(':', 2);
        return new(registry, parts[0], parts[^1]);
    }

    [GeneratedRegex(@"^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EcrHost();
}
