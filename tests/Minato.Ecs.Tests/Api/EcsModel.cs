using System.Text.Json;

namespace Minato.Ecs.Tests.Api;

/// <summary>What AWS's model of ECS says of its operations.</summary>
internal static class EcsModel
{
    /// <summary>Operations with the errors that the model gives them.</summary>
    public static IReadOnlyDictionary<string, string[]> Errors { get; } = Read();

    private static Dictionary<string, string[]> Read()
    {
        using var model = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root(), "models", "ecs.json")));
        return model.RootElement.GetProperty("operations").EnumerateObject().ToDictionary(o => o.Name, o => ErrorsOf(o.Value), StringComparer.Ordinal);
    }

    private static string[] ErrorsOf(JsonElement operation) => operation.TryGetProperty("errors", out var errors)
        ? [.. errors.EnumerateArray().Select(e => e.ValueKind == JsonValueKind.String ? e.GetString() : e.GetProperty("shape").GetString()).OfType<string>()] : [];

    private static string Root()
    {
        var directory = AppContext.BaseDirectory;
        while (!Directory.Exists(Path.Combine(directory, "models")))
            directory = Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("The repository was not found.");
        return directory;
    }
}
