using Minato.Contracts.SecretsManager;

namespace Minato.SecretsManager.Tests;

public sealed class SecretLifeTests
{
    [Fact]
    public void A_name_is_taken_until_the_secret_is_gone() => SecretsWorld.Run(async w =>
    {
        await w.CreateAsync("db", "one");
        (await w.World.Throws<ResourceExistsException>(() => w.CreateAsync("db", "two"))).Message
            .ShouldBe("The operation failed because the secret db already exists.");
        await w.Secrets.DeleteSecretAsync(new() { SecretId = "db" }, w.Caller, default);
        (await w.World.Throws<InvalidRequestException>(() => w.CreateAsync("db", "two"))).Message
            .ShouldBe("You can't create this secret because a secret with this name is already scheduled for deletion.");
    });

    [Fact]
    public void A_marked_secret_gives_no_value_until_it_is_restored() => SecretsWorld.Run(async w =>
    {
        await w.CreateAsync("db", "one");
        await w.Secrets.DeleteSecretAsync(new() { SecretId = "db", RecoveryWindowInDays = 7 }, w.Caller, default);
        (await w.World.Throws<InvalidRequestException>(() => w.ValueAsync("db"))).Message
            .ShouldBe("You can't perform this operation on the secret because it was marked for deletion.");
        (await w.Secrets.ListSecretsAsync(new(), w.Caller, default)).SecretList?.Length.ShouldBe(0);
        await w.Secrets.RestoreSecretAsync(new() { SecretId = "db" }, w.Caller, default);
        (await w.ValueAsync("db")).ShouldBe("one");
        await w.World.RunFor(TimeSpan.FromDays(6.9));
        (await w.ValueAsync("db")).ShouldBe("one");
    });

    [Fact]
    public void When_the_recovery_window_is_over_the_secret_is_gone() => SecretsWorld.Run(async w =>
    {
        var first = await w.CreateAsync("db", "one");
        await w.Secrets.DeleteSecretAsync(new() { SecretId = "db", RecoveryWindowInDays = 7 }, w.Caller, default);
        await w.World.RunFor(TimeSpan.FromDays(6.9));
        (await w.Secrets.DescribeSecretAsync(new() { SecretId = "db" }, w.Caller, default)).DeletedDate.ShouldNotBeNull();
        await w.World.RestartAsync(); // The deadline outlives the process.
        await w.World.RunFor(TimeSpan.FromDays(0.2));
        await w.World.Throws<ResourceNotFoundException>(() => w.Secrets.DescribeSecretAsync(new() { SecretId = "db" }, w.Caller, default));
        (await w.CreateAsync("db", "two")).ShouldNotBe(first);
    });

    [Fact]
    public void A_forced_deletion_is_at_once_and_of_what_is_not_there_too() => SecretsWorld.Run(async w =>
    {
        await w.CreateAsync("db", "one");
        for (var i = 0; i < 2; i++)
            await w.Secrets.DeleteSecretAsync(new() { SecretId = "db", ForceDeleteWithoutRecovery = true }, w.Caller, default);
        await w.CreateAsync("db", "two");
    });

    [Theory, InlineData(6L), InlineData(31L)]
    public void A_recovery_window_has_7_to_30_days(long days) => SecretsWorld.Run(async w =>
    {
        await w.CreateAsync("db", "one");
        (await w.World.Throws<InvalidParameterException>(
            () => w.Secrets.DeleteSecretAsync(new() { SecretId = "db", RecoveryWindowInDays = days }, w.Caller, default))).Message
            .ShouldBe("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
    });

    [Fact]
    public void Lists_are_filtered_and_paged() => SecretsWorld.Run(async w =>
    {
        for (var i = 0; i < 5; i++) await w.CreateAsync($"app/{i}", "v");
        await w.CreateAsync("other", "v");
        var names = new List<string?>();
        string? token = null;
        do
        {
            var page = await w.Secrets.ListSecretsAsync(new()
            {
                MaxResults = 2, NextToken = token, SortBy = SortByType.Name, SortOrder = SortOrderType.Asc,
                Filters = [new() { Key = FilterNameStringType.Name, Values = ["app/"] }],
            }, w.Caller, default);
            names.AddRange((page.SecretList ?? []).Select(s => s.Name));
            token = page.NextToken;
        }
        while (token is not null);
        names.ShouldBe(["app/0", "app/1", "app/2", "app/3", "app/4"]);
    });

    [Fact]
    public void A_name_has_letters_digits_and_a_few_signs() => SecretsWorld.Run(async w =>
        (await w.World.Throws<Aws.AwsException>(() => w.CreateAsync("a b", "v"))).Message
            .ShouldBe("Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"));
}
