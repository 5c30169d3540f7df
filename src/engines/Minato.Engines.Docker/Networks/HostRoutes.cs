using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Numerics;

namespace Minato.Engines.Docker;

internal sealed record HostRoute(string Interface, IPNetwork Range);

/// <summary>Where this machine sends packets, without the default route.</summary>
internal static class HostRoutes
{
    private const string Table = "/proc/net/route";

    public static async Task<IReadOnlyList<HostRoute>> ReadAsync(CancellationToken ct) =>
        File.Exists(Table) ? Parse(await File.ReadAllLinesAsync(Table, ct)) : [];

    /// <summary>Columns: interface, destination, gateway, flags, references, uses, metric, mask…; addresses in hexadecimal, last
    /// byte first.</summary>
    internal static IReadOnlyList<HostRoute> Parse(IEnumerable<string> lines)
    {
        var routes = new List<HostRoute>();
        foreach (var line in lines.Skip(1))
        {
            if (line.Split('\t', StringSplitOptions.TrimEntries) is not [var name, var destination, _, _, _, _, _, var mask, ..]) continue;
            if (!TryHex(destination, out var address) || !TryHex(mask, out var bits) || bits == 0) continue;
            var bytes = new byte[4];
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, address);
            routes.Add(new(name, new(new IPAddress(bytes), BitOperations.PopCount(bits))));
        }
        return routes;
    }

    private static bool TryHex(string text, out uint value) =>
        uint.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out value);
}
