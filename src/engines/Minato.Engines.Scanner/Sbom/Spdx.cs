using System.Text.Json.Nodes;

namespace Minato.Engines.Scanner.Sbom;

/// <summary>A bill of materials as SPDX 2.3 in JSON.</summary>
internal static class Spdx
{
    private const string NoAssertion = "NOASSERTION";

    public static JsonObject Write(SbomSubject image)
    {
        var contents = image.Contents;
        const string root = "SPDXRef-Image";
        var packages = new JsonArray(new JsonObject
        {
            ["SPDXID"] = root, ["name"] = image.Name, ["versionInfo"] = image.Digest, ["downloadLocation"] = NoAssertion, ["filesAnalyzed"] = false,
            ["primaryPackagePurpose"] = "CONTAINER", ["licenseConcluded"] = NoAssertion, ["licenseDeclared"] = NoAssertion, ["copyrightText"] = NoAssertion,
            ["checksums"] = new JsonArray(new JsonObject { ["algorithm"] = image.Digest.StartsWith("sha512:", StringComparison.Ordinal) ? "SHA512" : "SHA256", ["checksumValue"] = image.Hex }),
        });
        var relations = new JsonArray(Relation("SPDXRef-DOCUMENT", "DESCRIBES", root));
        var number = 0;
        foreach (var package in contents.Packages.OrderBy(p => p.Manager, StringComparer.Ordinal).ThenBy(p => p.Name, StringComparer.Ordinal).ThenBy(p => p.Version, StringComparer.Ordinal))
        {
            var id = $"SPDXRef-Package-{++number}";
            packages.Add(new JsonObject
            {
                ["SPDXID"] = id, ["name"] = package.Name, ["versionInfo"] = package.Version, ["downloadLocation"] = NoAssertion, ["filesAnalyzed"] = false,
                ["licenseConcluded"] = NoAssertion, ["licenseDeclared"] = NoAssertion, ["copyrightText"] = NoAssertion,
                ["sourceInfo"] = $"{package.Manager}: {package.Path}",
                // What metadata says is seldom an expression that SPDX would take.
                ["licenseComments"] = package.License is { Length: > 0 } license ? $"The package's metadata says: {license}" : null,
                ["externalRefs"] = new JsonArray(new JsonObject
                {
                    ["referenceCategory"] = "PACKAGE-MANAGER", ["referenceType"] = "purl", ["referenceLocator"] = PackageUrl.Of(package, contents.Distribution),
                }),
            });
            relations.Add(Relation(root, "CONTAINS", id));
        }

        foreach (var package in packages.OfType<JsonObject>().Where(p => p["licenseComments"] is null)) package.Remove("licenseComments");
        return new()
        {
            ["spdxVersion"] = "SPDX-2.3", ["dataLicense"] = "CC0-1.0", ["SPDXID"] = "SPDXRef-DOCUMENT", ["name"] = image.Name,
            ["documentNamespace"] = $"urn:uuid:{image.SerialNumber}",
            ["creationInfo"] = new JsonObject
            {
                ["created"] = image.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"), ["creators"] = new JsonArray($"Tool: minato-{image.ToolVersion}"),
            },
            ["packages"] = packages, ["relationships"] = relations,
        };
    }

    private static JsonObject Relation(string from, string type, string to) => new() { ["spdxElementId"] = from, ["relationshipType"] = type, ["relatedSpdxElement"] = to };
}
