namespace Minato.Platform.Files;

/// <summary>The certificate authority in a data directory: one file, readable by its owner alone, made when first needed.</summary>
internal sealed class FileAuthority(string directory, Ids ids, TimeProvider clock) : LocalAuthority(ids, clock)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly string _path = Path.Combine(directory, "ca.pem");

    protected override string? Load() => File.Exists(_path) ? File.ReadAllText(_path) : null;

    protected override void Keep(string pem)
    {
        Directory.CreateDirectory(directory);
        // Complete under another name first: half a key would be a certificate authority that signs nothing.
        var unfinished = $"{_path}.{Environment.ProcessId}";
        using (var stream = new FileStream(unfinished, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        using (var writer = new StreamWriter(stream))
        {
            writer.Write(pem);
            writer.Flush();
            stream.Flush(flushToDisk: true);
        }

        try { File.Move(unfinished, _path, overwrite: false); }
        catch (IOException) when (File.Exists(_path)) { File.Delete(unfinished); }
    }
}
