using Minato.Contracts.Kms;
using Minato.Testing.Templates;

namespace Minato.Kms.Tests;

public sealed class ResourceTypeTests
{
    [Fact]
    public void A_key_and_its_alias_have_a_life_and_a_deleted_key_waits_for_its_end() => KmsWorld.Run(async kms =>
    {
        var types = TypeDriver.In(kms.World);
        var key = await types.CreateAsync("AWS::KMS::Key", """{"Description":"of the shop","EnableKeyRotation":"true","Tags":[{"Key":"a","Value":"1"}]}""", "Key");
        key.GetAtt("KeyId").ShouldBe(key.Id);
        key.GetAtt("Arn").ShouldBe($"arn:aws:kms:us-east-1:123456789012:key/{key.Id}");
        (await kms.Kms.GetKeyRotationStatusAsync(new() { KeyId = key.Id }, kms.Caller, default)).KeyRotationEnabled.ShouldBe(true);
        key = await types.UpdateAsync(key, """{"Description":"of all","EnableKeyRotation":false,"PendingWindowInDays":7}""");
        var alias = await types.CreateAsync("AWS::KMS::Alias", $$"""{"AliasName":"alias/shop","TargetKeyId":"{{key.Id}}"}""", "Alias");
        alias.Id.ShouldBe("alias/shop");
        await types.DeleteAsync(alias);
        await types.DeleteAsync(key);
        (await kms.Kms.DescribeKeyAsync(new() { KeyId = key.Id }, kms.Caller, default)).KeyMetadata?.KeyState.ShouldBe(KeyState.PendingDeletion);
        types.FaultsOfSchemas().ShouldBeEmpty();
    });
}
