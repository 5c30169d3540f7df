using System.Collections.Immutable;
using Minato.Aws.Schedules;
using Minato.SecretsManager.State;

namespace Minato.SecretsManager.Planning;

/// <summary>What a rotation does next.</summary>
internal abstract record RotationMove
{
    private RotationMove()
    {
    }

    /// <summary>Begin with a new version, or go on with the one that the last rotation left.</summary>
    internal sealed record Begin(string? LeftVersionId) : RotationMove;

    internal sealed record Call(string Step) : RotationMove;

    internal sealed record WaitUntil(DateTimeOffset At) : RotationMove;

    internal sealed record Nothing : RotationMove;
}

internal static class RotationPlanner
{
    public static readonly ImmutableArray<string> Steps = ["createSecret", "setSecret", "testSecret", "finishSecret"];
    private const int TestStep = 2;
    private const int MostFailures = 5;
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMinutes(1);

    public static RotationMove Plan(SecretState secret, DateTimeOffset now)
    {
        if (secret is not { Rotation: { } rotation, DeletionDate: null }) return new RotationMove.Nothing();
        if (rotation.Run is { } run) return run.RetryAt > now ? new RotationMove.WaitUntil(run.RetryAt.Value) : new RotationMove.Call(Steps[run.Step]);
        if (!rotation.IsEnabled || rotation.NextAt is not { } next) return new RotationMove.Nothing();
        return next > now ? new RotationMove.WaitUntil(next) : new RotationMove.Begin(Left(secret));
    }

    /// <summary>The version that a rotation did not finish: the next one goes on with it.</summary>
    public static string? Left(SecretState secret) => secret.WithStage(Stages.Pending) is { } pending && !pending.Stages.Contains(Stages.Current) ? pending.Id : null;

    /// <summary>The version of a rotation with its label, without a value: the function's first step makes that.</summary>
    public static SecretState Started(SecretState secret, string versionId, DateTimeOffset now, bool isTest = false)
    {
        var versions = secret.Version(versionId) is null ? secret.Versions.Insert(0, new() { Id = versionId, CreatedAt = now, Sealed = [] }) : secret.Versions;
        return secret with
        {
            Versions = Stages.Move(versions, Stages.Pending, versionId),
            Rotation = secret.Rotation is { } rotation ? rotation with { Run = new(versionId, isTest ? TestStep : 0, IsTest: isTest) } : null,
        };
    }

    /// <summary>After a step that went well.</summary>
    public static SecretState Went(SecretState secret, DateTimeOffset now)
    {
        if (secret.Rotation is not { Run: { } run } rotation) return secret;
        if (run.IsTest) return WithoutTest(secret, rotation, run);
        if (run.Step + 1 < Steps.Length) return secret with { Rotation = rotation with { Run = run with { Step = run.Step + 1, Failures = 0, RetryAt = null } } };
        // AWS: it is done when the new version is AWSCURRENT, whatever the function says.
        if (secret.Version(run.VersionId)?.Stages.Contains(Stages.Current) is not true) return Failed(secret, now);
        return secret with { Rotation = rotation with { Run = null, LastAt = now, NextAt = Next(rotation, now) }, ChangedAt = now };
    }

    /// <summary>After a step that failed: again a little later, and in the end not before the next time.</summary>
    public static SecretState Failed(SecretState secret, DateTimeOffset now)
    {
        if (secret.Rotation is not { Run: { } run } rotation) return secret;
        if (run.IsTest) return WithoutTest(secret, rotation, run);
        if (run.Failures + 1 >= MostFailures) return secret with { Rotation = rotation with { Run = null, NextAt = Next(rotation, now) } };
        return secret with { Rotation = rotation with { Run = run with { Failures = run.Failures + 1, RetryAt = now + (s_firstRetry * Math.Pow(2, run.Failures)) } } };
    }

    /// <summary>Null when the rules name no time.</summary>
    public static DateTimeOffset? Next(RotationState rotation, DateTimeOffset now)
    {
        if (rotation.Schedule is { } text) return ScheduleExpression.TryParse(text, out var schedule) ? schedule.Next(now, now) : null;
        return rotation.Days is { } days ? now.AddDays(days) : null;
    }

    // The version that the test was made with goes, unless the function gave it a value or a place.
    private static SecretState WithoutTest(SecretState secret, RotationState rotation, RotationRun run)
    {
        var versions = Stages.Move(secret.Versions, Stages.Pending, null);
        return secret with { Rotation = rotation with { Run = null }, Versions = versions.RemoveAll(v => v.Id == run.VersionId && !v.HasValue && v.Stages.IsEmpty) };
    }
}
