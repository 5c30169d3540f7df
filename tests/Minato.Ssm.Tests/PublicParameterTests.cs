using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Aws.Authorization;
using Minato.Contracts.Ssm;
using Minato.Platform;
using Minato.Testing;

namespace Minato.Ssm.Tests;

/// <summary>Parameters of AWS's own, which are there in every account without anybody having put them.</summary>
public sealed class PublicParameterTests
{
    private const string Recommended = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended";

    [Theory]
    [InlineData(Recommended + "/image_id")]
    [InlineData("/aws/service/ecs/optimized-ami/amazon-linux-2/arm64/recommended/image_id")]
    [InlineData("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64")]
    [InlineData("/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2")]
    [InlineData("/aws/service/bottlerocket/aws-ecs-2/x86_64/latest/image_id")]
    public void An_image_has_an_id_that_stays_and_is_another_in_another_Region(string name) => Run(async (ssm, caller) =>
    {
        var found = (await ssm.GetParameterAsync(new() { Name = name }, caller, default)).Parameter.ShouldNotBeNull();
        found.Value.ShouldNotBeNull().ShouldMatch("^ami-[0-9a-f]{17}$");
        (found.Type, found.DataType, found.ARN).ShouldBe((ParameterType.String, "aws:ec2:image", $"arn:aws:ssm:us-east-1::parameter{name}"));
        (await ssm.GetParametersAsync(new() { Names = [name] }, caller, default)).Parameters?[0].Value.ShouldBe(found.Value);
        (await ssm.GetParameterAsync(new() { Name = name }, caller with { Region = "eu-west-1" }, default)).Parameter?.Value.ShouldNotBe(found.Value);
    });

    [Fact]
    public void The_recommended_image_tells_all_of_itself() => Run(async (ssm, caller) =>
    {
        var text = (await ssm.GetParameterAsync(new() { Name = Recommended }, caller, default)).Parameter?.Value ?? "";
        var all = JsonNode.Parse(text).ShouldNotBeNull();
        all["image_id"]?.ToString().ShouldBe((await ssm.GetParameterAsync(new() { Name = $"{Recommended}/image_id" }, caller, default)).Parameter?.Value);
        all["os"]?.ToString().ShouldBe("Amazon Linux 2023");
    });

    [Fact]
    public void A_path_lists_what_is_below_it_in_pages() => Run(async (ssm, caller) =>
    {
        var names = new List<string>();
        string? token = null;
        do
        {
            var page = await ssm.GetParametersByPathAsync(new() { Path = Recommended, MaxResults = 3, NextToken = token }, caller, default);
            names.AddRange((page.Parameters ?? []).Select(p => p.Name ?? ""));
            token = page.NextToken;
        }
        while (token is not null);
        names.ShouldBe([$"{Recommended}/ecs_agent_version", $"{Recommended}/image_id", $"{Recommended}/image_name", $"{Recommended}/os"]);
    });

    [Fact]
    public void What_is_not_here_is_not_found() => World.Run(1, async world =>
    {
        var (ssm, caller) = (world.Client<ISsm>(), world.Caller);
        await world.Throws<ParameterNotFound>(() => ssm.GetParameterAsync(new() { Name = "/aws/service/canonical/ubuntu" }, caller, default));
        (await ssm.GetParametersAsync(new() { Names = ["/aws/service/none", $"{Recommended}/os"] }, caller, default)).InvalidParameters?.ShouldBe(["/aws/service/none"]);
    }, Parts);

    [Fact]
    public void Policies_name_them_without_an_account() => World.Run(1, world =>
    {
        var facts = world.Services.GetServices<IResourcePolicies>().Single(r => r.Service == "ssm");
        facts.Find($"arn:aws:ssm:us-east-1:{World.AccountId}:parameter/aws/service/ecs/x")?.Arn.ShouldBe("arn:aws:ssm:us-east-1::parameter/aws/service/ecs/x");
        return Task.CompletedTask;
    }, Parts);

    private static void Run(Func<ISsm, Caller, Task> test) => World.Run(1, world => test(world.Client<ISsm>(), world.Caller), Parts);

    private static void Parts(IServiceCollection services) => services.AddSingleton(new PageTokens("a secret of the test"u8))
        .AddSingleton<ISealer>(p => new AesSealer(new byte[AesSealer.KeyLength], p.GetRequiredService<Ids>())).AddSsm();
}
