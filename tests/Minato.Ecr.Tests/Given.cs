using System.Text;

namespace Minato.Ecr.Tests;

internal static class Given
{
    public const string OciImage = "application/vnd.oci.image.manifest.v1+json";
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string DockerImage = "application/vnd.docker.distribution.manifest.v2+json";

    // The spaces are on purpose: a registry that writes JSON anew loses them.
    public static byte[] Manifest(byte[] config, byte[] layer, string? subject = null)
    {
        var about = subject is null ? "" : $"\"subject\": {Entry(subject)}, \"artifactType\": \"application/x.signature\",";
        return Encoding.UTF8.GetBytes(
            $$"""
            {"schemaVersion": 2,   "mediaType": "{{OciImage}}",
             "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "{{EcrFixture.DigestOf(config)}}", "size": {{config.Length}} },
             "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": "{{EcrFixture.DigestOf(layer)}}", "size": {{layer.Length}} }],
             {{about}}
             "annotations": {"made.by": "a test"} }
            """);
    }

    public static byte[] Index(params string[] digests) => Encoding.UTF8.GetBytes(
        $$"""{"schemaVersion":2,"mediaType":"{{OciIndex}}","manifests":[{{string.Join(',', digests.Select(Entry))}}]}""");

    private static string Entry(string digest) => $$"""{"mediaType":"{{OciImage}}","digest":"{{digest}}","size":2}""";

    public static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++) bytes[i] = (byte)((i * 31) + (i >> 8) + seed);
        return bytes;
    }
}
