using System.Text.Json;

namespace Minato.Engines.Scanner.Packages;

/// <summary>Packages of programming languages, by the files that their tools leave. What is not readable as such has no packages.</summary>
internal static class LanguagePackages
{
    private static readonly JsonDocumentOptions s_lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 64 };

    /// <summary>One <c>package.json</c> below a <c>node_modules</c>.</summary>
    public static IEnumerable<Package> NodeModule(byte[] file)
    {
        using var json = Parse(file);
        if (json?.RootElement is { ValueKind: JsonValueKind.Object } root && Text(root, "name") is { Length: > 0 } name && Text(root, "version") is { Length: > 0 } version)
            yield return new() { Manager = "npm", Name = name, Version = version, License = Text(root, "license") };
    }

    /// <summary><c>package-lock.json</c> of any version; what is for development only is not installed where it counts.</summary>
    public static IEnumerable<Package> NodeLock(byte[] file)
    {
        using var json = Parse(file);
        if (json?.RootElement is not { ValueKind: JsonValueKind.Object } root) yield break;
        if (Objects(root, "packages") is { } packages)
        {
            foreach (var (path, entry) in packages)
            {
                var name = Text(entry, "name") ?? (path.LastIndexOf("node_modules/", StringComparison.Ordinal) is >= 0 and var at ? path[(at + "node_modules/".Length)..] : "");
                if (path.Length > 0 && name.Length > 0 && !IsTrue(entry, "dev") && !IsTrue(entry, "link") && Text(entry, "version") is { Length: > 0 } version)
                    yield return new() { Manager = "npm", Name = name, Version = version };
            }
        }
        else
        {
            foreach (var package in NodeTree(root, depth: 0)) yield return package;
        }
    }

    // The lock files of npm 5 and 6 hang dependencies below dependencies.
    private static IEnumerable<Package> NodeTree(JsonElement parent, int depth)
    {
        foreach (var (name, entry) in Objects(parent, "dependencies") ?? [])
        {
            if (!IsTrue(entry, "dev") && Text(entry, "version") is { Length: > 0 } version) yield return new() { Manager = "npm", Name = name, Version = version };
            if (depth >= s_lenient.MaxDepth) continue;
            foreach (var package in NodeTree(entry, depth + 1)) yield return package;
        }
    }

    /// <summary><c>*.deps.json</c> beside a .NET program.</summary>
    public static IEnumerable<Package> DotNet(byte[] file)
    {
        using var json = Parse(file);
        if (json?.RootElement is not { ValueKind: JsonValueKind.Object } root) yield break;
        foreach (var (key, library) in Objects(root, "libraries") ?? [])
        {
            if (Text(library, "type") == "package" && key.Split('/', 2) is [{ Length: > 0 } name, { Length: > 0 } version])
                yield return new() { Manager = "nuget", Name = name, Version = version };
        }
    }

    /// <summary><c>METADATA</c> of a wheel, or <c>PKG-INFO</c> of an egg.</summary>
    public static IEnumerable<Package> Python(byte[] file)
    {
        if (Stanzas.Read(file).FirstOrDefault() is { } block && block.GetValueOrDefault("Name") is { Length: > 0 } name && block.GetValueOrDefault("Version") is { Length: > 0 } version)
            yield return new() { Manager = "pypi", Name = name, Version = version, License = block.GetValueOrDefault("License") };
    }

    private static JsonDocument? Parse(byte[] file)
    {
        try
        {
            return JsonDocument.Parse(file.AsMemory(file.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? 3 : 0), s_lenient);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static bool IsTrue(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True;

    private static List<(string Name, JsonElement Value)>? Objects(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var found) && found.ValueKind is JsonValueKind.Object
            ? [.. found.EnumerateObject().Where(p => p.Value.ValueKind is JsonValueKind.Object).Select(p => (p.Name, p.Value))]
            : null;
}
