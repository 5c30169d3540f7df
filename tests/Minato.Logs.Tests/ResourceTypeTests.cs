using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Testing;
using Minato.Testing.Templates;

namespace Minato.Logs.Tests;

public sealed class ResourceTypeTests
{
    [Fact]
    public void A_log_group_has_a_life_and_its_arn_ends_with_a_star() => Run(async types =>
    {
        var group = await types.CreateAsync("AWS::Logs::LogGroup", """{"LogGroupName":"/app","RetentionInDays":"7","Tags":[{"Key":"a","Value":"1"}]}""");
        group.Id.ShouldBe("/app");
        group.GetAtt("Arn").ShouldBe("arn:aws:logs:us-east-1:123456789012:log-group:/app:*");
        group = await types.UpdateAsync(group, """{"LogGroupName":"/app","RetentionInDays":30}""");
        group = await types.UpdateAsync(group, """{"LogGroupName":"/app"}""");
        (await types.ReadAsync(group))?.Properties.ContainsKey("RetentionInDays").ShouldBeFalse();
        await types.DeleteAsync(group);
    });

    [Fact]
    public void A_log_stream_has_a_life() => Run(async types =>
    {
        await types.CreateAsync("AWS::Logs::LogGroup", """{"LogGroupName":"/app"}""", "Group");
        var stream = await types.CreateAsync("AWS::Logs::LogStream", """{"LogGroupName":"/app"}""", "Stream");
        stream.Id.ShouldMatch("^shop-Stream-[A-Z0-9]{12}$");
        await types.DeleteAsync(stream);
    });

    [Fact]
    public void A_resource_policy_has_a_life() => Run(async types =>
    {
        const string Policy = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"logs:PutLogEvents","Resource":"*"}]}""";
        var policy = await types.CreateAsync("AWS::Logs::ResourcePolicy", $$"""{"PolicyName":"events","PolicyDocument":{{JsonSerializer.Serialize(Policy)}}}""");
        policy.Id.ShouldBe("events");
        policy = await types.UpdateAsync(policy, $$"""{"PolicyName":"events","PolicyDocument":{{Policy.Replace("Allow", "Deny", StringComparison.Ordinal)}}}""");
        (await types.ReadAsync(policy))?.Properties["PolicyDocument"]?.ToJsonString().ShouldContain("Deny");
        await types.DeleteAsync(policy);
    });

    [Fact]
    public void Schemas_are_sound() => Run(types =>
    {
        types.FaultsOfSchemas().ShouldBeEmpty();
        return Task.CompletedTask;
    });

    private static void Run(Func<TypeDriver, Task> test) =>
        World.Run(1, world => test(TypeDriver.In(world)), services => services.AddSingleton(new PageTokens("a secret of the test"u8)).AddLogs());
}
