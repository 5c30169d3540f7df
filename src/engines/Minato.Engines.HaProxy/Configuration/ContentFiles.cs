using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>Files of a configuration, named by what is in them: another content is another shape.</summary>
internal static class ContentFiles
{
    /// <returns>The file's name.</returns>
    public static string Add(this ImmutableSortedDictionary<string, string>.Builder files, string kind, string content, string extension)
    {
        var name = $"{kind}_{HashOf(content)}.{extension}";
        files[name] = content;
        return name;
    }

    public static string HashOf(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..20];
}
