using Minato.SecretsManager.State;

namespace Minato.SecretsManager.Planning;

/// <summary>What a replica shares with its secret.</summary>
internal static class Replication
{
    public static bool IsAlike(SecretState secret, SecretState replica) =>
        replica.PrimaryRegion == secret.Key.Home.Region && replica.Suffix == secret.Suffix && replica.Description == secret.Description && replica.ResourcePolicy == secret.ResourcePolicy
        && replica.Tags.SequenceEqual(secret.Tags) && replica.Versions.Select(Mark).SequenceEqual(secret.Versions.Select(Mark));

    // Values are sealed for each region by itself: what they are is told by their version.
    private static string Mark(VersionState version) => $"{version.Id} {version.HasValue} {string.Join(',', version.Stages)}";
}
