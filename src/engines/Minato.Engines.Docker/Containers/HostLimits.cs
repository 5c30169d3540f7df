using System.Globalization;
using Minato.Engines.Containers;

namespace Minato.Engines.Docker;

/// <summary>What this machine lets a container have. In a container or a sandbox even root may not raise the number of open files.</summary>
internal static class HostLimits
{
    private const int MayRaise = 24; // CAP_SYS_RESOURCE

    private static readonly Lazy<long> s_openFiles = new(() => OpenFiles(Read("/proc/self/status"), Read("/proc/self/limits")));

    /// <summary>A limit that somebody asked for stays, and fails if it must; a default is cut to what can be had.</summary>
    public static Ulimit Fit(Ulimit limit) => limit is { IsDefault: true, Name: "nofile" }
        ? limit with { Soft = Math.Min(limit.Soft, s_openFiles.Value), Hard = Math.Min(limit.Hard, s_openFiles.Value) } : limit;

    internal static long OpenFiles(string[] status, string[] limits)
    {
        var capabilities = status.FirstOrDefault(l => l.StartsWith("CapEff:", StringComparison.Ordinal))?["CapEff:".Length..].Trim();
        if (long.TryParse(capabilities, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var bits) && (bits >> MayRaise & 1) == 1) return long.MaxValue;
        var line = limits.FirstOrDefault(l => l.StartsWith("Max open files", StringComparison.Ordinal));
        return line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, _, var hard, ..]
            && long.TryParse(hard, NumberStyles.None, CultureInfo.InvariantCulture, out var most) ? most : long.MaxValue;
    }

    private static string[] Read(string path) => File.Exists(path) ? File.ReadAllLines(path) : [];
}
