using System.Text.Json;
using System.Text.Json.Serialization;

namespace Minato.Platform.Files;

/// <summary>Keeps the note of the clock in the data directory, for the next process.</summary>
internal sealed class ClockFile(string directory)
{
    private const string BootId = "/proc/sys/kernel/random/boot_id";

    /// <summary>Changes with every start of the machine.</summary>
    public static string Boot { get; } = File.Exists(BootId) ? File.ReadAllText(BootId).Trim() : "";

    public string Path { get; } = System.IO.Path.Combine(directory, "clock.json");

    /// <returns>Null when there is none, or none that can be read: then the machine's clock alone counts.</returns>
    public ClockNote? Read()
    {
        try
        {
            return File.Exists(Path) ? JsonSerializer.Deserialize(File.ReadAllBytes(Path), ClockJson.Default.ClockNote) : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Written beside and moved over: a crash leaves the old note or the new one.</summary>
    public void Write(ClockNote note)
    {
        var beside = Path + ".new";
        File.WriteAllBytes(beside, JsonSerializer.SerializeToUtf8Bytes(note, ClockJson.Default.ClockNote));
        File.Move(beside, Path, overwrite: true);
    }
}

[JsonSerializable(typeof(ClockNote))]
internal sealed partial class ClockJson : JsonSerializerContext;
