using Minato.Contracts.SecretsManager;
using Minato.Platform;

namespace Minato.SecretsManager.Tests;

public sealed class SecretValueTests
{
    [Fact]
    public void A_secret_is_found_by_name_by_arn_and_by_arn_without_its_last_letters() => SecretsWorld.Run(async w =>
    {
        var arn = await w.CreateAsync("prod/db", "hush");
        arn.ShouldMatch("^arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-[A-Za-z0-9]{6}$");
        foreach (var id in new[] { "prod/db", arn, arn[..^7] }) (await w.ValueAsync(id)).ShouldBe("hush");
        var refused = await w.World.Throws<ResourceNotFoundException>(() => w.ValueAsync("prod/other"));
        refused.Message.ShouldBe("Secrets Manager can't find the specified secret.");
    });

    [Fact]
    public void A_new_value_is_AWSCURRENT_and_the_old_one_AWSPREVIOUS() => SecretsWorld.Run(async w =>
    {
        await w.CreateAsync("db", "one");
        await w.PutAsync("db", "two");
        await w.PutAsync("db", "three");
        (await w.ValueAsync("db")).ShouldBe("three");
        (await w.ValueAsync("db", "AWSPREVIOUS")).ShouldBe("two");
        var described = await w.Secrets.DescribeSecretAsync(new() { SecretId = "db" }, w.Caller, default);
        described.VersionIdsToStages?.Count.ShouldBe(2); // The first one carries no label any more.
        var all = await w.Secrets.ListSecretVersionIdsAsync(new() { SecretId = "db", IncludeDeprecated = true }, w.Caller, default);
        all.Versions?.Length.ShouldBe(3);
    });

    [Fact]
    public void A_pending_version_is_not_current_until_the_label_moves() => SecretsWorld.Run(async w =>
    {
        await w.CreateAsync("db", "one");
        var pending = await w.PutAsync("db", "two", "AWSPENDING");
        (await w.ValueAsync("db")).ShouldBe("one");
        var current = (await w.Secrets.GetSecretValueAsync(new() { SecretId = "db" }, w.Caller, default)).VersionId;
        var refused = await w.World.Throws<InvalidParameterException>(() => w.Secrets.UpdateSecretVersionStageAsync(
            new() { SecretId = "db", VersionStage = "AWSCURRENT", MoveToVersionId = pending }, w.Caller, default));
        refused.Message.ShouldStartWith($"The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version {current}");
        await w.Secrets.UpdateSecretVersionStageAsync(
            new() { SecretId = "db", VersionStage = "AWSCURRENT", MoveToVersionId = pending, RemoveFromVersionId = current }, w.Caller, default);
        (await w.ValueAsync("db")).ShouldBe("two");
        (await w.ValueAsync("db", "AWSPREVIOUS")).ShouldBe("one");
    });

    [Fact]
    public void AWSCURRENT_cannot_be_taken_away() => SecretsWorld.Run(async w =>
    {
        await w.CreateAsync("db", "one");
        var current = (await w.Secrets.GetSecretValueAsync(new() { SecretId = "db" }, w.Caller, default)).VersionId;
        await w.World.Throws<InvalidParameterException>(() => w.Secrets.UpdateSecretVersionStageAsync(
            new() { SecretId = "db", VersionStage = "AWSCURRENT", RemoveFromVersionId = current }, w.Caller, default));
    });

    [Fact]
    public void The_same_token_and_value_change_nothing_and_another_value_is_refused() => SecretsWorld.Run(async w =>
    {
        const string token = "11111111-2222-3333-4444-555555555555";
        await w.CreateAsync("db", "one");
        for (var i = 0; i < 2; i++)
        {
            (await w.Secrets.PutSecretValueAsync(new() { SecretId = "db", SecretString = "two", ClientRequestToken = token }, w.Caller, default))
                .VersionId.ShouldBe(token);
        }

        (await w.Secrets.ListSecretVersionIdsAsync(new() { SecretId = "db", IncludeDeprecated = true }, w.Caller, default)).Versions?.Length.ShouldBe(2);
        (await w.World.Throws<ResourceExistsException>(() => w.Secrets.PutSecretValueAsync(
            new() { SecretId = "db", SecretString = "three", ClientRequestToken = token }, w.Caller, default))).Message.ShouldContain(token);
    });

    [Fact]
    public void A_missing_stage_and_a_missing_version_are_told_apart() => SecretsWorld.Run(async w =>
    {
        await w.CreateAsync("db", "one");
        (await w.World.Throws<ResourceNotFoundException>(() => w.ValueAsync("db", "AWSPREVIOUS")))
            .Message.ShouldBe("Secrets Manager can't find the specified secret value for staging label: AWSPREVIOUS");
        (await w.World.Throws<ResourceNotFoundException>(() => w.Secrets.GetSecretValueAsync(new() { SecretId = "db", VersionId = "none" }, w.Caller, default)))
            .Message.ShouldBe("Secrets Manager can't find the specified secret value for VersionId: none");
    });

    [Fact]
    public void A_binary_value_comes_back_as_bytes() => SecretsWorld.Run(async w =>
    {
        await w.Secrets.CreateSecretAsync(new() { Name = "key", SecretBinary = new byte[] { 0, 255, 7 } }, w.Caller, default);
        var value = await w.Secrets.GetSecretValueAsync(new() { SecretId = "key" }, w.Caller, default);
        value.SecretString.ShouldBeNull();
        value.SecretBinary?.ToArray().ShouldBe([0, 255, 7]);
        await w.CreateAsync("text", "words");
        (await w.Secrets.GetSecretValueAsync(new() { SecretId = "text" }, w.Caller, default)).SecretBinary.ShouldBeNull();
    });

    [Fact]
    public void The_store_does_not_know_the_value() => SecretsWorld.Run(async w =>
    {
        await w.CreateAsync("db", "hush-hush");
        var kept = w.World.Store.Current.All(State.SecretsTables.Secrets).ShouldHaveSingleItem();
        System.Text.Encoding.UTF8.GetString(kept.Latest().Sealed).ShouldNotContain("hush");
    });

    [Fact]
    public void A_random_password_has_what_was_asked() => SecretsWorld.Run(async w =>
    {
        for (var i = 0; i < 50; i++)
        {
            var made = await w.Secrets.GetRandomPasswordAsync(new() { PasswordLength = 4, ExcludePunctuation = false }, w.Caller, default);
            var password = made.RandomPassword ?? "";
            password.Length.ShouldBe(4);
            (password.Any(char.IsAsciiLetterLower) && password.Any(char.IsAsciiLetterUpper) && password.Any(char.IsAsciiDigit) && password.Any(char.IsPunctuation)
                | password.Any(char.IsSymbol)).ShouldBeTrue(password);
        }

        await w.World.Throws<InvalidParameterException>(() => w.Secrets.GetRandomPasswordAsync(new() { PasswordLength = 3 }, w.Caller, default));
    });
}

internal static class SecretStates
{
    public static State.VersionState Latest(this State.SecretState secret) => secret.Versions[0];
}
