using System.Collections.Immutable;
using Minato.Aws;
using Minato.CloudFormation.Planning;
using Minato.CloudFormation.Reconcile;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.CloudFormation.Types;
using Minato.Contracts.CloudFormation;
using Minato.Platform;

namespace Minato.CloudFormation.Api;

/// <summary>Begins operations on stacks: for callers, for change sets, and for stacks inside of stacks.</summary>
internal sealed class StackStarts(Store store, Preparation preparation, Blueprints blueprints, TypeRegistry types, ServiceRoles roles, Teller teller, Ids ids, TimeProvider clock)
{
    public const string NoUpdates = "No updates are to be performed.";

    private const int MostStacks = 2000; // AWS: of an account in a region.
    private const string UserInitiated = "User Initiated";

    public string NewStackId(Home home, string name) => new Arn("cloudformation", home.Region, home.AccountId, $"stack/{name}/{ids.Uuid()}").ToString();

    /// <param name="reviewed">A stack that only a change set has made so far: it becomes what is asked.</param>
    public async ValueTask<string> CreateAsync(Caller caller, StackAsked asked, CancellationToken ct, Func<StackState, StackState>? with = null, StackState? reviewed = null)
    {
        StackErrors.CheckName(asked.Name);
        await CheckAsync(asked, caller, ct);
        var home = Home.Of(caller);
        if (reviewed is null && Existing(store.Current, home, asked) is { } repeated) return repeated;
        var id = reviewed?.Id ?? NewStackId(home, asked.Name);
        var facts = new StackFacts { AccountId = home.AccountId, Region = home.Region, StackName = asked.Name, StackId = id, NotificationArns = asked.NotificationArns ?? [] };
        var prepared = await preparation.PrepareAsync(await preparation.ReadAsync(asked.Body, asked.TemplateUrl, caller, ct), asked.Parameters, facts, null, caller, ct);
        Demand(asked, prepared.Template);
        return await store.UpdateAsync(tx =>
        {
            if (reviewed is null && Existing(tx, home, asked) is { } same) return same;
            if (reviewed is not null && tx.Find(CloudFormationTables.Stacks, id) is not { Status: StackStatus.ReviewInProgress }) return id;
            if (reviewed is null && tx.Count(CloudFormationTables.StacksByHome, home) >= MostStacks) throw new LimitExceededException($"Limit for stack has been exceeded");
            var stack = NewStack(caller, asked, id, KeepTemplate(tx, asked, prepared, null));
            Begin(tx, with?.Invoke(stack) ?? stack, NewOperation(OperationKind.Create, asked, caller) with { Deadline = DeadlineOf(asked) }, StackStatus.CreateInProgress);
            return id;
        }, ct);
    }

    /// <summary>A stack as a change set has it that it is to be inside of another.</summary>
    public StackState NewNested(Caller caller, StackAsked asked, StackState parent, string logicalId)
    {
        var named = asked with { Name = NestedStackType.NameOf(parent.Name, logicalId, ids.Uuid()) };
        return NewStack(caller, named, NewStackId(parent.Home, named.Name), new() { TemplateId = "" }) with
        {
            ParentId = parent.Id, RootId = parent.RootId ?? parent.Id, ParentResource = ResourceState.KeyOf(parent.Id, logicalId),
        };
    }

    public StackState NewStack(Caller caller, StackAsked asked, string id, StackInputs inputs) => new()
    {
        Id = id, Name = asked.Name, Home = Home.Of(caller), CreatedAt = clock.GetUtcNow(), Inputs = inputs, Principal = caller.PrincipalArn,
        DisableRollback = asked.OnFailure is OnFailure.DoNothing, TimeoutInMinutes = asked.TimeoutInMinutes, IsProtected = asked.IsProtected,
        RetainExceptOnCreate = asked.RetainExceptOnCreate, Policy = asked.Policy, Status = StackStatus.ReviewInProgress,
    };

    /// <returns>The stack's id.</returns>
    /// <exception cref="AwsException">Among other things: there is nothing to update.</exception>
    public async ValueTask<string> UpdateAsync(Caller caller, string nameOrId, StackAsked asked, CancellationToken ct)
    {
        await CheckAsync(asked, caller, ct);
        var stack = Updatable(store.Current, Home.Of(caller), nameOrId, asked.Token);
        if (stack is null) return StackErrors.Require(store.Current, Home.Of(caller), nameOrId).Id;
        var prepared = await PrepareAsync(caller, stack, asked, ct);
        Demand(asked, prepared.Template);
        return await store.UpdateAsync(tx =>
        {
            var now = Updatable(tx, stack.Home, stack.Id, asked.Token) ?? stack;
            var inputs = KeepTemplate(tx, asked, prepared, now.Inputs);
            if (IsStable(now) && PlannerFor(tx, now, prepared.Blueprint, inputs).IsEmpty) throw TemplateErrors.Validation(NoUpdates);
            BeginUpdate(tx, now, inputs, asked, NewOperation(OperationKind.Update, asked, caller));
            return now.Id;
        }, ct);
    }

    public async ValueTask<Prepared> PrepareAsync(Caller caller, StackState stack, StackAsked asked, CancellationToken ct)
    {
        var text = asked.UsesPreviousTemplate ? store.Current.Find(CloudFormationTables.Templates, stack.Inputs.TemplateId)?.Original ?? throw StackErrors.NotFound(stack.Id)
            : await preparation.ReadAsync(asked.Body, asked.TemplateUrl, caller, ct);
        var facts = stack.Facts() with { NotificationArns = asked.NotificationArns ?? stack.Inputs.NotificationArns };
        return await preparation.PrepareAsync(text, asked.Parameters, facts, stack.Inputs, caller, ct);
    }

    /// <param name="unchanged">Nested stacks that are known to stay as they are.</param>
    public ChangePlanner PlannerFor(IReadState state, StackState stack, Blueprint wanted, StackInputs inputs, IReadOnlySet<string>? unchanged = null)
    {
        var before = stack.Status is StackStatus.ReviewInProgress ? null : blueprints.Of(state, stack);
        var moved = before is null ? [] : wanted.Template.Resources.Values
            .Where(r => before.IsActive(r.LogicalId) && before.Template.Resources[r.LogicalId].Type != r.Type).Select(r => r.LogicalId).ToList();
        if (moved.Count > 0)
            throw TemplateErrors.Validation($"Update of resource type is not permitted. The new template modifies resource type of the following resources: [{string.Join(", ", moved)}]");
        return new(types, before, wanted, before is not null && !inputs.Tags.SequenceEqual(stack.Inputs.Tags), unchanged);
    }

    public void BeginUpdate(Transaction tx, StackState stack, StackInputs inputs, StackAsked asked, OperationState operation)
    {
        var next = stack with
        {
            Inputs = inputs, Before = stack.Before ?? stack.Inputs, UpdatedAt = clock.GetUtcNow(), DisableRollback = asked.OnFailure is OnFailure.DoNothing,
            Policy = asked.Policy ?? stack.Policy,
        };
        Begin(tx, next, operation, operation.Kind is OperationKind.Import ? StackStatus.ImportInProgress : StackStatus.UpdateInProgress);
    }

    /// <summary>Writes the stack with its operation, tells it, and holds on to what it imports.</summary>
    public void Begin(Transaction tx, StackState stack, OperationState operation, StackStatus status)
    {
        var begun = teller.Turn(tx, stack with { Operation = operation, LastToken = operation.Token ?? stack.LastToken }, status, UserInitiated);
        if (operation.Phase is Phase.Forward) Exporting.HoldImports(tx, begun, blueprints.Of(tx, begun), keepOld: true);
    }

    public OperationState NewOperation(OperationKind kind, StackAsked asked, Caller caller) => new()
    {
        Id = ids.Uuid(), Asker = Asker.Of(caller), Kind = kind, Phase = Phase.Forward, StartedAt = clock.GetUtcNow(), Token = asked.Token,
        OnFailure = asked.OnFailure ?? OnFailure.Rollback, RetainExceptOnCreate = asked.RetainExceptOnCreate, PolicyDuringUpdate = asked.PolicyDuringUpdate,
    };

    /// <summary>A template belongs to the inputs of one operation.</summary>
    public StackInputs KeepTemplate(Transaction tx, StackAsked asked, Prepared prepared, StackInputs? before)
    {
        var template = new TemplateState(ids.Uuid(), prepared.Original, prepared.Processed);
        tx.Put(CloudFormationTables.Templates, template);
        blueprints.Learn(template.Id, prepared.Blueprint);
        return asked.InputsFor(template.Id, prepared, before);
    }

    public async ValueTask DeleteAsync(
        Caller caller, string id, string? token, string? roleArn, ImmutableArray<string> retain, bool isForced, bool mayBeProtected, CancellationToken ct)
    {
        await roles.CheckAsync(roleArn, caller, ct);
        await store.UpdateAsync(tx => BeginDeletion(tx, caller, id, token, roleArn, retain, isForced, mayBeProtected), ct);
    }

    private void BeginDeletion(Transaction tx, Caller caller, string id, string? token, string? roleArn, ImmutableArray<string> retain, bool isForced, bool mayBeProtected)
    {
        if (tx.Find(CloudFormationTables.Stacks, id) is not { IsLive: true } stack || stack.Operation is { Phase: Phase.Delete, IsRollback: false }) return;
        if (stack.IsProtected && !mayBeProtected)
            throw TemplateErrors.Validation($"Stack [{stack.Name}] cannot be deleted while TerminationProtection is enabled");
        if (stack.Operation is { } busy && !(busy is { Kind: OperationKind.Create, Phase: Phase.Forward }))
            throw TemplateErrors.Validation($"Stack [{stack.Id}] cannot be deleted while in status {stack.Status.ToWire()}");
        if ((retain.Length > 0 || isForced) && stack.Status is not StackStatus.DeleteFailed)
            throw TemplateErrors.Validation($"Invalid operation on stack [{stack.Id}]. {(isForced ? "FORCE_DELETE_STACK" : "RetainResources")} can only be specified when the stack is in the DELETE_FAILED state");
        var operation = new OperationState
        {
            Id = ids.Uuid(), Asker = Asker.Of(caller), Kind = OperationKind.Delete, Phase = Phase.Delete, StartedAt = clock.GetUtcNow(), Token = token, Retain = retain, IsForced = isForced, RoleArn = roleArn,
        };
        if (stack.Status is StackStatus.ReviewInProgress)
        {
            Vanish(tx, stack);
            return;
        }
        VanishInside(tx, stack);
        Begin(tx, stack, operation, StackStatus.DeleteInProgress);
    }

    // Change sets have made them, and were never executed.
    private void VanishInside(Transaction tx, StackState stack)
    {
        foreach (var nested in tx.Where(CloudFormationTables.StacksByParent, stack.Id).Where(s => s is { IsLive: true, Status: StackStatus.ReviewInProgress }).ToList()) Vanish(tx, nested);
    }

    /// <summary>Deletes a stack of which nothing was ever made.</summary>
    public void Vanish(Transaction tx, StackState stack)
    {
        VanishInside(tx, stack);
        foreach (var set in tx.Where(CloudFormationTables.ChangeSetsByStack, stack.Id).ToList())
        {
            tx.Delete(CloudFormationTables.Templates, set.Inputs.TemplateId);
            tx.Delete(CloudFormationTables.ChangeSets, set.Id);
        }
        var gone = teller.Turn(tx, stack, StackStatus.DeleteInProgress, UserInitiated);
        teller.Turn(tx, gone with { DeletedAt = clock.GetUtcNow() }, StackStatus.DeleteComplete);
    }

    public static bool IsStable(StackState stack) => stack.Status is StackStatus.CreateComplete or StackStatus.UpdateComplete or StackStatus.UpdateRollbackComplete
        or StackStatus.ImportComplete or StackStatus.ImportRollbackComplete;

    /// <returns>Null when this very operation was asked for before.</returns>
    private static StackState? Updatable(IReadState state, Home home, string nameOrId, string? token)
    {
        if (StackErrors.Find(state, home, nameOrId) is not { IsLive: true } stack) throw StackErrors.NotThere(nameOrId);
        if (token is not null && stack.LastToken == token) return null;
        return !stack.IsBusy && (IsStable(stack) || stack.Status is StackStatus.CreateFailed or StackStatus.UpdateFailed) ? stack : throw StackErrors.InState(stack, "updated");
    }

    private static string? Existing(IReadState state, Home home, StackAsked asked)
    {
        if (StackErrors.Find(state, home, asked.Name) is not { } stack) return null;
        return asked.Token is not null && stack.LastToken == asked.Token ? stack.Id : throw new AlreadyExistsException($"Stack [{asked.Name}] already exists");
    }

    private async ValueTask CheckAsync(StackAsked asked, Caller caller, CancellationToken ct)
    {
        await roles.CheckAsync(asked.RoleArn, caller, ct);
        if (asked.Policy is { } policy) StackPolicies.Check(policy);
        if (asked.PolicyDuringUpdate is { } during) StackPolicies.Check(during);
        if (asked.RollbackConfiguration?.RollbackTriggers is { } triggers && triggers.Any(t => t.Type is not ("AWS::CloudWatch::Alarm" or "AWS::CloudWatch::CompositeAlarm")))
            throw TemplateErrors.Validation("Rollback Trigger Type not supported");
        if (asked.RollbackConfiguration?.RollbackTriggers is { } named && named.Any(t => !Arn.TryParse(t.Arn, out var arn) || !arn.Resource.StartsWith("alarm:", StringComparison.Ordinal)))
            throw TemplateErrors.Validation("RelativeId of a Rollback Trigger's ARN is incorrect");
    }

    private static void Demand(StackAsked asked, Template template)
    {
        if (!asked.IsNested) Capabilities.Demand(template, asked.Capabilities, asked.IsChangeSet);
        if (asked.ResourceTypes.IsEmpty) return;
        foreach (var type in template.Resources.Values.Select(r => r.Type))
        {
            if (!asked.ResourceTypes.Any(t => t == type || (t.EndsWith('*') && t.EndsWith("::*", StringComparison.Ordinal) && type.StartsWith(t[..^1], StringComparison.Ordinal))))
                throw TemplateErrors.Validation($"Resource type {type} is not allowed by parameter ResourceTypes [{string.Join(", ", asked.ResourceTypes)}]");
        }
    }

    private DateTimeOffset? DeadlineOf(StackAsked asked) => asked.TimeoutInMinutes is { } minutes ? clock.GetUtcNow() + TimeSpan.FromMinutes(minutes) : null;
}
