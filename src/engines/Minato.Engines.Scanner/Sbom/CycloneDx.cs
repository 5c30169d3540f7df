using System.Text.Json.Nodes;

namespace Minato.Engines.Scanner.Sbom;

/// <summary>A bill of materials as CycloneDX 1.5 in JSON.</summary>
internal static class CycloneDx
{
    public static JsonObject Write(SbomSubject image)
    {
        var contents = image.Contents;
        var root = $"{image.Name}@{image.Digest}";
        var components = new JsonArray();
        var references = new JsonArray();
        if (contents.Distribution is { } distribution)
        {
            components.Add(new JsonObject { ["bom-ref"] = $"os:{distribution.Short}", ["type"] = "operating-system", ["name"] = distribution.Id, ["version"] = distribution.Version, ["description"] = distribution.Name });
            references.Add($"os:{distribution.Short}");
        }

        foreach (var package in contents.Packages.OrderBy(p => p.Manager, StringComparer.Ordinal).ThenBy(p => p.Name, StringComparer.Ordinal).ThenBy(p => p.Version, StringComparer.Ordinal))
        {
            var url = PackageUrl.Of(package, contents.Distribution);
            // Two files may name one package: each reference must be of its own.
            var reference = $"{url}{(url.Contains('?', StringComparison.Ordinal) ? "&" : "?")}path={Uri.EscapeDataString(package.Path)}";
            var properties = new JsonArray(Property("minato:manager", package.Manager), Property("minato:path", package.Path), Property("minato:layer", $"{package.Layer}"));
            if (package.Source is { } source) properties.Add(Property("minato:source", $"{source} {package.SourceVersion}"));
            var component = new JsonObject { ["bom-ref"] = reference, ["type"] = "library", ["name"] = package.Name, ["version"] = package.Version, ["purl"] = url, ["properties"] = properties };
            if (package.License is { Length: > 0 } license) component["licenses"] = new JsonArray(new JsonObject { ["license"] = new JsonObject { ["name"] = license } });
            components.Add(component);
            references.Add(reference);
        }

        return new()
        {
            ["bomFormat"] = "CycloneDX", ["specVersion"] = "1.5", ["serialNumber"] = $"urn:uuid:{image.SerialNumber}", ["version"] = 1,
            ["metadata"] = new JsonObject
            {
                ["timestamp"] = image.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
                ["tools"] = new JsonObject { ["components"] = new JsonArray(new JsonObject { ["type"] = "application", ["name"] = "minato", ["version"] = image.ToolVersion }) },
                ["component"] = new JsonObject { ["bom-ref"] = root, ["type"] = "container", ["name"] = image.Name, ["version"] = image.Digest },
            },
            ["components"] = components,
            ["dependencies"] = new JsonArray(new JsonObject { ["ref"] = root, ["dependsOn"] = references }),
        };
    }

    private static JsonObject Property(string name, string value) => new() { ["name"] = name, ["value"] = value };
}
