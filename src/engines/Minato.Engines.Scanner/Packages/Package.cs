namespace Minato.Engines.Scanner.Packages;

/// <summary>A package of an image, as its metadata says.</summary>
internal sealed record Package
{
    /// <summary><c>dpkg</c>, <c>apk</c>, <c>rpm</c>, <c>npm</c>, <c>nuget</c>, <c>pypi</c> or <c>go</c>.</summary>
    public required string Manager { get; init; }
    public required string Name { get; init; }
    public required string Version { get; init; }

    /// <summary>What a distribution built it from, and its version: advisories speak of sources.</summary>
    public string? Source { get; init; }
    public string? SourceVersion { get; init; }
    public string? Architecture { get; init; }
    public string? License { get; init; }

    /// <summary>The file that says so.</summary>
    public string Path { get; init; } = "";

    /// <summary>Index of the layer that the file is from.</summary>
    public int Layer { get; init; }

    public bool IsOfDistribution => Manager is "dpkg" or "apk" or "rpm";
}

/// <summary>The distribution, by <c>os-release</c>.</summary>
/// <param name="Version">Such as <c>12</c> or <c>3.19.1</c>; empty when it has none (rolling ones).</param>
internal sealed record Distribution(string Id, string Version, string Name)
{
    private const int MaxBytes = 64 << 10;

    public static Distribution? Parse(ReadOnlySpan<byte> file)
    {
        if (file.Length > MaxBytes) return null;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in System.Text.Encoding.UTF8.GetString(file).Split('\n'))
        {
            if (line.Split('=', 2) is [var key, var value]) values[key.Trim()] = value.Trim().Trim('"', '\'');
        }

        return values.GetValueOrDefault("ID") is not { Length: > 0 } id ? null
            : new(id.ToLowerInvariant(), values.GetValueOrDefault("VERSION_ID") ?? "", values.GetValueOrDefault("PRETTY_NAME") ?? id);
    }

    /// <summary>As OSV names it; null for a distribution that OSV has no name for.</summary>
    public string? Ecosystem => Id switch
    {
        "debian" => Version.Length > 0 ? $"Debian:{Version}" : "Debian",
        // OSV says LTS of those that are: the even years' April releases.
        "ubuntu" => $"Ubuntu:{Version}",
        "alpine" => Version.Split('.') is [var major, var minor, ..] ? $"Alpine:v{major}.{minor}" : "Alpine",
        "wolfi" => "Wolfi",
        "chainguard" => "Chainguard",
        "rocky" => $"Rocky Linux:{Major}",
        "almalinux" => $"AlmaLinux:{Major}",
        "rhel" => $"Red Hat:{Major}",
        "opensuse-leap" => $"openSUSE:Leap {Version}",
        "opensuse-tumbleweed" => "openSUSE:Tumbleweed",
        "sles" => $"SUSE:Linux Enterprise Server {Version}",
        "mageia" => $"Mageia:{Version}",
        "photon" => $"Photon OS:{Version}",
        "azurelinux" => $"Azure Linux:{Major}",
        _ => null,
    };

    public string Short => Version.Length > 0 ? $"{Id}:{Version}" : Id;

    private string Major => Version.Split('.')[0];
}
