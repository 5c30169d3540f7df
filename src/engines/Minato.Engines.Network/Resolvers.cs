using System.Net;
using System.Net.Sockets;

namespace Minato.Engines.Network;

/// <summary>The host's name servers, which containers ask as well.</summary>
internal static class Resolvers
{
    private const string File = "/etc/resolv.conf";

    public static async Task<IReadOnlyList<string>> ReadAsync(CancellationToken ct)
    {
        try
        {
            return [.. (await System.IO.File.ReadAllLinesAsync(File, ct))
                .Select(l => l.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
                .Where(w => w is ["nameserver", var address, ..] && IPAddress.TryParse(address, out var ip) && ip.AddressFamily is AddressFamily.InterNetwork)
                .Select(w => w[1]).Distinct()];
        }
        catch (IOException)
        {
            return []; // A host without the file asks nobody.
        }
    }
}
