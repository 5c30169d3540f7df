using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Ssm;
using Minato.Testing;

namespace Minato.Ssm.Tests;

public sealed class ParameterTests
{
    private static void Run(Func<World, ISsm, Task> test) => World.Run(1, world => test(world, world.Client<ISsm>()), services =>
        services.AddSingleton(new PageTokens("a secret of the test"u8)).AddSsm());

    private static PutParameterRequest Put(string name, string value, ParameterType? type = ParameterType.String, bool overwrite = false) =>
        new() { Name = name, Value = value, Type = type, Overwrite = overwrite };

    private static async Task<string?> ValueAsync(World w, ISsm ssm, string name, bool decrypt = true) =>
        (await ssm.GetParameterAsync(new() { Name = name, WithDecryption = decrypt }, w.Caller, default)).Parameter?.Value;

    [Fact]
    public void A_parameter_is_written_once_and_then_only_with_Overwrite() => Run(async (w, ssm) =>
    {
        (await ssm.PutParameterAsync(Put("/app/url", "one"), w.Caller, default)).Version.ShouldBe(1);
        (await w.Throws<ParameterAlreadyExists>(() => ssm.PutParameterAsync(Put("/app/url", "two"), w.Caller, default))).Message
            .ShouldBe("The parameter already exists. To overwrite this value, set the overwrite option in the request to true.");
        (await ssm.PutParameterAsync(Put("/app/url", "two", overwrite: true), w.Caller, default)).Version.ShouldBe(2);
        (await ValueAsync(w, ssm, "/app/url")).ShouldBe("two");
        (await ValueAsync(w, ssm, "/app/url:1")).ShouldBe("one");
        (await ValueAsync(w, ssm, "arn:aws:ssm:us-east-1:123456789012:parameter/app/url")).ShouldBe("two");
        await w.Throws<ParameterVersionNotFound>(() => ValueAsync(w, ssm, "/app/url:3"));
        await w.Throws<ParameterNotFound>(() => ValueAsync(w, ssm, "/app/none"));
    });

    [Fact]
    public void A_SecureString_without_decryption_is_ciphertext() => Run(async (w, ssm) =>
    {
        await ssm.PutParameterAsync(Put("key", "hush", ParameterType.SecureString), w.Caller, default);
        (await ValueAsync(w, ssm, "key")).ShouldBe("hush");
        (await ValueAsync(w, ssm, "key", decrypt: false)).ShouldNotBe("hush");
        var described = await ssm.DescribeParametersAsync(new(), w.Caller, default);
        described.Parameters?[0].KeyId.ShouldBe("alias/aws/ssm");
    });

    [Fact]
    public void GetParameters_lists_what_is_not_there() => Run(async (w, ssm) =>
    {
        await ssm.PutParameterAsync(Put("a", "1"), w.Caller, default);
        var answer = await ssm.GetParametersAsync(new() { Names = ["a", "b", "a:7"] }, w.Caller, default);
        answer.Parameters?.Select(p => p.Name).ShouldBe(["a"]);
        answer.InvalidParameters.ShouldNotBeNull().ShouldBe(["b", "a:7"]);
    });

    [Fact]
    public void A_path_gives_its_children_and_only_when_asked_their_children() => Run(async (w, ssm) =>
    {
        foreach (var name in new[] { "/app/a", "/app/b", "/app/deep/c", "/apple/d", "/ap" }) await ssm.PutParameterAsync(Put(name, "v"), w.Caller, default);
        (await NamesAsync(false)).ShouldBe(["/app/a", "/app/b"]);
        (await NamesAsync(true)).ShouldBe(["/app/a", "/app/b", "/app/deep/c"]);

        async Task<List<string?>> NamesAsync(bool recursive)
        {
            var names = new List<string?>();
            string? token = null;
            do
            {
                var page = await ssm.GetParametersByPathAsync(new() { Path = "/app", Recursive = recursive, MaxResults = 1, NextToken = token }, w.Caller, default);
                names.AddRange((page.Parameters ?? []).Select(p => p.Name));
                token = page.NextToken;
            }
            while (token is not null);
            return names;
        }
    });

    [Fact]
    public void A_label_is_on_one_version_and_moves() => Run(async (w, ssm) =>
    {
        await ssm.PutParameterAsync(Put("a", "one"), w.Caller, default);
        await ssm.PutParameterAsync(Put("a", "two", overwrite: true), w.Caller, default);
        var labelled = await ssm.LabelParameterVersionAsync(new() { Name = "a", ParameterVersion = 1, Labels = ["prod", "1st"] }, w.Caller, default);
        labelled.InvalidLabels.ShouldNotBeNull().ShouldBe(["1st"]); // AWS: a number at the beginning is how versions are asked for.
        (await ValueAsync(w, ssm, "a:prod")).ShouldBe("one");
        await ssm.LabelParameterVersionAsync(new() { Name = "a", Labels = ["prod"] }, w.Caller, default);
        (await ValueAsync(w, ssm, "a:prod")).ShouldBe("two");
        var history = await ssm.GetParameterHistoryAsync(new() { Name = "a" }, w.Caller, default);
        history.Parameters?.Select(v => v.Labels?.Length).ShouldBe([0, 1]);
    });

    [Fact]
    public void Of_more_than_a_hundred_versions_the_oldest_goes_unless_it_has_a_label() => Run(async (w, ssm) =>
    {
        for (var i = 0; i < 101; i++) await ssm.PutParameterAsync(Put("a", $"{i}", overwrite: true), w.Caller, default);
        await w.Throws<ParameterVersionNotFound>(() => ValueAsync(w, ssm, "a:1"));
        await ssm.LabelParameterVersionAsync(new() { Name = "a", ParameterVersion = 2, Labels = ["keep"] }, w.Caller, default);
        await w.Throws<ParameterMaxVersionLimitExceeded>(() => ssm.PutParameterAsync(Put("a", "more", overwrite: true), w.Caller, default));
    });

    [Theory]
    [InlineData("aws-thing"), InlineData("/SSM/thing"), InlineData("a b"), InlineData("a/b")]
    public void Some_names_are_nobodys(string name) => Run(async (w, ssm) =>
        (await w.Throws<AwsException>(() => ssm.PutParameterAsync(Put(name, "v"), w.Caller, default))).Code.ShouldBe("ValidationException"));

    [Fact]
    public void A_value_has_a_length_and_may_have_a_pattern() => Run(async (w, ssm) =>
    {
        await w.Throws<AwsException>(() => ssm.PutParameterAsync(Put("a", new('x', 4097)), w.Caller, default));
        (await ssm.PutParameterAsync(Put("a", new('x', 4097)) with { Tier = ParameterTier.IntelligentTiering }, w.Caller, default)).Tier.ShouldBe(ParameterTier.Advanced);
        (await w.Throws<ParameterPatternMismatchException>(() => ssm.PutParameterAsync(Put("b", "seven") with { AllowedPattern = @"^\d+$" }, w.Caller, default)))
            .Message.ShouldBe(@"Parameter value, cannot be validated against allowedPattern: ^\d+$");
    });

    [Fact]
    public void Tags_and_deletion() => Run(async (w, ssm) =>
    {
        await ssm.PutParameterAsync(Put("a", "v") with { Tags = [new() { Key = "team", Value = "x" }] }, w.Caller, default);
        await ssm.AddTagsToResourceAsync(new() { ResourceType = ResourceTypeForTagging.Parameter, ResourceId = "a", Tags = [new() { Key = "env", Value = "y" }] }, w.Caller, default);
        (await ssm.ListTagsForResourceAsync(new() { ResourceType = ResourceTypeForTagging.Parameter, ResourceId = "a" }, w.Caller, default))
            .TagList?.Select(t => t.Key).ShouldBe(["env", "team"]);
        (await ssm.DescribeParametersAsync(new() { ParameterFilters = [new() { Key = "tag:env", Values = ["y"] }] }, w.Caller, default)).Parameters?.Length.ShouldBe(1);
        var deleted = await ssm.DeleteParametersAsync(new() { Names = ["a", "b"] }, w.Caller, default);
        deleted.DeletedParameters.ShouldNotBeNull().ShouldBe(["a"]);
        deleted.InvalidParameters.ShouldNotBeNull().ShouldBe(["b"]);
    });
}
