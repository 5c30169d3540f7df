using Minato.Aws;
using Minato.Contracts.Kms;

namespace Minato.Kms.Tests;

public sealed class AliasTests
{
    [Fact]
    public void An_alias_stands_for_its_key_and_can_move() => KmsWorld.Run(async w =>
    {
        var (one, two) = (await w.CreateAsync(), await w.CreateAsync());
        await w.Kms.CreateAliasAsync(new() { AliasName = "alias/app", TargetKeyId = one.KeyId }, w.Caller, default);
        var blob = await w.EncryptAsync("alias/app", "hush");
        await w.Kms.UpdateAliasAsync(new() { AliasName = "alias/app", TargetKeyId = two.Arn ?? "" }, w.Caller, default);
        (await w.DecryptAsync(blob, keyId: one.KeyId)).ShouldBe("hush");
        await w.World.Throws<IncorrectKeyException>(() => w.DecryptAsync(blob, keyId: "alias/app"));
        (await w.Kms.DescribeKeyAsync(new() { KeyId = "arn:aws:kms:us-east-1:123456789012:alias/app" }, w.Caller, default)).KeyMetadata?.KeyId.ShouldBe(two.KeyId);
        (await w.Kms.ListAliasesAsync(new() { KeyId = two.KeyId }, w.Caller, default)).Aliases?[0].AliasName.ShouldBe("alias/app");
        await w.Kms.DeleteAliasAsync(new() { AliasName = "alias/app" }, w.Caller, default);
        await w.World.Throws<NotFoundException>(() => w.EncryptAsync("alias/app", "x"));
    });

    [Fact]
    public void A_name_is_taken_once_and_begins_with_alias() => KmsWorld.Run(async w =>
    {
        var key = await w.CreateAsync();
        await CreateAsync("alias/app");
        (await w.World.Throws<AlreadyExistsException>(() => CreateAsync("alias/app"))).Message
            .ShouldBe("An alias with the name arn:aws:kms:us-east-1:123456789012:alias/app already exists");
        (await w.World.Throws<AwsException>(() => CreateAsync("app"))).Code.ShouldBe("ValidationException");
        (await w.World.Throws<AwsException>(() => CreateAsync("alias/aws/app"))).Code.ShouldBe("NotAuthorizedException");

        Task CreateAsync(string name) => w.Kms.CreateAliasAsync(new() { AliasName = name, TargetKeyId = key.KeyId }, w.Caller, default);
    });

    [Fact]
    public void An_alias_does_not_move_to_another_kind_of_key() => KmsWorld.Run(async w =>
    {
        var (one, two) = (await w.CreateAsync(), await w.CreateAsync(KeySpec.Hmac256, KeyUsageType.GenerateVerifyMac));
        await w.Kms.CreateAliasAsync(new() { AliasName = "alias/app", TargetKeyId = one.KeyId }, w.Caller, default);
        await w.World.Throws<AwsException>(() => w.Kms.UpdateAliasAsync(new() { AliasName = "alias/app", TargetKeyId = two.KeyId }, w.Caller, default));
    });

    [Fact]
    public void A_key_of_AWS_is_made_when_it_is_first_needed_and_is_for_its_service_alone() => KmsWorld.Run(async w =>
    {
        var ssm = Caller.ForService(w.Caller.AccountId, w.Caller.Region, "ssm.amazonaws.com");
        var blob = await w.EncryptAsync("alias/aws/ssm", "hush", caller: ssm);
        (await w.DecryptAsync(blob, caller: ssm)).ShouldBe("hush");
        var key = (await w.Kms.DescribeKeyAsync(new() { KeyId = "alias/aws/ssm" }, w.Caller, default)).KeyMetadata;
        key?.KeyManager.ShouldBe(KeyManagerType.Aws);
        (await w.World.Throws<AwsException>(() => w.EncryptAsync("alias/aws/ssm", "x"))).Code.ShouldBe("AccessDeniedException");
        (await w.World.Throws<AwsException>(() => w.Kms.ScheduleKeyDeletionAsync(new() { KeyId = key?.KeyId ?? "" }, w.Caller, default))).Code.ShouldBe("AccessDeniedException");
        await w.World.Throws<NotFoundException>(() => w.Kms.DescribeKeyAsync(new() { KeyId = "alias/aws/nothing" }, w.Caller, default));
    });
}
