using System.Collections.Immutable;
using System.Text.Json;

namespace Minato.Lint.Images;

/// <summary>Reads an image's configuration, as far as rules look at it.</summary>
internal static class ConfigReader
{
    public static ImageSubject Read(string name, JsonElement configuration)
    {
        var config = Member(configuration, "config");
        return new()
        {
            Name = name,
            User = Text(config, "User") ?? "",
            // NONE takes away the health check of a base image.
            HasHealthCheck = Member(config, "Healthcheck") is { ValueKind: JsonValueKind.Object } check && !(Member(check, "Test") is { ValueKind: JsonValueKind.Array } test && test.EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.String } first && first.GetString() == "NONE"),
            Environment = Texts(Member(config, "Env")),
            Volumes = Member(config, "Volumes") is { ValueKind: JsonValueKind.Object } volumes ? [.. volumes.EnumerateObject().Select(v => v.Name)] : [],
            History = Member(configuration, "history") is { ValueKind: JsonValueKind.Array } history ? [.. history.EnumerateArray().Select(h => Text(h, "created_by")).OfType<string>()] : [],
        };
    }

    private static JsonElement Member(JsonElement element, string name) => element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    private static string? Text(JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static ImmutableArray<string> Texts(JsonElement list) =>
        list.ValueKind is JsonValueKind.Array ? [.. list.EnumerateArray().Where(v => v.ValueKind is JsonValueKind.String).Select(v => v.GetString()).OfType<string>()] : [];
}
