using System.Collections.Immutable;
using System.Text;
using Minato.Aws;
using Minato.Aws.Shapes;
using Minato.CloudFormation.Planning;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.Contracts.CloudFormation;
using Minato.Platform;
using Change = Minato.Contracts.CloudFormation.Change;

namespace Minato.CloudFormation.Api;

// Change sets: what an update would do, shown before it is done. They are made while the caller waits: nothing in them takes long.
internal sealed partial class CloudFormationApi
{
    private const string NoChanges = "The submitted information didn't contain changes. Submit different information to create a change set.";

    public async Task<CreateChangeSetResponse> CreateChangeSetAsync(CreateChangeSetRequest request, Caller caller, CancellationToken ct)
    {
        var home = Home.Of(caller);
        var type = request.ChangeSetType ?? ChangeSetType.Update;
        var asked = new StackAsked
        {
            Name = request.StackName, Body = request.TemplateBody, TemplateUrl = request.TemplateURL, UsesPreviousTemplate = request.UsePreviousTemplate is true,
            Parameters = request.Parameters ?? [], Tags = TagsOf(request.Tags), Capabilities = request.Capabilities ?? [], NotificationArns = request.NotificationARNs,
            RoleArn = request.RoleARN, RollbackConfiguration = request.RollbackConfiguration, Token = request.ClientToken, ResourceTypes = request.ResourceTypes ?? [], IsChangeSet = true,
        };
        await roles.CheckAsync(request.RoleARN, caller, ct);
        var found = StackErrors.Find(store.Current, home, request.StackName);
        CheckFor(store.Current, found, type, request);
        var isNew = found is null;
        if (isNew) StackErrors.CheckName(request.StackName);
        var empty = new StackInputs { TemplateId = "" };
        var stack = found ?? starts.NewStack(caller, asked, starts.NewStackId(home, request.StackName), empty);
        if (found is { Status: StackStatus.ReviewInProgress }) asked = asked with { UsesPreviousTemplate = false };
        var prepared = await starts.PrepareAsync(caller, stack, asked, ct);
        Capabilities.Demand(prepared.Template, asked.Capabilities, allowsTransforms: true);
        var imports = Imports(prepared, request);
        var nested = request.IncludeNestedStacks is true ? await previews.OfAsync(caller, stack, prepared, asked.Tags ?? stack.Inputs.Tags, ct) : [];
        return await store.UpdateAsync(tx =>
        {
            var now = StackErrors.Find(tx, home, request.StackName);
            CheckFor(tx, now, type, request);
            if (now is null) now = teller.Turn(tx, stack, StackStatus.ReviewInProgress, "User Initiated");
            var inputs = starts.KeepTemplate(tx, asked, prepared, now.Status is StackStatus.ReviewInProgress ? null : now.Inputs);
            var set = Plan(tx, now, inputs, prepared, imports, request, type, nested);
            tx.Put(CloudFormationTables.ChangeSets, set);
            return new CreateChangeSetResponse { Id = set.Id, StackId = now.Id };
        }, ct);
    }

    private ChangeSetState Plan(
        Transaction tx, StackState stack, StackInputs inputs, Prepared prepared, ImmutableSortedDictionary<string, string> imports, CreateChangeSetRequest request, ChangeSetType type,
        ImmutableArray<NestedPreview> nested)
    {
        var id = NewChangeSetId(stack.Home, request.ChangeSetName);
        var sets = new NestedSets(tx, request.ChangeSetName, id);
        var inside = SetsOf(sets, id, nested);
        var planner = starts.PlannerFor(tx, stack, prepared.Blueprint, inputs, Unchanged(nested, inside));
        var changes = Linked(planner.Changes(r => tx.Find(CloudFormationTables.Resources, ResourceState.KeyOf(stack.Id, r))?.PhysicalId, imports), inside);
        var isEmpty = planner.IsEmpty;
        if (type is ChangeSetType.Import && changes.Exists(c => c.Action is not ChangeAction.Import))
            throw TemplateErrors.Validation("As part of the import operation, you cannot modify or add [Outputs] or resources that are not imported");
        return new()
        {
            Id = id, Name = request.ChangeSetName, NestedIds = [.. sets.Made],
            StackId = stack.Id, Home = stack.Home, Type = type, CreatedAt = clock.GetUtcNow(), Inputs = inputs, Description = request.Description, ClientToken = request.ClientToken,
            Status = isEmpty ? ChangeSetStatus.Failed : ChangeSetStatus.CreateComplete, ExecutionStatus = isEmpty ? ExecutionStatus.Unavailable : ExecutionStatus.Available,
            StatusReason = isEmpty ? NoChanges : null, IncludesNested = request.IncludeNestedStacks is true, OnStackFailure = request.OnStackFailure,
            ImportsExisting = request.ImportExistingResources is true, Import = imports,
            Changes = TextsOf(changes),
        };
    }

    private static ImmutableArray<string> TextsOf(IEnumerable<ResourceChange> changes) =>
        [.. changes.Select(c => Encoding.UTF8.GetString(ShapeJson.Write(new Change { Type = ChangeType.Resource, ResourceChange = c }).Span))];

    private static void CheckFor(IReadState state, StackState? stack, ChangeSetType type, CreateChangeSetRequest request)
    {
        var name = request.ChangeSetName;
        if (stack is null)
        {
            if (type is ChangeSetType.Update) throw StackErrors.NotThere(request.StackName);
            return;
        }
        if (!stack.IsLive) throw StackErrors.NotThere(request.StackName);
        if (type is ChangeSetType.Create && stack.Status is not StackStatus.ReviewInProgress)
            throw TemplateErrors.Validation($"Stack [{stack.Name}] already exists and cannot be created again with the changeSet [{name}].");
        if (type is ChangeSetType.Update && stack.Status is StackStatus.ReviewInProgress) throw StackErrors.InState(stack, "updated");
        if (stack.IsBusy || (type is not ChangeSetType.Create && !StackStarts.IsStable(stack) && stack.Status is not (StackStatus.ReviewInProgress or StackStatus.UpdateFailed or StackStatus.CreateFailed)))
            throw StackErrors.InState(stack, "updated");
        if (state.Where(CloudFormationTables.ChangeSetsByStack, stack.Id).Any(c => c.Name == name)) throw new AlreadyExistsException($"ChangeSet {name} already exists");
    }

    private ImmutableSortedDictionary<string, string> Imports(Prepared prepared, CreateChangeSetRequest request)
    {
        var imports = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var wanted in request.ResourcesToImport ?? [])
        {
            if (!prepared.Template.Resources.TryGetValue(wanted.LogicalResourceId, out var resource))
                throw TemplateErrors.Validation($"Resources [{wanted.LogicalResourceId}] is missing in template");
            if (resource.DeletionPolicy is null) throw TemplateErrors.Validation($"Resources [{wanted.LogicalResourceId}] to import are missing a DeletionPolicy attribute");
            var identifiers = types.Find(resource.Type)?.Schema.Identifiers ?? [];
            if (identifiers.Count == 0) throw TemplateErrors.Validation($"ResourceTypes [{resource.Type}] are not supported for Import");
            if (!identifiers.All(wanted.ResourceIdentifier.ContainsKey))
                throw TemplateErrors.Validation($"ResourceIdentifier for {wanted.LogicalResourceId} must have [{string.Join(", ", identifiers)}]");
            imports[wanted.LogicalResourceId] = string.Join('|', identifiers.Select(i => wanted.ResourceIdentifier[i]));
        }
        return imports.ToImmutable();
    }

    public Task<DescribeChangeSetResponse> DescribeChangeSetAsync(DescribeChangeSetRequest request, Caller caller, CancellationToken ct)
    {
        var set = FindChangeSet(store.Current, Home.Of(caller), request.ChangeSetName, request.StackName);
        var withValues = request.IncludePropertyValues is true;
        var (page, next) = Page(nameof(DescribeChangeSetAsync), $"{set.Id}{withValues}", set.Changes.Select((c, i) => (Text: c, Index: i.ToString("D6"))), c => c.Index, request.NextToken);
        return Task.FromResult(new DescribeChangeSetResponse
        {
            ChangeSetName = set.Name, ChangeSetId = set.Id, StackId = set.StackId, StackName = StackNames.NameOf(set.StackId), Description = set.Description,
            Parameters = set.Inputs.Parameters.IsEmpty ? null : [.. set.Inputs.Parameters.Select(ToWire)], CreationTime = set.CreatedAt, ExecutionStatus = set.ExecutionStatus,
            Status = set.Status, StatusReason = set.StatusReason, NotificationARNs = set.Inputs.NotificationArns, RollbackConfiguration = Configuration(set.Inputs),
            Capabilities = set.Inputs.Capabilities, Tags = set.Inputs.Tags.IsEmpty ? null : Tags(set.Inputs), IncludeNestedStacks = set.IncludesNested,
            ParentChangeSetId = set.ParentId, RootChangeSetId = set.RootId, OnStackFailure = set.OnStackFailure, ImportExistingResources = set.ImportsExisting ? true : null,
            Changes = [.. page.Select(c => Trim(ShapeJson.Read<Change>(Encoding.UTF8.GetBytes(c.Text)), withValues))], NextToken = next,
        });
    }

    // AWS: values, and what only makes sense with them, are told when they are asked for.
    private static Change Trim(Change change, bool withValues) => withValues || change.ResourceChange is not { } resource ? change : change with
    {
        ResourceChange = resource with
        {
            BeforeContext = null, AfterContext = null,
            Details = resource.Details is not { } details ? null : [.. details.Select(d => d.Target is not { } target ? d : d with
            {
                Target = new() { Attribute = target.Attribute, Name = target.Name, RequiresRecreation = target.RequiresRecreation },
            })],
        },
    };

    public async Task<ExecuteChangeSetResponse> ExecuteChangeSetAsync(ExecuteChangeSetRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var set = FindChangeSet(tx, Home.Of(caller), request.ChangeSetName, request.StackName);
            RefuseNested(set, "executed");
            if (set.ExecutionStatus is not ExecutionStatus.Available)
                throw new InvalidChangeSetStatusException($"ChangeSet [{set.Id}] cannot be executed in its current status of [{set.Status.ToWire()}]");
            if (tx.Find(CloudFormationTables.Stacks, set.StackId) is not { IsLive: true } stack) throw StackErrors.NotThere(set.StackId);
            if (stack.IsBusy) throw StackErrors.InState(stack, "updated");
            Execute(tx, stack, set, request, caller);
            // AWS: one that was executed belongs to the past; the others no longer fit.
            tx.Delete(CloudFormationTables.ChangeSets, set.Id);
            DropNested(tx, set);
            foreach (var other in tx.Where(CloudFormationTables.ChangeSetsByStack, stack.Id).ToList())
                tx.Put(CloudFormationTables.ChangeSets, other with { ExecutionStatus = ExecutionStatus.Obsolete });
        }, ct);
        return new();
    }

    private void Execute(Transaction tx, StackState stack, ChangeSetState set, ExecuteChangeSetRequest request, Caller caller)
    {
        var onFailure = request.DisableRollback is true || set.OnStackFailure is OnStackFailure.DoNothing ? OnFailure.DoNothing
            : set.OnStackFailure is OnStackFailure.Delete ? OnFailure.Delete : OnFailure.Rollback;
        var asked = new StackAsked { Name = stack.Name, Token = request.ClientRequestToken, OnFailure = onFailure, RetainExceptOnCreate = request.RetainExceptOnCreate is true };
        var named = stack with { ChangeSetId = set.Id, DisableRollback = onFailure is OnFailure.DoNothing };
        var kind = set.Type is ChangeSetType.Import ? OperationKind.Import : stack.Status is StackStatus.ReviewInProgress ? OperationKind.Create : OperationKind.Update;
        var operation = starts.NewOperation(kind, asked, caller) with { Import = set.Import };
        // AWS: a stack made by a change set was also updated by it.
        if (kind is OperationKind.Create || stack.Status is StackStatus.ReviewInProgress)
            starts.Begin(tx, named with { Inputs = set.Inputs, UpdatedAt = clock.GetUtcNow() }, operation, kind is OperationKind.Import ? StackStatus.ImportInProgress : StackStatus.CreateInProgress);
        else starts.BeginUpdate(tx, named, set.Inputs, asked, operation);
    }

    public async Task<DeleteChangeSetResponse> DeleteChangeSetAsync(DeleteChangeSetRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            // AWS: deleting what is not there succeeds, unless there is not even the stack.
            if (TryFindChangeSet(tx, Home.Of(caller), request.ChangeSetName, request.StackName) is not { } set) return;
            RefuseNested(set, "deleted");
            if (set.ExecutionStatus is ExecutionStatus.ExecuteInProgress)
                throw new InvalidChangeSetStatusException($"ChangeSet [{set.Id}] cannot be deleted in its current status of [{set.Status.ToWire()}]");
            tx.Delete(CloudFormationTables.Templates, set.Inputs.TemplateId);
            tx.Delete(CloudFormationTables.ChangeSets, set.Id);
            DropNestedStacks(tx, set);
        }, ct);
        return new();
    }

    public Task<ListChangeSetsResponse> ListChangeSetsAsync(ListChangeSetsRequest request, Caller caller, CancellationToken ct)
    {
        var stack = StackErrors.Require(store.Current, Home.Of(caller), request.StackName);
        var (page, next) = Page(nameof(ListChangeSetsAsync), stack.Id, store.Current.Where(CloudFormationTables.ChangeSetsByStack, stack.Id), c => c.Id, request.NextToken);
        return Task.FromResult(new ListChangeSetsResponse
        {
            Summaries =
            [
                .. page.Select(c => new ChangeSetSummary
                {
                    StackId = c.StackId, StackName = stack.Name, ChangeSetId = c.Id, ChangeSetName = c.Name, ExecutionStatus = c.ExecutionStatus, Status = c.Status, StatusReason = c.StatusReason,
                    CreationTime = c.CreatedAt, Description = c.Description, IncludeNestedStacks = c.IncludesNested, ParentChangeSetId = c.ParentId, RootChangeSetId = c.RootId,
                }),
            ],
            NextToken = next,
        });
    }

    private static ChangeSetState FindChangeSet(IReadState state, Home home, string nameOrId, string? stackName) =>
        TryFindChangeSet(state, home, nameOrId, stackName) ?? throw new ChangeSetNotFoundException($"ChangeSet [{nameOrId}] does not exist");

    private static ChangeSetState? TryFindChangeSet(IReadState state, Home home, string nameOrId, string? stackName)
    {
        if (StackNames.IsId(nameOrId)) return state.Find(CloudFormationTables.ChangeSets, nameOrId) is { } set && set.Home == home ? set : null;
        if (stackName is null) throw TemplateErrors.Validation("StackName must be specified if ChangeSetName is not specified as an ARN.");
        var stack = StackErrors.Require(state, home, stackName);
        return state.Where(CloudFormationTables.ChangeSetsByStack, stack.Id).FirstOrDefault(c => c.Name == nameOrId);
    }
}
