using System.Text;
using System.Text.RegularExpressions;

namespace Minato.AutoScaling.Planning;

/// <summary>What the ECS agent would read of an instance's user data.</summary>
internal static partial class UserData
{
    private const string DefaultCluster = "default";

    /// <returns>The cluster that the instance joins.</returns>
    public static string Cluster(string? userData)
    {
        if (string.IsNullOrEmpty(userData)) return DefaultCluster;
        var bytes = new byte[userData.Length];
        var text = Convert.TryFromBase64String(userData, bytes, out var length) ? Encoding.UTF8.GetString(bytes.AsSpan(0, length)) : userData;
        return Named().Match(text) is { Success: true } match ? match.Groups["cluster"].Value : DefaultCluster;
    }

    [GeneratedRegex("""ECS_CLUSTER\s*=\s*["']?(?<cluster>[A-Za-z0-9_-]+)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Named();
}
