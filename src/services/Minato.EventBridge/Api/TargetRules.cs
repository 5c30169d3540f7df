using Minato.Aws;
using Minato.Contracts.Eventbridge;
using Minato.EventBridge.Planning;

namespace Minato.EventBridge.Api;

/// <summary>What AWS wants of a target before it takes it.</summary>
internal static class TargetRules
{
    public const int MostTargets = 5;

    /// <exception cref="AwsException">It is none.</exception>
    public static void Check(Target target)
    {
        if (!Arn.TryParse(target.Arn, out var arn)) throw EventErrors.Validation($"Parameter {target.Arn} is not valid. Reason: Provided Arn is not in correct format.");
        if (new object?[] { target.Input, target.InputPath, target.InputTransformer }.Count(i => i is not null) > 1)
            throw EventErrors.Validation($"Only one of Input, InputPath, or InputTransformer must be provided for target {target.Id}.");
        if (target.Input is { } input && !EventText.IsJson(input)) throw EventErrors.Validation($"JSON syntax error in input for target {target.Id}.");
        if (target.InputPath is { } path && !EventPath.TryParse(path, out _)) throw EventErrors.Validation($"InputPath for target {target.Id} is invalid.");
        if (target.InputTransformer is { } transformer) Check(target, transformer);
        if (arn.Service == "ecs") CheckTask(target);
        if (arn.Service == "kinesis" && target.RoleArn is null) throw NoRole(target);
        if (arn.Service == "states" && target.RoleArn is null) throw NoRole(target);
    }

    private static void Check(Target target, InputTransformer transformer)
    {
        foreach (var (name, path) in transformer.InputPathsMap ?? [])
        {
            if (name.StartsWith(TargetInput.ReservedPrefix, StringComparison.Ordinal)) throw EventErrors.Validation($"InputPathsMap for target {target.Id} contains reserved name {name}.");
            if (!EventPath.TryParse(path, out _)) throw EventErrors.Validation($"Invalid InputPath {path} for target {target.Id}.");
        }

        if (TargetInput.UnknownPlaceholders(transformer).FirstOrDefault() is { } unknown)
            throw EventErrors.Validation($"InputTemplate for target {target.Id} contains invalid placeholder {unknown}.");
    }

    private static void CheckTask(Target target)
    {
        if (target.EcsParameters is not { } task) throw EventErrors.Validation($"Parameter(s) EcsParameters must be specified for target: {target.Id}.");
        if (target.RoleArn is null) throw NoRole(target);
        if (task.LaunchType is not null && task.CapacityProviderStrategy is { Length: > 0 })
            throw EventErrors.Validation($"Only one of LaunchType or CapacityProviderStrategy can be specified for target: {target.Id}.");
    }

    private static AwsException NoRole(Target target) => EventErrors.Validation($"RoleArn is required for target {target.Arn}.");
}
