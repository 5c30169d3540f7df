using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Minato.Engines.Docker;

/// <summary>The Docker Engines on other machines that an installation may use: a folder for each, named as it is, with its certificates.</summary>
public sealed class RemoteEngines(string folder)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public IReadOnlyCollection<string> Names => !Directory.Exists(folder) ? []
        : [.. Directory.EnumerateDirectories(folder).Select(d => Uri.UnescapeDataString(Path.GetFileName(d))).Where(n => RemoteEngine.Parse(n) is not null).Order(StringComparer.Ordinal)];

    /// <returns>Null when it is not one of them.</returns>
    public RemoteEngine? Find(string name) =>
        RemoteEngine.Parse(name) is var (host, port) && Directory.Exists(FolderOf(name)) ? new(host, port, FolderOf(name)) : null;

    /// <summary>Keeps certificates in PEM, in the order of <see cref="RemoteEngine.Files"/>, for the first time or anew.</summary>
    /// <exception cref="FormatException">The name or a certificate is none.</exception>
    public void Put(string name, IReadOnlyList<string> certificates)
    {
        if (RemoteEngine.Parse(name) is null) throw new FormatException($"'{name}' is no tcp://host:port.");
        try
        {
            using var authority = X509Certificate2.CreateFromPem(certificates[0]);
            using var own = X509Certificate2.CreateFromPem(certificates[1], certificates[2]);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new FormatException($"{string.Join(", ", RemoteEngine.Files)} are not certificates and a key that belong together: {e.Message}", e);
        }

        Directory.CreateDirectory(FolderOf(name), OwnerOnly);
        foreach (var (file, text) in RemoteEngine.Files.Zip(certificates))
        {
            var path = Path.Combine(FolderOf(name), file);
            using (var stream = new FileStream(path + ".new", new FileStreamOptions
            {
                Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            using (var writer = new StreamWriter(stream)) writer.Write(text);
            File.Move(path + ".new", path, overwrite: true);
        }
    }

    /// <returns>Whether it was there.</returns>
    public bool Remove(string name)
    {
        if (Find(name) is null) return false;
        Directory.Delete(FolderOf(name), recursive: true);
        return true;
    }

    private string FolderOf(string name) => Path.Combine(folder, Uri.EscapeDataString(name));
}
