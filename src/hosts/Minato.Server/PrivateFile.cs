using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Minato.Server;

/// <summary>Small JSON files that only their owner reads; replaced as a whole, so that a crash leaves the old or the new one.</summary>
internal static class PrivateFile
{
    public static T? Read<T>(string path, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type);
        }
        catch (FileNotFoundException) { return null; }
        catch (DirectoryNotFoundException) { return null; }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new ServerStartException($"{path} cannot be read: {e.Message} Only the user who started this installation, and root, can.");
        }
        catch (JsonException e) { throw new ServerStartException($"{path} is damaged: {e.Message} Restore it, or remove the data directory to start anew."); }
    }

    public static void Write<T>(string path, T value, JsonTypeInfo<T> type)
    {
        var temporary = $"{path}.new";
        using (var stream = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            JsonSerializer.Serialize(stream, value, type);
            stream.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }
}
