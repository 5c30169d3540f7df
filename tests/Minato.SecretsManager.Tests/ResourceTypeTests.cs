using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Engines.Functions;
using Minato.Testing.Templates;

namespace Minato.SecretsManager.Tests;

public sealed class ResourceTypeTests
{
    private const string Secret = "AWS::SecretsManager::Secret";

    [Fact]
    public void A_secret_has_a_life_and_its_ref_is_its_arn() => SecretsWorld.Run(async world =>
    {
        var types = TypeDriver.In(world.World);
        var secret = await types.CreateAsync(Secret, """{"Name":"db","Description":"of the shop","SecretString":"one","Tags":[{"Key":"a","Value":"1"}]}""");
        secret.Id.ShouldStartWith("arn:aws:secretsmanager:us-east-1:123456789012:secret:db-");
        secret.GetAtt("Id").ShouldBe(secret.Id);
        secret = await types.UpdateAsync(secret, """{"Name":"db","Description":"of all","SecretString":"two"}""");
        (await world.ValueAsync("db")).ShouldBe("two");
        await types.DeleteAsync(secret);
        await world.CreateAsync("db", "its name is free at once");
    });

    [Fact]
    public void GenerateSecretString_puts_a_password_into_its_template() => SecretsWorld.Run(async world =>
    {
        var secret = await TypeDriver.In(world.World).CreateAsync(Secret, """
            {"GenerateSecretString":{"SecretStringTemplate":"{\"username\":\"shop\"}","GenerateStringKey":"password","PasswordLength":"24","ExcludePunctuation":"true"}}
            """, "Database");
        secret.Id.ShouldMatch(":secret:Database-[A-Z0-9]{12}-");
        var value = JsonNode.Parse(await world.ValueAsync(secret.Id) ?? "");
        value?["username"]?.ToString().ShouldBe("shop");
        value?["password"]?.ToString().ShouldMatch("^[A-Za-z0-9]{24}$");
    });

    [Theory]
    [InlineData("""{"SecretString":"x","GenerateSecretString":{}}""")]
    [InlineData("""{"GenerateSecretString":{"SecretStringTemplate":"{}"}}""")]
    [InlineData("""{"GenerateSecretString":{"SecretStringTemplate":"no json","GenerateStringKey":"k"}}""")]
    public void What_does_not_go_together_is_refused(string properties) => SecretsWorld.Run(async world =>
        (await TypeDriver.In(world.World).TryCreateAsync(Secret, properties)).ShouldBeOfType<ResourceProgress.Failed>().Code.ShouldBe("InvalidRequest"));

    [Fact]
    public void A_resource_policy_has_a_life() => SecretsWorld.Run(async world =>
    {
        var types = TypeDriver.In(world.World);
        var secret = await world.CreateAsync("db", "one");
        var policy = await types.CreateAsync("AWS::SecretsManager::ResourcePolicy", $$$"""
            {"SecretId":"{{{secret}}}","ResourcePolicy":{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"secretsmanager:DeleteSecret","Resource":"*"}]}}
            """);
        policy.Id.ShouldBe(secret);
        await types.DeleteAsync(policy);
        types.FaultsOfSchemas().ShouldBeEmpty();
    });

    [Fact]
    public void A_rotation_schedule_has_a_life_and_its_ref_is_the_secrets_arn() => SecretsWorld.Run(async world =>
    {
        var types = TypeDriver.In(world.World);
        var secret = await types.CreateAsync(Secret, """{"Name":"db","SecretString":"one"}""", "Secret");
        string Schedule(int days) => $$"""
            {"SecretId":"{{secret.Id}}","RotationLambdaARN":"arn:aws:lambda:us-east-1:123456789012:function:turn","RotationRules":{"AutomaticallyAfterDays":{{days}}},"RotateImmediatelyOnUpdate":false}
            """;
        foreach (var name in (string[])["turn", "other"]) world.World.Functions.Put($"arn:aws:lambda:us-east-1:123456789012:function:{name}", _ => new FunctionOutcome.Returned("null"));
        var schedule = await types.CreateAsync("AWS::SecretsManager::RotationSchedule", Schedule(30));
        (schedule.Id, schedule.GetAtt("Id")).ShouldBe((secret.Id, secret.Id));
        (await types.TryCreateAsync("AWS::SecretsManager::RotationSchedule", Schedule(7))).ShouldBeOfType<ResourceProgress.Failed>().Code.ShouldBe("AlreadyExists");
        await world.World.RunFor(TimeSpan.FromMinutes(1)); // The function was tried: AWS does that even when nothing is to be rotated yet.
        schedule = await types.UpdateAsync(schedule, Schedule(7));
        (await world.Secrets.DescribeSecretAsync(new() { SecretId = secret.Id }, world.Caller, default)).RotationRules?.AutomaticallyAfterDays.ShouldBe(7);
        await world.World.RunFor(TimeSpan.FromMinutes(1));
        schedule = await types.UpdateAsync(schedule, Schedule(7).Replace("function:turn", "function:other", StringComparison.Ordinal));
        (await world.Secrets.DescribeSecretAsync(new() { SecretId = secret.Id }, world.Caller, default)).RotationLambdaARN.ShouldNotBeNull().ShouldEndWith("function:other");
        await types.DeleteAsync(schedule);
    });
}
