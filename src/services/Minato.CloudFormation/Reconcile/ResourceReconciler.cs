using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Aws.Templates;
using Minato.CloudFormation.Planning;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.CloudFormation.Types;
using Minato.Contracts.CloudFormation;
using Minato.Platform;

namespace Minato.CloudFormation.Reconcile;

internal sealed record ResourceKey(string Key);

/// <summary>Does a resource's step: decides what it takes, calls the handler of its type until that is done, and writes what came of it.</summary>
internal sealed partial class ResourceReconciler(
    Store store, Blueprints blueprints, StepDecider decider, FactsVault vault, TypeRegistry types, DynamicReferences dynamic, Teller teller, TimeProvider clock)
    : IReconciler<ResourceKey>
{
    /// <summary>Whoever says for so long that he is not done never will be.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(36);

    public async ValueTask<Next> ReconcileAsync(ResourceKey key, CancellationToken ct)
    {
        var state = store.Current;
        if (state.Find(CloudFormationTables.Resources, key.Key) is not { Step: { } step } resource) return Next.Done;
        if (state.Find(CloudFormationTables.Stacks, resource.StackId) is not { Operation: not null } stack) return Next.Done;
        if (step.IsCancelled && CanEnd(step)) return await EndCancelledAsync(resource, step, ct);
        if (step.Way is StepWay.Signals) return await WaitForSignalsAsync(state, stack, resource, step, ct);
        if (step.Action is not StepAction.Delete && step.Way is StepWay.Undecided) return await DecideAsync(state, stack, resource, step, ct);
        var type = types.Find(step.Victim?.Type ?? resource.Type);
        if (clock.GetUtcNow() - step.Since > s_longest)
            return await TakeAsync(resource, step, new ResourceProgress.Failed("NotStabilized", "Exceeded attempts to wait", step.PhysicalId), ct);
        if (step.DueAt is { } due && due > clock.GetUtcNow() && type is not IWoken) return Next.At(due);
        return await TakeAsync(resource, step, await CallAsync(stack, resource, step, type, ct), ct);
    }

    // While nobody knows the id of what is being made, it is asked for again: nothing is made and forgotten.
    private static bool CanEnd(StepState step) => step.Way switch
    {
        StepWay.Create or StepWay.Replace or StepWay.Import => step.PhysicalId is not null,
        _ => true,
    };

    private async ValueTask<Next> DecideAsync(IReadState state, StackState stack, ResourceState resource, StepState step, CancellationToken ct)
    {
        var decision = step.Action is StepAction.Restore ? StepDecider.Restore(resource) : await decider.DecideAsync(state, stack, resource, ct);
        await store.UpdateAsync(tx =>
        {
            if (!IsSame(tx, resource, step, out var now, out var newest)) return;
            Decided(tx, now, newest, newest.Step ?? step, decision);
        }, ct);
        return Next.Done; // What was written brings the key back.
    }

    private async ValueTask<ResourceProgress> CallAsync(StackState stack, ResourceState resource, StepState step, IResourceType? type, CancellationToken ct)
    {
        if (type is null) return new ResourceProgress.Failed("", $"Resource type {resource.Type} is not known");
        try
        {
            var request = await RequestAsync(stack, resource, step, ct);
            return step switch
            {
                { Action: StepAction.Delete } => await type.DeleteAsync(request, ct),
                { Way: StepWay.Update } => await type.UpdateAsync(request, ct),
                { Way: StepWay.Import } => await ImportAsync(type, request, ct),
                _ => await type.CreateAsync(request, ct),
            };
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            return new ResourceProgress.Failed(e.Code, e.Message, step.PhysicalId);
        }
    }

    private static async ValueTask<ResourceProgress> ImportAsync(IResourceType type, ResourceRequest request, CancellationToken ct) =>
        await type.ReadAsync(request, ct) is { } found ? new ResourceProgress.Done(request.PhysicalResourceId, found)
            : new ResourceProgress.Failed("NotFound", $"Resource of type '{type.TypeName}' with identifier '{request.PhysicalResourceId}' was not found.");

    private async ValueTask<ResourceRequest> RequestAsync(StackState stack, ResourceState resource, StepState step, CancellationToken ct)
    {
        var inputs = stack.Operation?.RoleArn is { } role ? stack.Inputs with { RoleArn = role } : stack.Inputs;
        var caller = stack.CallerFor(inputs);
        var target = step.Victim is { } victim ? vault.Open(resource.Key, victim.Sealed) : vault.Open(resource.Key, step.Target ?? throw new InvalidOperationException("The step has no target."));
        var previous = step.Way is StepWay.Update && resource.Current is { } current ? Previous(resource.Key, current, target.Properties) : null;
        return new()
        {
            Caller = caller, StackId = stack.Id, StackName = stack.Name, LogicalResourceId = resource.LogicalId,
            PhysicalResourceId = step.Victim?.PhysicalId ?? (step.Way is StepWay.Update ? resource.PhysicalId : step.PhysicalId),
            // To delete something its secrets are not needed, and may be gone.
            Properties = step.Victim is not null ? target.Properties : await dynamic.ResolveAsync(target.Properties, caller, ct),
            PreviousProperties = previous is null ? [] : await dynamic.TryResolveAsync(previous, caller, ct),
            UpdatePolicy = step.Way is StepWay.Update ? PolicyOf(store.Current, stack, resource, d => d.UpdatePolicy) as JsonObject : null,
            Signals = step.Way is StepWay.Update ? store.Current.Where(CloudFormationTables.SignalsByResource, resource.Key).ToDictionary(s => s.UniqueId, s => s.IsSuccess) : [],
            Tags = TagsOf(stack, resource, target), ClientToken = step.Token, Context = step.Context, Since = step.Since,
        };
    }

    // Where an update failed nobody knows what of it came true: what may differ from what is wanted now must look different.
    private JsonObject Previous(string key, Incarnation current, JsonObject wanted)
    {
        var had = vault.Open(key, current.Sealed).Properties;
        return current.Tried is { } tried ? Differences.Doubtful(had, vault.Open(key, tried).Properties, wanted) : had;
    }

    private static Dictionary<string, string> TagsOf(StackState stack, ResourceState resource, Facts target)
    {
        var tags = target.Tags.ToDictionary(t => t.Key, t => Values.Text(t.Value) ?? "");
        tags["aws:cloudformation:stack-name"] = stack.Name;
        tags["aws:cloudformation:logical-id"] = resource.LogicalId;
        tags["aws:cloudformation:stack-id"] = stack.Id;
        return tags;
    }

    private static bool IsSame(IReadState state, ResourceState seen, StepState step, out StackState stack, out ResourceState resource)
    {
        stack = state.Find(CloudFormationTables.Stacks, seen.StackId) ?? throw new StaleRecordException(CloudFormationTables.Stacks.Name, seen.StackId);
        resource = state.Find(CloudFormationTables.Resources, seen.Key) ?? seen;
        return resource.Step?.Token == step.Token && resource.Step.Way == step.Way;
    }
}
