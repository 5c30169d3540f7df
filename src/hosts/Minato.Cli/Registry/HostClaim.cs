using System.Text;

namespace Minato.Cli.Registry;

/// <summary>
/// What this machine has to be told so that ECR's host names mean an installation's registry: a line of the hosts file, and the authority that Docker (and
/// podman and skopeo, which look there too) is to trust for each name. Everything it writes it knows again, and takes away alone.
/// </summary>
/// <param name="installationId">Marks the line.</param>
/// <param name="root">Of the file system.</param>
internal sealed class HostClaim(string installationId, string root = "/")
{
    private readonly string _mark = $"# minato {installationId}";

    public string HostsFile => Path.Combine(root, "etc", "hosts");

    public string CertificateOf(string name) => Path.Combine(root, "etc", "docker", "certs.d", name, "ca.crt");

    /// <summary>A loopback address that is the installation's own.</summary>
    public static string AddressOf(string installationId)
    {
        var hash = System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(installationId));
        return $"127.{(hash[0] % 100) + 100}.{hash[1]}.{(hash[2] % 253) + 1}";
    }

    /// <returns>What <see cref="Apply"/> would do, a line each.</returns>
    public IEnumerable<string> Plan(string address, IReadOnlyList<string> names)
    {
        yield return $"add to {HostsFile}:  {Line(address, names)}";
        foreach (var name in names) yield return $"write {CertificateOf(name)}: the root certificate of this installation";
    }

    /// <exception cref="UserException">Somebody else has one of the names.</exception>
    public void Check(IReadOnlyList<string> names)
    {
        foreach (var line in Lines().Where(l => !IsOurs(l)))
        {
            var words = line.Split('#')[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Skip(1).FirstOrDefault(w => names.Contains(w, StringComparer.OrdinalIgnoreCase)) is { } taken)
                throw new UserException($"{HostsFile} says already what {taken} is: {line.Trim()}");
        }

        foreach (var name in names)
        {
            if (File.Exists(CertificateOf(name)) && !IsOurs(File.ReadAllText(CertificateOf(name))))
                throw new UserException($"{CertificateOf(name)} is there already, and not from this installation.");
        }
    }

    public void Apply(string address, IReadOnlyList<string> names, string rootPem)
    {
        WriteHosts([.. Lines().Where(l => !IsOurs(l)), Line(address, names)]);
        foreach (var name in names)
        {
            var path = CertificateOf(name);
            Directory.CreateDirectory(Path.GetDirectoryName(path) ?? root);
            File.WriteAllText(path, $"{_mark}\n{rootPem.TrimEnd()}\n");
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }
    }

    /// <returns>What was taken away, a line each.</returns>
    public IReadOnlyList<string> Undo(IReadOnlyList<string> names)
    {
        var undone = new List<string>();
        var lines = Lines();
        if (lines.Exists(IsOurs))
        {
            WriteHosts([.. lines.Where(l => !IsOurs(l))]);
            undone.Add($"its line in {HostsFile}");
        }

        foreach (var path in names.Select(CertificateOf).Where(p => File.Exists(p) && IsOurs(File.ReadAllText(p))))
        {
            File.Delete(path);
            undone.Add(path);
            var folder = Path.GetDirectoryName(path) ?? root;
            if (!Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
        }

        return undone;
    }

    private string Line(string address, IReadOnlyList<string> names) => $"{address} {string.Join(' ', names)} {_mark}";

    private bool IsOurs(string text) => text.Contains(_mark, StringComparison.Ordinal);

    private List<string> Lines() => File.Exists(HostsFile) ? [.. File.ReadAllLines(HostsFile)] : [];

    // In place: where the file is mounted into a container nothing else can be put there.
    private void WriteHosts(IEnumerable<string> lines) => File.WriteAllText(HostsFile, string.Concat(lines.Select(l => $"{l}\n")));
}
