using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Minato.Engines.Functions;
using Minato.Platform;
using Minato.SecretsManager.Planning;
using Minato.SecretsManager.State;

namespace Minato.SecretsManager.Reconcile;

internal sealed record RotationKey(SecretKey Secret);

/// <summary>Rotates secrets when they are due, step by step through their function.</summary>
internal sealed partial class RotationReconciler(Store store, Ids ids, TimeProvider clock, ILogger<RotationReconciler> log, IFunctionEngine? functions = null) : IReconciler<RotationKey>
{
    /// <summary>A function runs for fifteen minutes at most.</summary>
    public static readonly TimeSpan LongestStep = TimeSpan.FromMinutes(16);

    public async ValueTask<Next> ReconcileAsync(RotationKey key, CancellationToken ct)
    {
        if (store.Current.Find(SecretsTables.Secrets, key.Secret) is not { } secret) return Next.Done;
        switch (RotationPlanner.Plan(secret, clock.GetUtcNow()))
        {
            case RotationMove.WaitUntil wait:
                return Next.At(wait.At);
            case RotationMove.Begin begin:
                var versionId = begin.LeftVersionId ?? ids.Uuid();
                await ChangeAsync(secret, s => RotationPlanner.Started(s, versionId, clock.GetUtcNow()), ct);
                return Next.Soon;
            case RotationMove.Call call when secret.Rotation is { Run: { } run } rotation:
                await CallAsync(secret, rotation, run, call.Step, ct);
                return Next.Soon;
            default:
                return Next.Done;
        }
    }

    private async ValueTask CallAsync(SecretState secret, RotationState rotation, RotationRun run, string step, CancellationToken ct)
    {
        var payload = JsonSerializer.Serialize(new(step, secret.Arn, run.VersionId), RotationJson.Default.RotationStep);
        var outcome = functions is null ? new FunctionOutcome.Unknown() : await functions.InvokeAsync(rotation.FunctionArn, payload, ct);
        if (outcome is not FunctionOutcome.Returned)
        {
            LogFailed(step, secret.Arn, outcome is FunctionOutcome.Failed failed ? failed.Error : $"there is no function {rotation.FunctionArn}");
            await ChangeAsync(secret, s => IsSameRun(s, run) ? RotationPlanner.Failed(s, clock.GetUtcNow()) : s, ct);
            return;
        }

        await ChangeAsync(secret, s => IsSameRun(s, run) ? RotationPlanner.Went(s, clock.GetUtcNow()) : s, ct);
    }

    // The function itself wrote to the secret meanwhile: only its rotation must still be the one that was called for.
    private static bool IsSameRun(SecretState secret, RotationRun run) => secret.Rotation?.Run is { } now && now.VersionId == run.VersionId && now.Step == run.Step;

    private ValueTask ChangeAsync(SecretState seen, Func<SecretState, SecretState> change, CancellationToken ct) => store.UpdateAsync(tx =>
    {
        if (tx.Find(SecretsTables.Secrets, seen.Key) is { DeletionDate: null } there && there.Suffix == seen.Suffix) tx.Put(SecretsTables.Secrets, change(there));
    }, ct);

    [LoggerMessage(2601, LogLevel.Warning, "Step {Step} of the rotation of {Secret} failed: {Reason}")]
    private partial void LogFailed(string step, string secret, string reason);
}

/// <summary>What the function is given.</summary>
internal sealed record RotationStep(string Step, string SecretId, string ClientRequestToken);

[JsonSerializable(typeof(RotationStep))]
internal sealed partial class RotationJson : JsonSerializerContext;
