using System.Security.Cryptography;
using System.Text;

namespace Minato.Engines.HaProxy.Running;

/// <summary>The name of a unix socket holds 107 bytes; a deep data directory keeps its sockets elsewhere.</summary>
internal static class SocketDirectory
{
    private const int Longest = 80;

    public static string For(string directory) => Encoding.UTF8.GetByteCount(directory) <= Longest
        ? directory
        : Path.Combine(Path.GetTempPath(), "minato-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(directory)))[..16]);
}
