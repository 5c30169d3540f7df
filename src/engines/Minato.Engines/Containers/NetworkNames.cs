using System.Security.Cryptography;
using System.Text;

namespace Minato.Engines.Containers;

/// <summary>How the networks of an installation are called on this machine: two installations may call theirs alike.</summary>
public static class NetworkNames
{
    /// <summary>On the container engine.</summary>
    public static string Network(string installation, string name) => $"minato-{installation}-{name}";

    /// <summary>The bridge of it, in the kernel. Linux gives an interface 15 letters.</summary>
    public static string Bridge(string installation, string name) =>
        "mn" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Network(installation, name))))[..10];
}
