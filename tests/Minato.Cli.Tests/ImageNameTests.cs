using Minato.Cli.Images;

namespace Minato.Cli.Tests;

public sealed class ImageNameTests
{
    private const string Digest = "sha256:aa";

    [Theory]
    [InlineData("web", null, null, "web", "latest", null)]
    [InlineData("team/web:1.2", null, null, "team/web", "1.2", null)]
    [InlineData("web@sha256:aa", null, null, "web", null, Digest)]
    [InlineData("web:1@sha256:aa", null, null, "web", "1", Digest)]
    [InlineData("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/web:1", "123456789012", "eu-west-1", "team/web", "1", null)]
    [InlineData("localhost:4566/web:1", null, null, "web", "1", null)]
    [InlineData("127.0.0.1:4566/web", null, null, "web", "latest", null)]
    public void An_image_of_the_registry_is_named_as_docker_names_it(string name, string? registry, string? region, string repository, string? tag, string? digest) =>
        RegistryName.Parse(name).ShouldBe(new(registry, region, repository, tag, digest));
}
