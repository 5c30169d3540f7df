using System.Globalization;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>What the configuration needs to know of the host and of the installation.</summary>
internal sealed record HostSettings
{
    public required string InstallationId { get; init; }
    public required string SocketDirectory { get; init; }
    public int? SharedPort { get; init; }
    public int MaxOpenFiles { get; init; } = 1 << 16;
    public int Threads { get; init; } = 2;

    /// <summary>The user that serves requests when we are root; null keeps ours.</summary>
    public string? User { get; init; }

    public string StatisticsSocket => Path.Combine(SocketDirectory, "stats.sock");
    public string MasterSocket => Path.Combine(SocketDirectory, "master.sock");
    public string IdleSocket => Path.Combine(SocketDirectory, "idle.sock");

    /// <summary>
    /// Where HAProxy tells of requests. Its user cannot enter a directory that is ours alone, so the socket has one of its own, and is that
    /// user's.
    /// </summary>
    public string RequestSocket => Path.Combine(RequestDirectory, "requests.sock");
    public string RequestDirectory => Path.Combine(Path.GetTempPath(), "minato-requests-" + ContentFiles.HashOf(SocketDirectory));

    /// <summary>Two files for each connection; HAProxy does not start when its limit could not hold them all.</summary>
    public int MaxConnections(int listeners)
    {
        var others = Math.Min(1024, MaxOpenFiles / 4) + listeners * 4;
        return Math.Clamp((MaxOpenFiles - others) / 2, 100, 16_384);
    }

    public static HostSettings Of(HaProxyOptions options, string socketDirectory) => new()
    {
        InstallationId = options.InstallationId,
        SocketDirectory = socketDirectory,
        SharedPort = options.SharedPort,
        MaxOpenFiles = OpenFileLimit(),
        Threads = Math.Clamp(Environment.ProcessorCount, 1, 8),
        User = Environment.IsPrivilegedProcess && HasUser("haproxy") ? "haproxy" : null,
    };

    private static bool HasUser(string name) =>
        File.Exists("/etc/passwd") && File.ReadLines("/etc/passwd").Any(l => l.StartsWith(name + ":", StringComparison.Ordinal));

    /// <summary>HAProxy sizes its tables by the hard limit, which containers set absurdly high; so the configuration says a number.</summary>
    private static int OpenFileLimit()
    {
        const string Limits = "/proc/self/limits";
        var line = File.Exists(Limits) ? File.ReadLines(Limits).FirstOrDefault(l => l.StartsWith("Max open files", StringComparison.Ordinal)) : null;
        var words = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return words.Length > 4 && long.TryParse(words[4], NumberStyles.None, CultureInfo.InvariantCulture, out var hard)
            ? (int)Math.Min(hard, 1 << 20)
            : 1 << 16;
    }
}
