using Minato.Aws;
using Minato.Contracts.Kms;

namespace Minato.Kms.Tests;

public sealed class KeyLifeTests
{
    [Fact]
    public void A_new_key_is_symmetric_and_enabled() => KmsWorld.Run(async w =>
    {
        var key = await w.CreateAsync();
        key.Arn.ShouldBe($"arn:aws:kms:us-east-1:123456789012:key/{key.KeyId}");
        (key.KeyState, key.Enabled, key.KeySpec, key.KeyUsage, key.Origin, key.KeyManager)
            .ShouldBe((KeyState.Enabled, true, KeySpec.SymmetricDefault, KeyUsageType.EncryptDecrypt, OriginType.AwsKms, KeyManagerType.Customer));
        key.EncryptionAlgorithms?.ShouldBe([EncryptionAlgorithmSpec.SymmetricDefault]);
        key.CustomerMasterKeySpec.ShouldBe(CustomerMasterKeySpec.SymmetricDefault);
        (await w.Kms.DescribeKeyAsync(new() { KeyId = key.Arn ?? "" }, w.Caller, default)).KeyMetadata?.KeyId.ShouldBe(key.KeyId);
    });

    [Fact]
    public void A_key_that_is_not_there_is_told_by_its_ARN() => KmsWorld.Run(async w =>
    {
        const string id = "1234abcd-12ab-34cd-56ef-1234567890ab";
        (await Refused(id)).ShouldBe($"Key 'arn:aws:kms:us-east-1:123456789012:key/{id}' does not exist");
        (await Refused("nonsense")).ShouldBe("Invalid keyId 'nonsense'");
        (await Refused("alias/none")).ShouldBe("Alias arn:aws:kms:us-east-1:123456789012:alias/none is not found.");
        (await Refused($"arn:aws:kms:eu-west-1:123456789012:key/{id}")).ShouldBe("Invalid arn eu-west-1");

        async Task<string> Refused(string keyId) => (await w.World.Throws<NotFoundException>(() => w.Kms.DescribeKeyAsync(new() { KeyId = keyId }, w.Caller, default))).Message;
    });

    [Fact]
    public void A_disabled_key_works_for_nobody_until_it_is_enabled() => KmsWorld.Run(async w =>
    {
        var key = await w.CreateAsync();
        var blob = await w.EncryptAsync(key.KeyId, "hush");
        await w.Kms.DisableKeyAsync(new() { KeyId = key.KeyId }, w.Caller, default);
        (await w.World.Throws<DisabledException>(() => w.EncryptAsync(key.KeyId, "x"))).Message.ShouldBe($"{key.Arn} is disabled.");
        await w.World.Throws<DisabledException>(() => w.DecryptAsync(blob));
        await w.Kms.EnableKeyAsync(new() { KeyId = key.KeyId }, w.Caller, default);
        (await w.DecryptAsync(blob)).ShouldBe("hush");
    });

    [Fact]
    public void Deletion_waits_for_its_window_and_can_be_cancelled() => KmsWorld.Run(async w =>
    {
        var key = await w.CreateAsync();
        await w.Kms.CreateAliasAsync(new() { AliasName = "alias/a", TargetKeyId = key.KeyId }, w.Caller, default);
        (await w.World.Throws<KMSInvalidStateException>(() => w.Kms.CancelKeyDeletionAsync(new() { KeyId = key.KeyId }, w.Caller, default))).Message
            .ShouldBe($"{key.Arn} is not pending deletion.");
        await w.World.Throws<AwsException>(() => DeleteAsync(6));
        (await DeleteAsync(7)).KeyState.ShouldBe(KeyState.PendingDeletion);
        (await w.World.Throws<KMSInvalidStateException>(() => w.EncryptAsync(key.KeyId, "x"))).Message.ShouldBe($"{key.Arn} is pending deletion.");
        await w.Kms.CancelKeyDeletionAsync(new() { KeyId = key.KeyId }, w.Caller, default);
        (await DescribeAsync())?.KeyState.ShouldBe(KeyState.Disabled); // AWS: it comes back disabled.
        await DeleteAsync(7);
        await w.World.RunFor(TimeSpan.FromDays(6.9));
        (await DescribeAsync())?.KeyState.ShouldBe(KeyState.PendingDeletion);
        await w.World.RestartAsync(); // The deadline outlives the process.
        await w.World.RunFor(TimeSpan.FromDays(0.2));
        await w.World.Throws<NotFoundException>(DescribeAsync);
        (await w.Kms.ListAliasesAsync(new(), w.Caller, default)).Aliases?.Length.ShouldBe(0);

        Task<ScheduleKeyDeletionResponse> DeleteAsync(int days) =>
            w.Kms.ScheduleKeyDeletionAsync(new() { KeyId = key.KeyId, PendingWindowInDays = days }, w.Caller, default);
        async Task<KeyMetadata?> DescribeAsync() => (await w.Kms.DescribeKeyAsync(new() { KeyId = key.KeyId }, w.Caller, default)).KeyMetadata;
    });

    [Theory]
    [InlineData(KeySpec.EccNistP256, KeyUsageType.EncryptDecrypt), InlineData(KeySpec.SymmetricDefault, KeyUsageType.SignVerify), InlineData(KeySpec.Hmac256, KeyUsageType.SignVerify)]
    public void A_kind_of_key_has_its_uses(KeySpec spec, KeyUsageType usage) => KmsWorld.Run(async w =>
        (await w.World.Throws<AwsException>(() => w.CreateAsync(spec, usage))).Message
            .ShouldBe($"KeyUsage {usage.ToWire()} is not compatible with KeySpec {spec.ToWire()}"));

    [Fact]
    public void Only_a_symmetric_key_has_a_use_without_being_told() => KmsWorld.Run(async w =>
        (await w.World.Throws<AwsException>(() => w.CreateAsync(KeySpec.Rsa2048))).Message
            .ShouldBe("You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."));

    [Fact]
    public void A_multi_Region_key_shows_it_in_its_id_and_is_primary() => KmsWorld.Run(async w =>
    {
        var key = (await w.Kms.CreateKeyAsync(new() { MultiRegion = true }, w.Caller, default)).KeyMetadata;
        key?.KeyId.ShouldMatch("^mrk-[0-9a-f]{32}$");
        key?.MultiRegionConfiguration?.MultiRegionKeyType.ShouldBe(MultiRegionKeyType.Primary);
        (await w.DecryptAsync(await w.EncryptAsync(key?.KeyId ?? "", "hush"))).ShouldBe("hush");
    });

    [Fact]
    public void Keys_are_listed_page_by_page() => KmsWorld.Run(async w =>
    {
        var made = new HashSet<string?>();
        for (var i = 0; i < 5; i++) made.Add((await w.CreateAsync()).KeyId);
        var listed = new List<string?>();
        string? marker = null;
        do
        {
            var page = await w.Kms.ListKeysAsync(new() { Limit = 2, Marker = marker }, w.Caller, default);
            page.Truncated.ShouldBe(page.NextMarker is not null);
            listed.AddRange((page.Keys ?? []).Select(k => k.KeyId));
            marker = page.NextMarker;
        }
        while (marker is not null);
        listed.Count.ShouldBe(5);
        made.SetEquals(listed).ShouldBeTrue();
        await w.World.Throws<InvalidMarkerException>(() => w.Kms.ListKeysAsync(new() { Marker = "made up" }, w.Caller, default));
    });

    [Fact]
    public void Tags_of_a_key_have_their_limits() => KmsWorld.Run(async w =>
    {
        var key = (await w.CreateAsync()).KeyId;
        await w.World.Throws<TagException>(() => TagAsync("aws:x"));
        for (var i = 0; i < 50; i++) await TagAsync($"k{i}");
        await w.World.Throws<LimitExceededException>(() => TagAsync("one more"));
        await w.Kms.UntagResourceAsync(new() { KeyId = key, TagKeys = ["k1", "k2"] }, w.Caller, default);
        var first = await w.Kms.ListResourceTagsAsync(new() { KeyId = key, Limit = 40 }, w.Caller, default);
        var second = await w.Kms.ListResourceTagsAsync(new() { KeyId = key, Limit = 40, Marker = first.NextMarker }, w.Caller, default);
        (first.Tags?.Length, second.Tags?.Length).ShouldBe((40, 8));

        Task TagAsync(string tag) => w.Kms.TagResourceAsync(new() { KeyId = key, Tags = [new() { TagKey = tag, TagValue = "v" }] }, w.Caller, default);
    });
}
