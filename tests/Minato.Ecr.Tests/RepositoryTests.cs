using System.Collections.Immutable;
using Minato.Contracts.Ecr;
using static Minato.Ecr.Tests.EcrFixture;

namespace Minato.Ecr.Tests;

public sealed class RepositoryTests
{
    private const string Arn = "arn:aws:ecr:us-east-1:123456789012:repository/web";
    private const string Policy = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImage"}]}""";

    [Fact]
    public async Task A_repository_begins_with_AWSs_defaults()
    {
        await using var ecr = await StartAsync();
        var repository = await ecr.CreateAsync("web");
        repository.ShouldBe(new()
        {
            RepositoryArn = Arn, RegistryId = Account, RepositoryName = "web", RepositoryUri = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web",
            CreatedAt = Noon, ImageTagMutability = ImageTagMutability.Mutable, ImageScanningConfiguration = new() { ScanOnPush = false },
            EncryptionConfiguration = new() { EncryptionType = EncryptionType.Aes256 },
        });
        (await ecr.Ecr.DescribeRegistryAsync(new(), ecr.Caller, default)).RegistryId.ShouldBe(Account);
    }

    [Fact]
    public async Task A_name_is_taken_once_a_registry()
    {
        await using var ecr = await StartAsync("web");
        await RefusedAsync(() => ecr.CreateAsync("web"), "RepositoryAlreadyExistsException",
            "The repository with name 'web' already exists in the registry with id '123456789012'");
        await ecr.Ecr.CreateRepositoryAsync(new() { RepositoryName = "web" }, CallerIn("eu-west-1"), default);
    }

    [Fact]
    public async Task A_repository_with_images_is_deleted_by_force_only()
    {
        await using var ecr = await StartAsync("web");
        await ecr.PushImageAsync("web", "v1");
        await RefusedAsync(() => ecr.Ecr.DeleteRepositoryAsync(new() { RepositoryName = "web" }, ecr.Caller, default), "RepositoryNotEmptyException",
            "The repository with name 'web' in registry with id '123456789012' cannot be deleted because it still contains images");
        await ecr.Ecr.DeleteRepositoryAsync(new() { RepositoryName = "web", Force = true }, ecr.Caller, default);
        await RefusedAsync(() => ecr.Ecr.DescribeRepositoriesAsync(new() { RepositoryNames = ["web"] }, ecr.Caller, default), "RepositoryNotFoundException",
            "The repository with name 'web' does not exist in the registry with id '123456789012'");
        await ecr.CreateAsync("web");
        (await ecr.Ecr.ListImagesAsync(new() { RepositoryName = "web" }, ecr.Caller, default)).ImageIds.ShouldBe([]);
    }

    [Fact]
    public async Task Repositories_are_listed_by_pages()
    {
        await using var ecr = await StartAsync("web", "api", "team/web");
        var first = await ecr.Ecr.DescribeRepositoriesAsync(new() { MaxResults = 2 }, ecr.Caller, default);
        first.Repositories.ShouldNotBeNull().Select(r => r.RepositoryName).ShouldBe(["api", "team/web"]);
        var second = await ecr.Ecr.DescribeRepositoriesAsync(new() { MaxResults = 2, NextToken = first.NextToken }, ecr.Caller, default);
        second.Repositories.ShouldNotBeNull().Select(r => r.RepositoryName).ShouldBe(["web"]);
        second.NextToken.ShouldBeNull();
        await RefusedAsync(() => ecr.Ecr.DescribeRepositoriesAsync(new() { NextToken = "x" }, ecr.Caller, default), "InvalidParameterException",
            "Invalid parameter at 'NextToken' failed to satisfy constraint: 'Invalid next token provided'");
    }

    [Theory]
    [InlineData(ImageTagMutability.Mutable, "v1", true)]
    [InlineData(ImageTagMutability.Immutable, "v1", false)]
    [InlineData(ImageTagMutability.ImmutableWithExclusion, "dev-1", true)]
    [InlineData(ImageTagMutability.ImmutableWithExclusion, "v1", false)]
    [InlineData(ImageTagMutability.MutableWithExclusion, "dev-1", false)]
    [InlineData(ImageTagMutability.MutableWithExclusion, "v1", true)]
    public async Task Mutability_and_its_exclusions_decide_whether_a_tag_moves(ImageTagMutability mutability, string tag, bool moves)
    {
        await using var ecr = await StartAsync("web");
        ImmutableArray<ImageTagMutabilityExclusionFilter>? filters = mutability is ImageTagMutability.Mutable or ImageTagMutability.Immutable
            ? null : [new() { FilterType = ImageTagMutabilityExclusionFilterType.Wildcard, Filter = "dev-*" }];
        await ecr.Ecr.PutImageTagMutabilityAsync(
            new() { RepositoryName = "web", ImageTagMutability = mutability, ImageTagMutabilityExclusionFilters = filters }, ecr.Caller, default);
        await ecr.PushImageAsync("web", tag, "one");
        var (_, other) = await ecr.PushImageAsync("web", "", "two");
        using var answer = await ecr.SendAsync(HttpMethod.Put, $"/v2/web/manifests/{tag}", other, Given.OciImage);
        answer.IsSuccessStatusCode.ShouldBe(moves);
    }

    [Fact]
    public async Task Exclusions_belong_to_the_two_settings_that_have_them()
    {
        await using var ecr = await StartAsync("web");
        Task Put(ImageTagMutability mutability, params string[] filters) => ecr.Ecr.PutImageTagMutabilityAsync(
            new()
            {
                RepositoryName = "web", ImageTagMutability = mutability,
                ImageTagMutabilityExclusionFilters = [.. filters.Select(f => new ImageTagMutabilityExclusionFilter { FilterType = default, Filter = f })],
            },
            ecr.Caller, default);
        await RefusedAsync(() => Put(ImageTagMutability.Immutable, "dev-*"), "InvalidParameterException");
        await RefusedAsync(() => Put(ImageTagMutability.MutableWithExclusion), "InvalidParameterException");
        await RefusedAsync(() => Put(ImageTagMutability.MutableWithExclusion, "*a*b*"), "InvalidParameterException");
    }

    [Theory]
    [InlineData("prod*", "prod-1", true), InlineData("prod*", "preprod", false), InlineData("*prod", "preprod", true), InlineData("a*b", "ab", true)]
    [InlineData("a*a", "a", false), InlineData("exact", "exact", true), InlineData("exact", "exactly", false), InlineData("*mid*", "a-mid-b", true)]
    public void A_wildcard_covers_the_whole_tag(string filter, string tag, bool matches) =>
        Planning.TagMutability.Matches(filter, tag).ShouldBe(matches);

    [Fact]
    public async Task Tags_of_a_repository_come_and_go()
    {
        await using var ecr = await StartAsync("web");
        await ecr.Ecr.TagResourceAsync(new() { ResourceArn = Arn, Tags = [new() { Key = "a", Value = "1" }, new() { Key = "b", Value = "2" }] }, ecr.Caller, default);
        await ecr.Ecr.UntagResourceAsync(new() { ResourceArn = Arn, TagKeys = ["a"] }, ecr.Caller, default);
        (await ecr.Ecr.ListTagsForResourceAsync(new() { ResourceArn = Arn }, ecr.Caller, default)).Tags.ShouldBe([new() { Key = "b", Value = "2" }]);
        ImmutableArray<Tag> many = [.. Enumerable.Range(0, 50).Select(i => new Tag { Key = $"k{i}", Value = "" })];
        await RefusedAsync(() => ecr.Ecr.TagResourceAsync(new() { ResourceArn = Arn, Tags = many }, ecr.Caller, default), "TooManyTagsException");
        await RefusedAsync(() => ecr.Ecr.TagResourceAsync(new() { ResourceArn = Arn, Tags = [new() { Key = "", Value = "" }] }, ecr.Caller, default), "InvalidTagParameterException");
        await RefusedAsync(() => ecr.Ecr.ListTagsForResourceAsync(new() { ResourceArn = "nonsense" }, ecr.Caller, default), "InvalidParameterException");
    }

    [Fact]
    public async Task A_repository_policy_is_kept_and_given_back()
    {
        await using var ecr = await StartAsync("web");
        await RefusedAsync(() => ecr.Ecr.GetRepositoryPolicyAsync(new() { RepositoryName = "web" }, ecr.Caller, default), "RepositoryPolicyNotFoundException",
            "Repository policy does not exist for the repository with name 'web' in the registry with id '123456789012'");
        await RefusedAsync(() => ecr.Ecr.SetRepositoryPolicyAsync(new() { RepositoryName = "web", PolicyText = "{}" }, ecr.Caller, default), "InvalidParameterException",
            "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'");
        await ecr.Ecr.SetRepositoryPolicyAsync(new() { RepositoryName = "web", PolicyText = Policy }, ecr.Caller, default);
        (await ecr.Ecr.GetRepositoryPolicyAsync(new() { RepositoryName = "web" }, ecr.Caller, default)).PolicyText.ShouldBe(Policy);
        (await ecr.Ecr.DeleteRepositoryPolicyAsync(new() { RepositoryName = "web" }, ecr.Caller, default)).PolicyText.ShouldBe(Policy);
        await RefusedAsync(() => ecr.Ecr.DeleteRepositoryPolicyAsync(new() { RepositoryName = "web" }, ecr.Caller, default), "RepositoryPolicyNotFoundException");
    }

    [Fact]
    public async Task A_lifecycle_policy_is_checked_kept_and_given_back()
    {
        await using var ecr = await StartAsync("web");
        var text = LifecyclePolicyTests.Policy(LifecyclePolicyTests.Rule(1));
        await RefusedAsync(() => ecr.Ecr.GetLifecyclePolicyAsync(new() { RepositoryName = "web" }, ecr.Caller, default), "LifecyclePolicyNotFoundException",
            "Lifecycle policy does not exist for the repository with name 'web' in the registry with id '123456789012'");
        await RefusedAsync(() => ecr.Ecr.PutLifecyclePolicyAsync(new() { RepositoryName = "web", LifecyclePolicyText = "{}" }, ecr.Caller, default), "InvalidParameterException",
            "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure: object has missing required properties ([\"rules\"])'");
        await ecr.Ecr.PutLifecyclePolicyAsync(new() { RepositoryName = "web", LifecyclePolicyText = text }, ecr.Caller, default);
        (await ecr.Ecr.GetLifecyclePolicyAsync(new() { RepositoryName = "web" }, ecr.Caller, default)).LifecyclePolicyText.ShouldBe(text);
        (await ecr.Ecr.DeleteLifecyclePolicyAsync(new() { RepositoryName = "web" }, ecr.Caller, default)).LifecyclePolicyText.ShouldBe(text);
    }

    [Fact]
    public async Task A_reset_forgets_blobs_too()
    {
        await using var ecr = await StartAsync("web");
        var (digest, _) = await ecr.PushImageAsync("web", "v1");
        await ecr.Platform.ResetAsync(default);
        (await ecr.Blobs.FindAsync(digest, default)).ShouldBeNull();
        (await ecr.Ecr.DescribeRepositoriesAsync(new(), ecr.Caller, default)).Repositories.ShouldBe([]);
    }
}
