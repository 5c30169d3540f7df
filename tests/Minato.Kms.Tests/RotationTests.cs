using Minato.Aws;
using Minato.Contracts.Kms;
using Minato.Kms.Planning;
using Minato.Kms.State;

namespace Minato.Kms.Tests;

public sealed class RotationTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_key_without_rotation_and_deletion_waits_for_nothing() => KeyLifecycle.Plan(Key(), s_now).ShouldBe(new KeyMove.Nothing());

    [Fact]
    public void A_rotation_waits_for_its_day_and_the_next_one_counts_from_it()
    {
        KeyLifecycle.Plan(Key(90, days: 1), s_now).ShouldBe(new KeyMove.WaitUntil(s_now.AddDays(1)));
        KeyLifecycle.Plan(Key(90, days: 0), s_now).ShouldBe(new KeyMove.Rotate(s_now.AddDays(90)));
    }

    [Fact]
    public void A_disabled_key_is_rotated_when_it_is_enabled_again()
    {
        KeyLifecycle.Plan(Key(90, days: -5) with { IsEnabled = false }, s_now).ShouldBe(new KeyMove.Nothing());
        KeyLifecycle.Plan(Key(90, days: -5), s_now).ShouldBe(new KeyMove.Rotate(s_now.AddDays(90)));
    }

    [Fact]
    public void A_key_pending_deletion_is_not_rotated()
    {
        KeyLifecycle.Plan(Key(90, days: -5) with { DeletionDate = s_now.AddDays(3) }, s_now).ShouldBe(new KeyMove.WaitUntil(s_now.AddDays(3)));
        KeyLifecycle.Plan(Key() with { DeletionDate = s_now }, s_now).ShouldBe(new KeyMove.Delete());
    }

    [Fact]
    public void A_rotation_on_demand_does_not_move_the_automatic_ones()
    {
        var next = Key().Current with { Id = "2", MadeBy = RotationType.OnDemand };
        KeyLifecycle.Rotated(Key(90, days: 7), next, s_now).Rotation?.NextAt.ShouldBe(s_now.AddDays(7));
        KeyLifecycle.Rotated(Key(90, days: 7), next with { MadeBy = RotationType.Automatic }, s_now).Rotation?.NextAt.ShouldBe(s_now.AddDays(90));
    }

    [Fact]
    public void What_was_encrypted_before_a_rotation_is_decrypted_after_it() => KmsWorld.Run(async w =>
    {
        var key = (await w.CreateAsync()).KeyId;
        var before = await w.EncryptAsync(key, "hush");
        await w.Kms.RotateKeyOnDemandAsync(new() { KeyId = key }, w.Caller, default);
        var after = await w.EncryptAsync(key, "hush");
        (await w.DecryptAsync(before)).ShouldBe("hush");
        (await w.DecryptAsync(after)).ShouldBe("hush");
        var (first, second) = (await MaterialAsync(before), await MaterialAsync(after));
        first.ShouldNotBe(second);
        var rotations = await w.Kms.ListKeyRotationsAsync(new() { KeyId = key }, w.Caller, default);
        rotations.Rotations?.Select(r => (r.RotationType, r.KeyMaterialId)).ShouldBe([(RotationType.OnDemand, second)]);
        var all = await w.Kms.ListKeyRotationsAsync(new() { KeyId = key, IncludeKeyMaterial = IncludeKeyMaterial.AllKeyMaterial }, w.Caller, default);
        all.Rotations?.Select(r => r.KeyMaterialState).ShouldBe([KeyMaterialState.NonCurrent, KeyMaterialState.Current]);

        async Task<string?> MaterialAsync(ReadOnlyMemory<byte> blob) => (await w.Kms.DecryptAsync(new() { CiphertextBlob = blob }, w.Caller, default)).KeyMaterialId;
    });

    [Fact]
    public void Rotation_has_a_period_and_pairs_have_none() => KmsWorld.Run(async w =>
    {
        var key = (await w.CreateAsync()).KeyId;
        var now = w.World.Time.GetUtcNow();
        await w.Kms.EnableKeyRotationAsync(new() { KeyId = key, RotationPeriodInDays = 90 }, w.Caller, default);
        var status = await w.Kms.GetKeyRotationStatusAsync(new() { KeyId = key }, w.Caller, default);
        (status.KeyRotationEnabled, status.RotationPeriodInDays, status.NextRotationDate).ShouldBe((true, 90, now.AddDays(90)));
        await w.Kms.DisableKeyRotationAsync(new() { KeyId = key }, w.Caller, default);
        (await w.Kms.GetKeyRotationStatusAsync(new() { KeyId = key }, w.Caller, default)).KeyRotationEnabled.ShouldBe(false);
        var pair = (await w.CreateAsync(KeySpec.EccNistP256, KeyUsageType.SignVerify)).KeyId;
        await w.World.Throws<UnsupportedOperationException>(() => w.Kms.EnableKeyRotationAsync(new() { KeyId = pair }, w.Caller, default));
    });

    [Fact]
    public void Of_rotations_on_demand_there_are_twenty_five() => KmsWorld.Run(async w =>
    {
        var key = (await w.CreateAsync()).KeyId;
        for (var i = 0; i < 25; i++) await w.Kms.RotateKeyOnDemandAsync(new() { KeyId = key }, w.Caller, default);
        await w.World.Throws<LimitExceededException>(() => w.Kms.RotateKeyOnDemandAsync(new() { KeyId = key }, w.Caller, default));
    });

    private static StoredKey Key(int? period = null, int days = 0) => new()
    {
        Arn = "arn:aws:kms:us-east-1:123456789012:key/1", Home = new("123456789012", "us-east-1"), KeyId = "1", Spec = KeySpec.SymmetricDefault, Usage = KeyUsageType.EncryptDecrypt,
        Manager = KeyManagerType.Customer, CreatedAt = s_now, Policy = "", Materials = [new() { Id = "1", Sealed = [], MadeAt = s_now }],
        Rotation = period is { } p ? new(p, s_now.AddDays(days)) : null,
    };
}
