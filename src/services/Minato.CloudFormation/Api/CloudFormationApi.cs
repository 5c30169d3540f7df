using System.Collections.Immutable;
using Minato.Aws;
using Minato.CloudFormation.Planning;
using Minato.CloudFormation.Reconcile;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.Contracts.CloudFormation;
using Minato.Platform;

namespace Minato.CloudFormation.Api;

/// <summary>CloudFormation. Operations write what is wanted and answer; the reconcilers do it.</summary>
internal sealed partial class CloudFormationApi(
    Store store, StackStarts starts, ServiceRoles roles, NestedPreviews previews, Preparation preparation, TypeRegistry types, DriftLooks drifts, Teller teller,
    PageTokens tokens, Ids ids, TimeProvider clock) : ICloudFormation
{
    public async Task<CreateStackResponse> CreateStackAsync(CreateStackRequest request, Caller caller, CancellationToken ct)
    {
        if (request is { DisableRollback: not null, OnFailure: not null }) throw TemplateErrors.Validation("You can specify either DisableRollback or OnFailure, but not both.");
        var id = await starts.CreateAsync(caller, new()
        {
            Name = request.StackName, Body = request.TemplateBody, TemplateUrl = request.TemplateURL, Parameters = request.Parameters ?? [], Tags = TagsOf(request.Tags) ?? Empty,
            Capabilities = request.Capabilities ?? [], NotificationArns = request.NotificationARNs ?? [], RoleArn = request.RoleARN, RollbackConfiguration = request.RollbackConfiguration,
            TimeoutInMinutes = request.TimeoutInMinutes, OnFailure = request.OnFailure ?? (request.DisableRollback is true ? OnFailure.DoNothing : OnFailure.Rollback),
            Token = request.ClientRequestToken, Policy = await PolicyAsync(request.StackPolicyBody, request.StackPolicyURL, caller, ct),
            IsProtected = request.EnableTerminationProtection is true, RetainExceptOnCreate = request.RetainExceptOnCreate is true, ResourceTypes = request.ResourceTypes ?? [],
        }, ct);
        return new() { StackId = id, OperationId = store.Current.Find(CloudFormationTables.Stacks, id)?.Operation?.Id };
    }

    public async Task<UpdateStackResponse> UpdateStackAsync(UpdateStackRequest request, Caller caller, CancellationToken ct)
    {
        var id = await starts.UpdateAsync(caller, request.StackName, new()
        {
            Name = request.StackName, Body = request.TemplateBody, TemplateUrl = request.TemplateURL, UsesPreviousTemplate = request.UsePreviousTemplate is true,
            Parameters = request.Parameters ?? [], Tags = TagsOf(request.Tags), Capabilities = request.Capabilities ?? [], NotificationArns = request.NotificationARNs,
            RoleArn = request.RoleARN, RollbackConfiguration = request.RollbackConfiguration, OnFailure = request.DisableRollback is true ? OnFailure.DoNothing : OnFailure.Rollback,
            Token = request.ClientRequestToken, Policy = await PolicyAsync(request.StackPolicyBody, request.StackPolicyURL, caller, ct),
            PolicyDuringUpdate = await PolicyAsync(request.StackPolicyDuringUpdateBody, request.StackPolicyDuringUpdateURL, caller, ct),
            RetainExceptOnCreate = request.RetainExceptOnCreate is true, ResourceTypes = request.ResourceTypes ?? [],
        }, ct);
        return new() { StackId = id, OperationId = store.Current.Find(CloudFormationTables.Stacks, id)?.Operation?.Id };
    }

    public async Task<DeleteStackResponse> DeleteStackAsync(DeleteStackRequest request, Caller caller, CancellationToken ct)
    {
        // AWS: a stack that is not there is deleted.
        if (StackErrors.Find(store.Current, Home.Of(caller), request.StackName) is { } stack)
        {
            await starts.DeleteAsync(caller, stack.Id, request.ClientRequestToken, request.RoleARN, request.RetainResources ?? [],
                request.DeletionMode is DeletionMode.ForceDeleteStack, mayBeProtected: false, ct);
        }
        return new();
    }

    public async Task<CancelUpdateStackResponse> CancelUpdateStackAsync(CancelUpdateStackRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, request.StackName, (tx, stack) =>
        {
            if (stack is not { Status: StackStatus.UpdateInProgress, Operation: { } operation })
                throw TemplateErrors.Validation("CancelUpdateStack cannot be called from current stack status");
            tx.Put(CloudFormationTables.Stacks, stack with { Operation = operation with { IsCancelled = true, Token = request.ClientRequestToken ?? operation.Token } });
        }, ct);
        return new();
    }

    public async Task<ContinueUpdateRollbackResponse> ContinueUpdateRollbackAsync(ContinueUpdateRollbackRequest request, Caller caller, CancellationToken ct)
    {
        await roles.CheckAsync(request.RoleARN, caller, ct);
        await ChangeAsync(caller, request.StackName, (tx, stack) =>
        {
            if (stack.Status is not StackStatus.UpdateRollbackFailed)
                throw TemplateErrors.Validation($"Stack:{stack.Id} is in {stack.Status.ToWire()} state and can not continue update rollback.");
            foreach (var id in request.ResourcesToSkip ?? [])
            {
                var resource = tx.Find(CloudFormationTables.Resources, ResourceState.KeyOf(stack.Id, id));
                if (resource is not { Status: ResourceStatus.UpdateFailed }) throw TemplateErrors.Validation($"The following resources to skip are not in UPDATE_FAILED state: [{id}]");
            }
            starts.Begin(tx, stack, NewBack(OperationKind.Update, Phase.Back, request.ClientRequestToken, caller) with
            {
                Skip = request.ResourcesToSkip ?? [], RoleArn = request.RoleARN,
            }, StackStatus.UpdateRollbackInProgress);
        }, ct);
        return new();
    }

    public async Task<RollbackStackResponse> RollbackStackAsync(RollbackStackRequest request, Caller caller, CancellationToken ct)
    {
        await roles.CheckAsync(request.RoleARN, caller, ct);
        var id = await ChangeAsync(caller, request.StackName, (tx, stack) =>
        {
            if (stack.Status is StackStatus.CreateFailed)
            {
                starts.Begin(tx, stack, NewBack(OperationKind.Create, Phase.Delete, request.ClientRequestToken, caller) with
                {
                    RetainExceptOnCreate = request.RetainExceptOnCreate is true, RoleArn = request.RoleARN,
                }, StackStatus.RollbackInProgress);
                return;
            }
            if (stack.Status is not StackStatus.UpdateFailed) throw TemplateErrors.Validation($"Stack:{stack.Id} is in {stack.Status.ToWire()} state and can not be rolled back.");
            starts.Begin(tx, stack with { Inputs = stack.Before ?? stack.Inputs, Before = null },
                NewBack(OperationKind.Update, Phase.Back, request.ClientRequestToken, caller) with { RoleArn = request.RoleARN }, StackStatus.UpdateRollbackInProgress);
        }, ct);
        return new() { StackId = id };
    }

    public async Task<UpdateTerminationProtectionResponse> UpdateTerminationProtectionAsync(UpdateTerminationProtectionRequest request, Caller caller, CancellationToken ct)
    {
        var id = await ChangeAsync(caller, request.StackName, (tx, stack) =>
        {
            if (stack.ParentId is not null) throw TemplateErrors.Validation("Termination protection cannot be updated on a nested stack. Update the root stack instead.");
            tx.Put(CloudFormationTables.Stacks, stack with { IsProtected = request.EnableTerminationProtection });
        }, ct);
        return new() { StackId = id };
    }

    public async Task<SetStackPolicyResponse> SetStackPolicyAsync(SetStackPolicyRequest request, Caller caller, CancellationToken ct)
    {
        var policy = await PolicyAsync(request.StackPolicyBody, request.StackPolicyURL, caller, ct) ?? throw TemplateErrors.Validation("You must specify either StackPolicyBody or StackPolicyURL");
        StackPolicies.Check(policy);
        await ChangeAsync(caller, request.StackName, (tx, stack) => tx.Put(CloudFormationTables.Stacks, stack with { Policy = policy }), ct);
        return new();
    }

    public Task<GetStackPolicyResponse> GetStackPolicyAsync(GetStackPolicyRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new GetStackPolicyResponse { StackPolicyBody = StackErrors.Require(store.Current, Home.Of(caller), request.StackName).Policy });

    public async Task<SignalResourceResponse> SignalResourceAsync(SignalResourceRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, request.StackName, (tx, stack) =>
        {
            var resource = tx.Find(CloudFormationTables.Resources, ResourceState.KeyOf(stack.Id, request.LogicalResourceId))
                ?? throw TemplateErrors.Validation($"Resource {request.LogicalResourceId} does not exist for stack {stack.Name}");
            if (resource.Status is not (ResourceStatus.CreateInProgress or ResourceStatus.UpdateInProgress))
                throw TemplateErrors.Validation($"Resource {resource.LogicalId} is in {resource.Status.ToWire()} state and cannot be signaled");
            var signal = new SignalState(resource.Key, request.UniqueId, request.Status is ResourceSignalStatus.Success, clock.GetUtcNow());
            if (tx.Find(CloudFormationTables.Signals, signal.Key) is { } before && before.IsSuccess != signal.IsSuccess)
                throw TemplateErrors.Validation($"Signal with ID {request.UniqueId} for resource {resource.LogicalId} already exists. Signals may only be updated with a FAILURE status.");
            tx.Put(CloudFormationTables.Signals, signal);
            teller.Tell(tx, stack, resource, resource.Status, $"Received {request.Status.ToWire()} signal with UniqueId {request.UniqueId}", resource.PhysicalId);
        }, ct);
        return new();
    }

    private OperationState NewBack(OperationKind kind, Phase phase, string? token, Caller caller) =>
        new() { Id = ids.Uuid(), Asker = Asker.Of(caller), Kind = kind, Phase = phase, StartedAt = clock.GetUtcNow(), Token = token, IsRollback = true };

    private ValueTask<string> ChangeAsync(Caller caller, string nameOrId, Action<Transaction, StackState> change, CancellationToken ct) => store.UpdateAsync(tx =>
    {
        if (StackErrors.Find(tx, Home.Of(caller), nameOrId) is not { IsLive: true } stack) throw StackErrors.NotThere(nameOrId);
        change(tx, stack);
        return stack.Id;
    }, ct);

    private async ValueTask<string?> PolicyAsync(string? body, string? url, Caller caller, CancellationToken ct)
    {
        if (body is not null && url is not null) throw TemplateErrors.Validation("You cannot specify both StackPolicyBody and StackPolicyURL");
        return url is null ? body : await preparation.FetchAsync(url, "StackPolicyURL", caller, ct);
    }

    private static ImmutableSortedDictionary<string, string> Empty => ImmutableSortedDictionary<string, string>.Empty;

    private static ImmutableSortedDictionary<string, string>? TagsOf(ImmutableArray<Tag>? tags)
    {
        if (tags is not { } given) return null;
        if (given.FirstOrDefault(t => t.Key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase)) is { } reserved)
            throw TemplateErrors.Validation($"1 validation error detected: Tag key {reserved.Key} is reserved: keys must not begin with aws:");
        if (given.GroupBy(t => t.Key).FirstOrDefault(g => g.Count() > 1) is { } twice) throw TemplateErrors.Validation($"Duplicate tag keys found: {twice.Key}");
        return given.Length <= 50 ? given.ToImmutableSortedDictionary(t => t.Key, t => t.Value, StringComparer.Ordinal)
            : throw TemplateErrors.Validation("1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50");
    }
}
