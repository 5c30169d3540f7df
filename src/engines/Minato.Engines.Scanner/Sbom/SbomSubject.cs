using Minato.Engines.Scanner.Contents;

namespace Minato.Engines.Scanner.Sbom;

/// <summary>The image that a bill of materials is about.</summary>
/// <param name="Digest">Of its manifest: <c>sha256:…</c>.</param>
internal sealed record SbomSubject(string Name, string Digest, ImageContents Contents, DateTimeOffset CreatedAt, string ToolVersion)
{
    public string Hex => Digest.Split(':') is [_, var hex] ? hex : Digest;

    /// <summary>The same image has the same one: documents can be compared.</summary>
    public Guid SerialNumber => new(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{Name}@{Digest}"))[..16]);
}
