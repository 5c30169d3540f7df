using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Minato.Engines.Docker.Tests;

public sealed class ImageTests
{
    [Theory]
    [InlineData("nginx", "nginx", "latest")]
    [InlineData("nginx:1.27", "nginx", "1.27")]
    [InlineData("127.0.0.1:4566/web", "127.0.0.1:4566/web", "latest")]
    [InlineData("127.0.0.1:4566/team/web:3", "127.0.0.1:4566/team/web", "3")]
    [InlineData("web@sha256:ab", "web", "sha256:ab")]
    [InlineData("127.0.0.1:4566/web:3@sha256:ab", "127.0.0.1:4566/web", "sha256:ab")]
    public void A_reference_is_taken_apart(string image, string repository, string tagOrDigest)
    {
        var reference = ImageReference.Parse(image);
        (reference.Repository, reference.TagOrDigest).ShouldBe((repository, tagOrDigest));
    }

    [Theory]
    [InlineData("nginx:1.27", "sha256:aa")]
    [InlineData("docker.io/library/nginx", "sha256:aa")]
    [InlineData("127.0.0.1:4566/web:3", "sha256:bb")]
    [InlineData("elsewhere/web:3", null)]
    [InlineData("elsewhere/web@sha256:cc", "sha256:cc")]
    public void The_digest_is_that_of_the_named_repository(string image, string? digest) =>
        ImageReference.Parse(image).DigestIn(["nginx@sha256:aa", "127.0.0.1:4566/web@sha256:bb"]).ShouldBe(digest);

    [Theory, InlineData(Architecture.X64, 0x3E), InlineData(Architecture.Arm64, 0xB7)]
    public void The_pause_program_is_a_small_static_executable(Architecture architecture, int machine)
    {
        var file = PauseImage.Program(architecture);
        file.Length.ShouldBeLessThan(160);
        file[..4].ShouldBe([0x7F, (byte)'E', (byte)'L', (byte)'F']);
        ((int)BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(18))).ShouldBe(machine);
        BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(24)).ShouldBe(0x400078UL); // It starts right behind the headers.
    }

    [Fact]
    public void The_same_content_makes_the_same_archive() => PauseImage.Make().Archive.ShouldBe(PauseImage.Make().Archive);
}
