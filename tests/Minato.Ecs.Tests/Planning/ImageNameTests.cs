using Minato.Ecs.Planning.Tasks;
using Minato.Platform;

namespace Minato.Ecs.Tests.Planning;

public sealed class ImageNameTests
{
    private static readonly Installation s_installation = new() { Id = "i", AccountId = "123456789012", Endpoint = new("http://127.0.0.1:4566") };

    [Theory]
    [InlineData("demo:1", "demo:1", "docker.io", false)]
    [InlineData("library/demo", "library/demo", "docker.io", false)]
    [InlineData("quay.io/a/b:2", "quay.io/a/b:2", "quay.io", false)]
    [InlineData("123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:3", "127.0.0.1:4566/web:3", "127.0.0.1:4566", true)]
    [InlineData("localhost:4566/web:3", "localhost:4566/web:3", "localhost:4566", true)]
    [InlineData("localhost:5000/web:3", "localhost:5000/web:3", "localhost:5000", false)]
    public void An_image_is_pulled_from_where_its_name_says(string image, string reference, string registry, bool login)
    {
        var source = ImageNames.Resolve(image, null, s_installation);
        (source.Reference, source.Registry, source.NeedsLogin).ShouldBe((reference, registry, login));
    }

    [Fact]
    public void A_pinned_digest_takes_the_place_of_the_tag() =>
        ImageNames.Resolve("123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:3", "sha256:1", s_installation)
            .Reference.ShouldBe("127.0.0.1:4566/web@sha256:1");
}
