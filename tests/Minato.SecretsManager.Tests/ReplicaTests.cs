using Minato.Contracts.SecretsManager;

namespace Minato.SecretsManager.Tests;

public sealed class ReplicaTests
{
    [Fact]
    public void A_replica_has_the_values_of_its_secret_and_follows_it() => SecretsWorld.RunWithKeys(async w =>
    {
        var away = w.Caller with { Region = "eu-west-1" };
        var made = await w.Secrets.CreateSecretAsync(new() { Name = "db", SecretString = "one", AddReplicaRegions = [new() { Region = "eu-west-1" }] }, w.Caller, default);
        await w.World.Eventually(async () => (await w.Secrets.DescribeSecretAsync(new() { SecretId = "db" }, w.Caller, default)).ReplicationStatus?[0].Status is StatusType.InSync, TimeSpan.FromSeconds(5));
        var there = await w.Secrets.GetSecretValueAsync(new() { SecretId = "db" }, away, default);
        (there.SecretString, there.ARN, there.VersionId).ShouldBe(("one", made.ARN?.Replace("us-east-1", "eu-west-1", StringComparison.Ordinal), made.VersionId));
        await w.PutAsync("db", "two");
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        (await w.Secrets.GetSecretValueAsync(new() { SecretId = "db" }, away, default)).SecretString.ShouldBe("two");
        (await w.Secrets.GetSecretValueAsync(new() { SecretId = "db", VersionStage = "AWSPREVIOUS" }, away, default)).SecretString.ShouldBe("one");
        (await w.Secrets.DescribeSecretAsync(new() { SecretId = "db" }, away, default)).PrimaryRegion.ShouldBe("us-east-1");
    });

    [Fact]
    public void A_replica_is_changed_through_its_primary_alone_until_it_stands_by_itself() => SecretsWorld.RunWithKeys(async w =>
    {
        var away = w.Caller with { Region = "eu-west-1" };
        await w.CreateAsync("db", "one");
        await w.Secrets.ReplicateSecretToRegionsAsync(new() { SecretId = "db", AddReplicaRegions = [new() { Region = "eu-west-1" }] }, w.Caller, default);
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        (await w.World.Throws<InvalidRequestException>(() => w.Secrets.PutSecretValueAsync(new() { SecretId = "db", SecretString = "x" }, away, default))).Message
            .ShouldBe("Operation not permitted on a replica secret. Call must be made in primary secret's region.");
        (await w.World.Throws<InvalidRequestException>(() => w.Secrets.DeleteSecretAsync(new() { SecretId = "db" }, w.Caller, default))).Message
            .ShouldBe("You can't delete secret db that still has replica regions [eu-west-1]");
        await w.Secrets.StopReplicationToReplicaAsync(new() { SecretId = "db" }, away, default);
        await w.Secrets.PutSecretValueAsync(new() { SecretId = "db", SecretString = "mine" }, away, default);
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        (await w.ValueAsync("db")).ShouldBe("one");
        (await w.Secrets.GetSecretValueAsync(new() { SecretId = "db" }, away, default)).SecretString.ShouldBe("mine");
    });

    [Fact]
    public void A_secret_of_the_same_name_is_in_the_way_unless_it_is_to_be_overwritten() => SecretsWorld.RunWithKeys(async w =>
    {
        var away = w.Caller with { Region = "eu-west-1" };
        await w.Secrets.CreateSecretAsync(new() { Name = "db", SecretString = "other" }, away, default);
        await w.CreateAsync("db", "one");
        await w.Secrets.ReplicateSecretToRegionsAsync(new() { SecretId = "db", AddReplicaRegions = [new() { Region = "eu-west-1" }] }, w.Caller, default);
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        var status = (await w.Secrets.DescribeSecretAsync(new() { SecretId = "db" }, w.Caller, default)).ReplicationStatus?[0];
        (status?.Status, status?.StatusMessage).ShouldBe((StatusType.Failed, "Replication failed: Secret name db already exists in region eu-west-1."));
        await w.Secrets.ReplicateSecretToRegionsAsync(new() { SecretId = "db", AddReplicaRegions = [new() { Region = "eu-west-1" }], ForceOverwriteReplicaSecret = true }, w.Caller, default);
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        (await w.Secrets.GetSecretValueAsync(new() { SecretId = "db" }, away, default)).SecretString.ShouldBe("one");
        await w.Secrets.RemoveRegionsFromReplicationAsync(new() { SecretId = "db", RemoveReplicaRegions = ["eu-west-1"] }, w.Caller, default);
        await w.World.Throws<ResourceNotFoundException>(() => w.Secrets.GetSecretValueAsync(new() { SecretId = "db" }, away, default));
        await w.World.Throws<InvalidParameterException>(() => w.Secrets.ReplicateSecretToRegionsAsync(new() { SecretId = "db", AddReplicaRegions = [new() { Region = "us-east-1" }] }, w.Caller, default));
    });

    [Theory]
    [InlineData("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"secretsmanager:GetSecretValue","Resource":"*"}]}""", null)]
    [InlineData("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"secretsmanager:GetSecretValue","Resource":"*"}]}""", "BlockPublicPolicy")]
    [InlineData("""{"Version":"2012-10-17"}""", "PolicySyntax")]
    public void A_policy_is_validated_without_being_put(string policy, string? check) => SecretsWorld.Run(async w =>
    {
        var answer = await w.Secrets.ValidateResourcePolicyAsync(new() { ResourcePolicy = policy }, w.Caller, default);
        (answer.PolicyValidationPassed, answer.ValidationErrors?.Select(e => e.CheckName).FirstOrDefault()).ShouldBe((check is null, check));
    });
}
