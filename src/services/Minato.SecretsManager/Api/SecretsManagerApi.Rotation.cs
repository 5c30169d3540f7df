using System.Text.RegularExpressions;
using Minato.Aws;
using Minato.Aws.Schedules;
using Minato.Contracts.SecretsManager;
using Minato.SecretsManager.Planning;
using Minato.SecretsManager.State;

namespace Minato.SecretsManager.Api;

// Rotation: what is asked for; the reconciler does it.
internal sealed partial class SecretsManagerApi
{
    private static readonly TimeSpan s_shortestRate = TimeSpan.FromHours(4);

    public async Task<RotateSecretResponse> RotateSecretAsync(RotateSecretRequest request, Caller caller, CancellationToken ct)
    {
        CheckRules(request.RotationRules);
        var versionId = request.ClientRequestToken ?? ids.Uuid();
        var now = clock.GetUtcNow();
        var isImmediate = request.RotateImmediately != false;
        var changed = await ChangeAsync(caller, request.SecretId, secret =>
        {
            if (secret.Rotation?.Run is { IsTest: false } || RotationPlanner.Left(secret) is { } left && left != versionId)
                throw new InvalidRequestException("A previous rotation isn't complete. That rotation will be reattempted.");
            var rotation = WithRules(secret.Rotation, request) with { IsEnabled = true };
            rotation = rotation with { NextAt = RotationPlanner.Next(rotation, now) };
            if (secret.Versions.IsEmpty) throw new InvalidRequestException("You can't rotate a secret that has no value.");
            return RotationPlanner.Started(secret with { Rotation = rotation, ChangedAt = now }, versionId, now, isTest: !isImmediate);
        }, ct);
        return new() { ARN = changed.Arn, Name = changed.Key.Name, VersionId = isImmediate ? versionId : null };
    }

    public async Task<CancelRotateSecretResponse> CancelRotateSecretAsync(CancelRotateSecretRequest request, Caller caller, CancellationToken ct)
    {
        // AWS: what is under way is left as it is, AWSPENDING and all.
        var changed = await ChangeAsync(caller, request.SecretId, secret => secret.Rotation is { } rotation
            ? secret with { Rotation = rotation with { IsEnabled = false, Run = null, NextAt = null } } : secret, ct);
        return new() { ARN = changed.Arn, Name = changed.Key.Name, VersionId = RotationPlanner.Left(changed) };
    }

    private static RotationState WithRules(RotationState? there, RotateSecretRequest request)
    {
        var function = request.RotationLambdaARN ?? there?.FunctionArn
            ?? throw new InvalidRequestException("No Lambda rotation function ARN is associated with this secret.");
        var rotation = there is null ? new RotationState { FunctionArn = function } : there with { FunctionArn = function };
        if (request.RotationRules is not { } rules) return rotation;
        return rotation with { Days = (int?)rules.AutomaticallyAfterDays, Schedule = rules.ScheduleExpression, Duration = rules.Duration };
    }

    private static void CheckRules(RotationRulesType? rules)
    {
        if (rules is null) return;
        if (rules is { AutomaticallyAfterDays: not null, ScheduleExpression: not null })
            throw new InvalidParameterException("You can't specify both AutomaticallyAfterDays and ScheduleExpression in the same request.");
        if (rules.Duration is { } duration && (!Duration().IsMatch(duration) || int.Parse(duration[..^1]) is < 1 or > 24))
            throw new InvalidParameterException("The rotation window must be between 1h and 24h.");
        if (rules.ScheduleExpression is not { } text) return;
        if (!ScheduleExpression.TryParse(text, out var schedule) || text.StartsWith("at(", StringComparison.Ordinal))
            throw new InvalidParameterException("The ScheduleExpression value is invalid.");
        if (schedule.Interval < s_shortestRate) throw new InvalidParameterException("The rotation schedule must be at least 4 hours apart.");
    }

    private static RotationRulesType? RulesOf(RotationState? rotation) => rotation is null ? null
        : new() { AutomaticallyAfterDays = rotation.Days, ScheduleExpression = rotation.Schedule, Duration = rotation.Duration };

    [GeneratedRegex("^[0-9]{1,2}h\\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Duration();
}
