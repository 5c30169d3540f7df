using Minato.Engines.Containers;

namespace Minato.Engines.Docker;

/// <summary>What the daemon means. It tells most failures apart by words alone.</summary>
internal static class Words
{
    public static bool IsDiskFull(string message) =>
        Has(message, "no space left on device") || Has(message, "disk quota exceeded");

    /// <summary>The port map says "allocated"; the proxy for a port that another process holds says "bind".</summary>
    public static bool IsPortTaken(string message) =>
        Has(message, "port is already allocated") || Has(message, "bind: address already in use");

    public static bool IsAddressTaken(string message) =>
        !IsPortTaken(message) && Has(message, "address already in use");

    /// <summary>Of a start: the container whose network is to be joined does not run, or is unknown.</summary>
    public static bool IsNetworkGone(string message) => Has(message, "cannot join network") || Has(message, "no such container");

    public static bool IsImageMissing(string message) => Has(message, "no such image");

    public static bool IsLogUnreadable(string message) => Has(message, "does not support reading");

    /// <summary>The daemon is there, but what it stands on is not.</summary>
    public static bool IsEngineBroken(string message) => Has(message, "containerd.sock") || Has(message, "ttrpc: closed");

    public static PullFailure PullFailure(string message) => message switch
    {
        _ when IsDiskFull(message) => Containers.PullFailure.DiskFull,
        _ when HasAny(message, "denied", "unauthorized", "no basic auth", "authentication required") => Containers.PullFailure.Denied,
        _ when HasAny(message, "no such host", "connection refused", "timeout", "timed out", "no route to host", "unreachable",
            "deadline exceeded", "connection reset", "tls handshake", "x509", "https client", "server misbehaving",
            "proxyconnect", "unexpected eof", "awaiting headers", "failure in name resolution") => Containers.PullFailure.Unreachable,
        _ when HasAny(message, "manifest unknown", "name unknown", "not found", "no matching manifest", "does not exist")
            => Containers.PullFailure.NotFound,
        _ => Containers.PullFailure.Other,
    };

    private static bool HasAny(string message, params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
            if (Has(message, word)) return true;
        return false;
    }

    private static bool Has(string message, string word) => message.Contains(word, StringComparison.OrdinalIgnoreCase);
}
