using Minato.Engines.Containers;

namespace Minato.Engines.Docker.Tests;

/// <summary>Pulls by the real engine from a registry that wants a login.</summary>
[Trait("Floor", "engine")]
public sealed class DockerPullTests(DockerFixture docker) : IClassFixture<DockerFixture>, IAsyncLifetime
{
    private FakeRegistry registry = null!;

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(docker.Absence is not null, docker.Absence ?? "");
        registry = await FakeRegistry.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (registry is not null) await registry.DisposeAsync();
    }

    [Fact]
    public async Task A_pull_answers_with_the_digest_of_the_registry()
    {
        var image = $"{registry.Host}/team/web:1";
        (await docker.Engine.FindImageAsync(image, Stopping)).ShouldBeNull();
        var pulled = (await PullAsync(image)).ShouldBeOfType<PullOutcome.Pulled>();
        pulled.Image.Digest.ShouldBe(registry.ManifestDigest);
        (await docker.Engine.FindImageAsync(image, Stopping)).ShouldBe(pulled.Image);

        var byDigest = $"{registry.Host}/team/web@{registry.ManifestDigest}";
        (await PullAsync(byDigest)).ShouldBe(pulled);

        var created = await docker.Engine.CreateAsync(new()
        {
            Name = "kit-" + registry.Host.Replace(':', '-'), Image = image, Command = ["/none"], Network = new NetworkAttachment.None(),
        }, Stopping);
        var container = await docker.Engine.InspectAsync(created.ShouldBeOfType<CreateOutcome.Created>().ContainerId, Stopping);
        container.ShouldNotBeNull().ImageDigest.ShouldBe(registry.ManifestDigest);

        await docker.Engine.RemoveAsync(container.Id, Stopping);
        foreach (var name in (string[])[byDigest, image]) await docker.Client.DoAsync(HttpMethod.Delete, $"/images/{name}", Stopping);
    }

    [Fact]
    public async Task A_tag_that_is_not_there_is_not_found() => (await PullAsync($"{registry.Host}/team/web:2"))
        .ShouldBeOfType<PullOutcome.Failed>().Failure.ShouldBe(PullFailure.NotFound);

    [Fact]
    public async Task A_wrong_password_is_denied() => (await PullAsync($"{registry.Host}/team/web:1", "wrong"))
        .ShouldBeOfType<PullOutcome.Failed>().Failure.ShouldBe(PullFailure.Denied);

    [Fact]
    public async Task No_login_is_denied() => (await docker.Engine.PullAsync($"{registry.Host}/team/web:1", null, Stopping))
        .ShouldBeOfType<PullOutcome.Failed>().Failure.ShouldBe(PullFailure.Denied);

    private async Task<PullOutcome> PullAsync(string image, string password = FakeRegistry.Password) =>
        await docker.Engine.PullAsync(image, new(registry.Host, "AWS", password), Stopping);
}
