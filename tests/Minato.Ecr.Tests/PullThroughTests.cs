using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Minato.Contracts.Ecr;
using Minato.Contracts.SecretsManager;
using Minato.Ecr.Caching;
using Minato.Ecr.State;
using Minato.Engines.Registries;
using static Minato.Ecr.Tests.EcrFixture;

namespace Minato.Ecr.Tests;

/// <summary>A registry in front of a second one, over HTTP.</summary>
public sealed class PullThroughTests
{
    private const string SecretArn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/upstream-AbCdEf";

    [Fact]
    public async Task The_first_pull_brings_the_image_and_the_next_ones_need_no_upstream()
    {
        await using var upstream = await StartAsync("library/web");
        var (digest, manifest) = await upstream.PushImageAsync("library/web", "v1", "from upstream");
        await using var ecr = await CacheAsync(upstream);
        using var first = await ecr.SendAsync(HttpMethod.Get, "/v2/mirror/library/web/manifests/v1");
        (await first.Content.ReadAsByteArrayAsync()).ShouldBe(manifest);
        // The client comes for its layers before, while or after the import does: it is all the same.
        (await ecr.Http.GetStringAsync($"/v2/mirror/library/web/blobs/{DigestOf("from upstream"u8)}")).ShouldBe("from upstream");
        await ImportedAsync(ecr, "mirror/library/web", "v1");
        await upstream.DisposeAsync();
        using var second = await ecr.SendAsync(HttpMethod.Get, "/v2/mirror/library/web/manifests/v1");
        (await second.Content.ReadAsByteArrayAsync()).ShouldBe(manifest);
        ecr.Store.Current.Find(EcrTables.Images, new(new(Account, "us-east-1", "mirror/library/web"), digest)).ShouldNotBeNull();
        ecr.Clock.Now += TimeSpan.FromHours(25); // AWS: then upstream is asked again, and what is cached serves while it does not answer.
        using var third = await ecr.SendAsync(HttpMethod.Get, "/v2/mirror/library/web/manifests/v1");
        third.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task BatchGetImage_brings_an_image_too()
    {
        await using var upstream = await StartAsync("web");
        var (digest, manifest) = await upstream.PushImageAsync("web", "v1");
        await using var ecr = await CacheAsync(upstream);
        var answer = await ecr.Ecr.BatchGetImageAsync(new() { RepositoryName = "mirror/web", ImageIds = [new() { ImageTag = "v1" }] }, ecr.Caller, default);
        var image = answer.Images.ShouldNotBeNull().Single();
        (image.ImageId, image.ImageManifest, image.ImageManifestMediaType).ShouldBe((new ImageIdentifier { ImageDigest = digest, ImageTag = "v1" }, Encoding.UTF8.GetString(manifest), Given.OciImage));
        await ImportedAsync(ecr, "mirror/web", "v1");
        var missing = await ecr.Ecr.BatchGetImageAsync(new() { RepositoryName = "mirror/web", ImageIds = [new() { ImageTag = "none" }] }, ecr.Caller, default);
        missing.Failures.ShouldNotBeNull().Single().FailureCode.ShouldBe(ImageFailureCode.ImageNotFound);
    }

    [Fact]
    public async Task A_list_is_brought_with_all_its_images()
    {
        await using var upstream = await StartAsync("web");
        var (one, _) = await upstream.PushImageAsync("web", "", "one");
        var (two, _) = await upstream.PushImageAsync("web", "", "two");
        using var pushed = await upstream.SendAsync(HttpMethod.Put, "/v2/web/manifests/all", Given.Index(one, two), Given.OciIndex);
        await using var ecr = await CacheAsync(upstream);
        using var pulled = await ecr.SendAsync(HttpMethod.Get, "/v2/mirror/web/manifests/all");
        pulled.Content.Headers.ContentType?.ToString().ShouldBe(Given.OciIndex);
        await ImportedAsync(ecr, "mirror/web", "all");
        foreach (var digest in new[] { one, two })
        {
            using var child = await ecr.SendAsync(HttpMethod.Head, $"/v2/mirror/web/manifests/{digest}");
            child.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_tag_that_moved_upstream_is_followed_after_a_day()
    {
        await using var upstream = await StartAsync("web");
        var (old, _) = await upstream.PushImageAsync("web", "v1", "old");
        await using var ecr = await CacheAsync(upstream);
        using var first = await ecr.SendAsync(HttpMethod.Get, "/v2/mirror/web/manifests/v1");
        await ImportedAsync(ecr, "mirror/web", "v1");
        var (young, _) = await upstream.PushImageAsync("web", "v1", "young");
        using var soon = await ecr.SendAsync(HttpMethod.Head, "/v2/mirror/web/manifests/v1");
        soon.Headers.GetValues("Docker-Content-Digest").ShouldBe([old]);
        ecr.Clock.Now += TimeSpan.FromHours(25);
        using var later = await ecr.SendAsync(HttpMethod.Head, "/v2/mirror/web/manifests/v1");
        later.Headers.GetValues("Docker-Content-Digest").ShouldBe([young]);
    }

    [Fact]
    public async Task What_upstream_does_not_have_makes_no_repository()
    {
        await using var upstream = await StartAsync("web");
        await using var ecr = await CacheAsync(upstream);
        await FailedAsync(ecr.SendAsync(HttpMethod.Get, "/v2/mirror/web/manifests/none"), 404, "NAME_UNKNOWN",
            "The repository with name 'mirror/web' does not exist in the registry with id '123456789012'");
        (await ecr.Ecr.DescribeRepositoriesAsync(new(), ecr.Caller, default)).Repositories.ShouldBe([]);
    }

    [Fact]
    public async Task A_rule_whose_login_is_wrong_is_not_valid()
    {
        await using var upstream = await StartAsync("web");
        await upstream.PushImageAsync("web", "v1");
        await using var good = await CacheAsync(upstream);
        var valid = await good.Ecr.ValidatePullThroughCacheRuleAsync(new() { EcrRepositoryPrefix = "mirror" }, good.Caller, default);
        (valid.IsValid, valid.Failure).ShouldBe((true, null));
        await using var bad = await CacheAsync(upstream, password: "wrong");
        var invalid = await bad.Ecr.ValidatePullThroughCacheRuleAsync(new() { EcrRepositoryPrefix = "mirror" }, bad.Caller, default);
        (invalid.IsValid, invalid.Failure).ShouldBe((false, "127.0.0.1 answered 401"));
        await FailedAsync(bad.SendAsync(HttpMethod.Get, "/v2/mirror/web/manifests/v1"), 404, "NAME_UNKNOWN");
    }

    [Fact]
    public async Task Rules_are_made_shown_changed_and_deleted_with_AWSs_errors()
    {
        await using var ecr = await StartAsync();
        Task<CreatePullThroughCacheRuleResponse> CreateAsync(string prefix, string url, string? secret = null) =>
            ecr.Ecr.CreatePullThroughCacheRuleAsync(new() { EcrRepositoryPrefix = prefix, UpstreamRegistryUrl = url, CredentialArn = secret }, ecr.Caller, default);
        (await CreateAsync("quay", "quay.io")).UpstreamRegistry.ShouldBe(UpstreamRegistry.Quay);
        await RefusedAsync(() => CreateAsync("quay", "quay.io"), "PullThroughCacheRuleAlreadyExistsException");
        await RefusedAsync(() => CreateAsync("x1", "registry.example"), "UnsupportedUpstreamRegistryException");
        await RefusedAsync(() => CreateAsync("hub", "registry-1.docker.io"), "InvalidParameterException");
        await RefusedAsync(() => CreateAsync("hub", "registry-1.docker.io", SecretArn), "UnableToAccessSecretException");
        (await ecr.Ecr.DescribePullThroughCacheRulesAsync(new(), ecr.Caller, default)).PullThroughCacheRules.ShouldNotBeNull().Single().UpstreamRegistryUrl.ShouldBe("quay.io");
        await RefusedAsync(() => ecr.Ecr.UpdatePullThroughCacheRuleAsync(new() { EcrRepositoryPrefix = "none" }, ecr.Caller, default), "PullThroughCacheRuleNotFoundException");
        (await ecr.Ecr.DeletePullThroughCacheRuleAsync(new() { EcrRepositoryPrefix = "quay" }, ecr.Caller, default)).UpstreamRegistryUrl.ShouldBe("quay.io");
        await RefusedAsync(() => ecr.Ecr.DeletePullThroughCacheRuleAsync(new() { EcrRepositoryPrefix = "quay" }, ecr.Caller, default), "PullThroughCacheRuleNotFoundException");
    }

    [Fact]
    public async Task Another_registry_of_the_installation_is_an_upstream_where_its_policy_lets_it()
    {
        await using var ecr = await StartAsync();
        var other = CallerIn("us-east-1", "210987654321");
        await ecr.Ecr.CreateRepositoryAsync(new() { RepositoryName = "web" }, other, default);
        ecr.Http.DefaultRequestHeaders.Authorization = new(
            "Basic", (await ecr.Ecr.GetAuthorizationTokenAsync(new(), other, default)).AuthorizationData.ShouldNotBeNull().Single().AuthorizationToken);
        var (_, manifest) = await ecr.PushImageAsync("web", "v1", "shared");
        ecr.Http.DefaultRequestHeaders.Authorization = Basic("AKIAROOT", Secret);
        await ecr.Ecr.CreatePullThroughCacheRuleAsync(
            new() { EcrRepositoryPrefix = "team", UpstreamRegistryUrl = "210987654321.dkr.ecr.us-east-1.amazonaws.com", UpstreamRegistry = UpstreamRegistry.Ecr }, ecr.Caller, default);
        await FailedAsync(ecr.SendAsync(HttpMethod.Get, "/v2/team/web/manifests/v1"), 404, "NAME_UNKNOWN");
        var text = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"]}]}""";
        await ecr.Ecr.SetRepositoryPolicyAsync(new() { RepositoryName = "web", PolicyText = text }, other, default);
        using var pulled = await ecr.SendAsync(HttpMethod.Get, "/v2/team/web/manifests/v1");
        (await pulled.Content.ReadAsByteArrayAsync()).ShouldBe(manifest);
        (await ecr.Http.GetStringAsync($"/v2/team/web/blobs/{DigestOf("shared"u8)}")).ShouldBe("shared");
    }

    // The import runs behind the pull; running it here as well is waiting for it.
    private static async Task ImportedAsync(EcrFixture ecr, string repository, string reference)
    {
        await ecr.Service<ImportReconciler>().ReconcileAsync(new(new(Account, "us-east-1", repository), reference), default);
        ecr.Store.Current.Find(EcrTables.Tags, new(new(Account, "us-east-1", repository), reference))?.CheckedAt.ShouldNotBeNull();
    }

    private static async Task<EcrFixture> CacheAsync(EcrFixture upstream, string password = Secret)
    {
        var secrets = RoomStub.Of<ISecretsManager>(("GetSecretValue", request =>
        {
            ((GetSecretValueRequest)request).SecretId.ShouldBe(SecretArn);
            return new GetSecretValueResponse { SecretString = $$"""{"username":"AKIAROOT","accessToken":"{{password}}"}""" };
        }));
        var ecr = await StartWithAsync(services => services.AddRegistryClient().AddSingleton(secrets));
        await ecr.Ecr.CreatePullThroughCacheRuleAsync(
            new() { EcrRepositoryPrefix = "mirror", UpstreamRegistryUrl = upstream.Address.ToString(), CredentialArn = SecretArn }, ecr.Caller, default);
        return ecr;
    }
}
