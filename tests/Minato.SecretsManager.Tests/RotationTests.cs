using System.Text.Json;
using Minato.Contracts.SecretsManager;
using Minato.Engines.Functions;
using Minato.SecretsManager.Planning;
using Minato.SecretsManager.State;

namespace Minato.SecretsManager.Tests;

public sealed class RotationTests
{
    private const string Function = "arn:aws:lambda:us-east-1:123456789012:function:rotate";
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_rotation_goes_through_its_four_steps_and_the_new_value_is_current() => SecretsWorld.Run(async w =>
    {
        await w.CreateAsync("db", "old");
        var steps = Rotating(w, "new");
        var answer = await w.Secrets.RotateSecretAsync(
            new() { SecretId = "db", RotationLambdaARN = Function, RotationRules = new() { AutomaticallyAfterDays = 2 } }, w.Caller, default);
        await w.World.Eventually(async () => await w.ValueAsync("db") == "new", TimeSpan.FromMinutes(1));
        steps.ShouldBe(["createSecret", "setSecret", "testSecret", "finishSecret"]);
        (await w.ValueAsync("db", "AWSPREVIOUS")).ShouldBe("old");
        (await w.Secrets.GetSecretValueAsync(new() { SecretId = "db" }, w.Caller, default)).VersionId.ShouldBe(answer.VersionId);
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        var described = await w.Secrets.DescribeSecretAsync(new() { SecretId = "db" }, w.Caller, default);
        (described.RotationEnabled, described.RotationLambdaARN, described.LastRotatedDate is null).ShouldBe((true, Function, false));
        await w.World.RestartAsync();
        await w.World.RunFor(TimeSpan.FromDays(2.1)); // And again by itself.
        steps.Count.ShouldBe(8);
    });

    [Fact]
    public void A_step_that_fails_is_tried_again_and_the_value_stays_meanwhile() => SecretsWorld.Run(async w =>
    {
        await w.CreateAsync("db", "old");
        var calls = 0;
        w.World.Functions.Put(Function, _ => ++calls <= 2 ? new FunctionOutcome.Failed("no") : new FunctionOutcome.Failed("still no"));
        await w.Secrets.RotateSecretAsync(new() { SecretId = "db", RotationLambdaARN = Function }, w.Caller, default);
        await w.World.RunFor(TimeSpan.FromHours(1));
        calls.ShouldBe(5);
        (await w.ValueAsync("db")).ShouldBe("old");
        (await w.World.Throws<InvalidRequestException>(() => w.Secrets.RotateSecretAsync(new() { SecretId = "db" }, w.Caller, default))).Message
            .ShouldBe("A previous rotation isn't complete. That rotation will be reattempted.");
    });

    [Fact]
    public void A_rotation_without_a_function_is_refused() => SecretsWorld.Run(async w =>
    {
        await w.CreateAsync("db", "old");
        (await w.World.Throws<InvalidRequestException>(() => w.Secrets.RotateSecretAsync(new() { SecretId = "db" }, w.Caller, default))).Message
            .ShouldBe("No Lambda rotation function ARN is associated with this secret.");
    });

    [Fact]
    public void The_version_of_a_rotation_has_no_value_until_its_function_gives_it_one() => SecretsWorld.Run(async w =>
    {
        await w.CreateAsync("db", "old");
        w.World.Functions.Put(Function, _ => new FunctionOutcome.Failed("no"));
        var answer = await w.Secrets.RotateSecretAsync(new() { SecretId = "db", RotationLambdaARN = Function }, w.Caller, default);
        (await w.World.Throws<ResourceNotFoundException>(() => w.Secrets.GetSecretValueAsync(new() { SecretId = "db", VersionId = answer.VersionId }, w.Caller, default))).Message
            .ShouldBe($"Secrets Manager can't find the specified secret value for VersionId: {answer.VersionId}");
    });

    [Fact]
    public void Set_up_without_rotating_tests_the_function_and_leaves_no_version() => SecretsWorld.Run(async w =>
    {
        await w.CreateAsync("db", "old");
        var steps = Rotating(w, "new");
        await w.Secrets.RotateSecretAsync(
            new() { SecretId = "db", RotationLambdaARN = Function, RotateImmediately = false, RotationRules = new() { ScheduleExpression = "rate(4 hours)" } }, w.Caller, default);
        await w.World.RunFor(TimeSpan.FromMinutes(1));
        steps.ShouldBe(["testSecret"]);
        (await w.Secrets.ListSecretVersionIdsAsync(new() { SecretId = "db", IncludeDeprecated = true }, w.Caller, default)).Versions?.Length.ShouldBe(1);
        await w.World.RunFor(TimeSpan.FromHours(4));
        (await w.ValueAsync("db")).ShouldBe("new");
    });

    [Fact]
    public void A_cancelled_rotation_does_not_come_by_itself() => SecretsWorld.Run(async w =>
    {
        await w.CreateAsync("db", "old");
        var steps = Rotating(w, "new");
        await w.Secrets.RotateSecretAsync(new() { SecretId = "db", RotationLambdaARN = Function, RotationRules = new() { AutomaticallyAfterDays = 1 } }, w.Caller, default);
        await w.World.RunFor(TimeSpan.FromMinutes(1));
        await w.Secrets.CancelRotateSecretAsync(new() { SecretId = "db" }, w.Caller, default);
        await w.World.RunFor(TimeSpan.FromDays(2));
        steps.Count.ShouldBe(4);
        (await w.Secrets.DescribeSecretAsync(new() { SecretId = "db" }, w.Caller, default)).RotationEnabled.ShouldBe(false);
    });

    [Theory]
    [InlineData(3L, "rate(4 hours)", null), InlineData(null, "rate(3 hours)", null), InlineData(null, "at(2026-01-01T00:00:00)", null), InlineData(null, "cron(nonsense)", null), InlineData(3L, null, "30h")]
    public void Rules_of_a_rotation_are_checked(long? days, string? schedule, string? duration) => SecretsWorld.Run(async w =>
    {
        await w.CreateAsync("db", "old");
        await w.World.Throws<InvalidParameterException>(() => w.Secrets.RotateSecretAsync(
            new() { SecretId = "db", RotationLambdaARN = Function, RotationRules = new() { AutomaticallyAfterDays = days, ScheduleExpression = schedule, Duration = duration } }, w.Caller, default));
    });

    [Fact]
    public void A_rotation_is_done_only_when_its_version_is_AWSCURRENT()
    {
        var started = RotationPlanner.Started(Secret(), "new", s_now);
        var atEnd = started with { Rotation = (started.Rotation ?? throw new InvalidOperationException()) with { Run = new("new", 3) } };
        RotationPlanner.Went(atEnd, s_now).Rotation?.Run?.Failures.ShouldBe(1);
        var moved = atEnd with { Versions = Stages.Move(atEnd.Versions, Stages.Current, "new") };
        var done = RotationPlanner.Went(moved, s_now).Rotation.ShouldNotBeNull();
        (done.Run, done.LastAt, done.NextAt).ShouldBe((null, s_now, s_now.AddDays(30)));
    }

    [Fact]
    public void What_a_rotation_left_is_gone_on_with()
    {
        var left = RotationPlanner.Started(Secret(), "half", s_now);
        left = left with { Rotation = (left.Rotation ?? throw new InvalidOperationException()) with { Run = null, NextAt = s_now } };
        RotationPlanner.Plan(left, s_now).ShouldBe(new RotationMove.Begin("half"));
        RotationPlanner.Plan(left with { DeletionDate = s_now }, s_now).ShouldBe(new RotationMove.Nothing());
    }

    [Theory]
    [InlineData("cron(0 8 1 * ? *)", "2026-03-01T08:00:00Z"), InlineData("rate(10 days)", "2026-03-11T00:00:00Z"), InlineData("cron(0 0 ? * SUN#2 *)", "2026-03-08T00:00:00Z")]
    public void A_schedule_names_the_next_time(string schedule, string next) =>
        RotationPlanner.Next(new() { FunctionArn = Function, Schedule = schedule }, s_now).ShouldBe(DateTimeOffset.Parse(next));

    private static SecretState Secret() => new()
    {
        Key = new(new("123456789012", "us-east-1"), "db"), Suffix = "AbCdEf", CreatedAt = s_now, ChangedAt = s_now,
        Versions = [new() { Id = "old", CreatedAt = s_now, Sealed = [1], Stages = [Stages.Current] }], Rotation = new() { FunctionArn = Function, Days = 30 },
    };

    /// <summary>A function as AWS's templates are: a value in the first step, the label in the last.</summary>
    private static List<string> Rotating(SecretsWorld w, string value)
    {
        var steps = new List<string>();
        w.World.Functions.Put(Function, payload =>
        {
            using var json = JsonDocument.Parse(payload);
            var (step, id, token) = (json.RootElement.GetProperty("Step").GetString() ?? "", json.RootElement.GetProperty("SecretId").GetString() ?? "",
                json.RootElement.GetProperty("ClientRequestToken").GetString() ?? "");
            steps.Add(step);
            if (step == "createSecret") _ = w.Secrets.PutSecretValueAsync(new() { SecretId = id, ClientRequestToken = token, SecretString = value, VersionStages = ["AWSPENDING"] }, w.Caller, default);
            if (step == "finishSecret") _ = FinishAsync(w, id, token);
            return new FunctionOutcome.Returned("null");
        });
        return steps;
    }

    private static async Task FinishAsync(SecretsWorld w, string id, string token)
    {
        var described = await w.Secrets.DescribeSecretAsync(new() { SecretId = id }, w.Caller, default);
        var current = described.VersionIdsToStages?.First(v => v.Value.Contains("AWSCURRENT")).Key;
        await w.Secrets.UpdateSecretVersionStageAsync(new() { SecretId = id, VersionStage = "AWSCURRENT", MoveToVersionId = token, RemoveFromVersionId = current }, w.Caller, default);
    }
}
