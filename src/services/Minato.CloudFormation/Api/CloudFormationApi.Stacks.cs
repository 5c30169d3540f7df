using System.Collections.Immutable;
using System.Globalization;
using Minato.Aws;
using Minato.CloudFormation.Reconcile;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.Contracts.CloudFormation;
using Minato.Platform;

namespace Minato.CloudFormation.Api;

// What there is: stacks, events, resources, exports.
internal sealed partial class CloudFormationApi
{
    private const int PageSize = 100;

    public Task<DescribeStacksResponse> DescribeStacksAsync(DescribeStacksRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var home = Home.Of(caller);
        if (request.StackName is { Length: > 0 } name)
        {
            var one = StackErrors.Find(state, home, name) ?? throw StackErrors.NotFound(name);
            return Task.FromResult(new DescribeStacksResponse { Stacks = [ToWire(one)] });
        }
        var (page, next) = Page(nameof(DescribeStacksAsync), home.ToString(), Newest(state.Where(CloudFormationTables.StacksByHome, home).Where(s => s.IsLive)), s => s.Id, request.NextToken);
        return Task.FromResult(new DescribeStacksResponse { Stacks = [.. page.Select(ToWire)], NextToken = next });
    }

    public Task<ListStacksResponse> ListStacksAsync(ListStacksRequest request, Caller caller, CancellationToken ct)
    {
        var wanted = request.StackStatusFilter is { IsDefaultOrEmpty: false } filter ? filter : [];
        var home = Home.Of(caller);
        var found = Newest(store.Current.Where(CloudFormationTables.StacksByHome, home).Where(s => wanted.IsEmpty || wanted.Contains(s.Status)));
        var (page, next) = Page(nameof(ListStacksAsync), $"{home}{string.Join(',', wanted)}", found, s => s.Id, request.NextToken);
        return Task.FromResult(new ListStacksResponse
        {
            StackSummaries =
            [
                .. page.Select(s => new StackSummary
                {
                    StackId = s.Id, StackName = s.Name, TemplateDescription = s.Inputs.Description, CreationTime = s.CreatedAt, LastUpdatedTime = s.UpdatedAt, DeletionTime = s.DeletedAt,
                    StackStatus = s.Status, StackStatusReason = s.StatusReason, ParentId = s.ParentId, RootId = s.RootId,
                    DriftInformation = new() { StackDriftStatus = s.Drift, LastCheckTimestamp = s.DriftCheckedAt },
                }),
            ],
            NextToken = next,
        });
    }

    public Task<DescribeStackEventsResponse> DescribeStackEventsAsync(DescribeStackEventsRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var stack = StackErrors.Require(state, Home.Of(caller), request.StackName);
        var position = Position($"{nameof(DescribeStackEventsAsync)}{stack.Id}", request.NextToken);
        var last = position is null ? state.Count(CloudFormationTables.EventsByStack, stack.Id) : int.Parse(position, CultureInfo.InvariantCulture);
        var first = Math.Max(1, last - PageSize + 1);
        // Their numbers are their keys: no page costs more than what it shows.
        var events = Enumerable.Range(first, Math.Max(0, last - first + 1)).Reverse().Select(n => state.Find(CloudFormationTables.Events, EventState.KeyOf(stack.Id, n))).OfType<EventState>();
        return Task.FromResult(new DescribeStackEventsResponse
        {
            StackEvents = [.. events.Select(e => ToWire(stack, e))],
            NextToken = first > 1 ? tokens.Encode($"{nameof(DescribeStackEventsAsync)}{stack.Id}", (first - 1).ToString(CultureInfo.InvariantCulture)) : null,
        });
    }

    public Task<DescribeEventsResponse> DescribeEventsAsync(DescribeEventsRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var stack = StackErrors.Require(state, Home.Of(caller), request.StackName ?? throw TemplateErrors.Validation("StackName must be specified."));
        var events = state.Where(CloudFormationTables.EventsByStack, stack.Id).Reverse()
            .Where(e => request.OperationId is null || e.OperationId == request.OperationId)
            .Where(e => request.Filters?.FailedEvents is not true || e.Status.ToWire().EndsWith("_FAILED", StringComparison.Ordinal));
        var (page, next) = Page(nameof(DescribeEventsAsync), $"{stack.Id}{request.OperationId}{request.Filters?.FailedEvents}", events, e => e.Key, request.NextToken);
        return Task.FromResult(new DescribeEventsResponse
        {
            OperationEvents =
            [
                .. page.Select(e => new OperationEvent
                {
                    EventId = e.Id, StackId = e.StackId, OperationId = e.OperationId, LogicalResourceId = e.LogicalId, PhysicalResourceId = e.PhysicalId, ResourceType = e.Type,
                    EventType = e.Type is Teller.StackType && e.LogicalId == stack.Name ? EventType.StackEvent : e.Status.ToWire().EndsWith("_FAILED", StringComparison.Ordinal) ? EventType.ProvisioningError : EventType.ProgressEvent,
                    Timestamp = e.At, ResourceStatus = e.Status, ResourceStatusReason = e.Reason, ResourceProperties = e.Properties, ClientRequestToken = e.Token,
                }),
            ],
            NextToken = next,
        });
    }

    public Task<DescribeStackResourceResponse> DescribeStackResourceAsync(DescribeStackResourceRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var stack = StackErrors.Find(state, Home.Of(caller), request.StackName) ?? throw TemplateErrors.Validation($"Stack '{request.StackName}' does not exist");
        var resource = state.Find(CloudFormationTables.Resources, ResourceState.KeyOf(stack.Id, request.LogicalResourceId))
            ?? throw TemplateErrors.Validation($"Resource {request.LogicalResourceId} does not exist for stack {stack.Name}");
        return Task.FromResult(new DescribeStackResourceResponse
        {
            StackResourceDetail = new()
            {
                StackName = stack.Name, StackId = stack.Id, LogicalResourceId = resource.LogicalId, PhysicalResourceId = PhysicalOf(resource), ResourceType = resource.Type,
                LastUpdatedTimestamp = resource.ChangedAt, ResourceStatus = resource.Status, ResourceStatusReason = resource.StatusReason, Metadata = resource.Metadata ?? "{}",
                DriftInformation = DriftOf(resource),
            },
        });
    }

    public Task<DescribeStackResourcesResponse> DescribeStackResourcesAsync(DescribeStackResourcesRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var home = Home.Of(caller);
        if (request.StackName is null && request.PhysicalResourceId is null) throw TemplateErrors.Validation("Either StackName or PhysicalResourceId must be specified");
        StackState stack;
        if (request.StackName is { } name) stack = StackErrors.Find(state, home, name) ?? throw StackErrors.NotFound(name);
        else stack = state.Where(CloudFormationTables.ResourcesByPhysicalId, (home, request.PhysicalResourceId ?? "")).Select(r => state.Find(CloudFormationTables.Stacks, r.StackId)).FirstOrDefault(s => s?.IsLive is true)
            ?? throw TemplateErrors.Validation($"Stack for {request.PhysicalResourceId} does not exist");
        var found = Shown(state, stack).Where(r => request.LogicalResourceId is null || r.LogicalId == request.LogicalResourceId).Take(PageSize);
        return Task.FromResult(new DescribeStackResourcesResponse
        {
            StackResources =
            [
                .. found.Select(r => new StackResource
                {
                    StackName = stack.Name, StackId = stack.Id, LogicalResourceId = r.LogicalId, PhysicalResourceId = PhysicalOf(r), ResourceType = r.Type, Timestamp = r.ChangedAt,
                    ResourceStatus = r.Status, ResourceStatusReason = r.StatusReason, DriftInformation = DriftOf(r),
                }),
            ],
        });
    }

    public Task<ListStackResourcesResponse> ListStackResourcesAsync(ListStackResourcesRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var stack = StackErrors.Find(state, Home.Of(caller), request.StackName) ?? throw StackErrors.NotFound(request.StackName);
        var (page, next) = Page(nameof(ListStackResourcesAsync), stack.Id, Shown(state, stack), r => r.Key, request.NextToken);
        return Task.FromResult(new ListStackResourcesResponse
        {
            StackResourceSummaries =
            [
                .. page.Select(r => new StackResourceSummary
                {
                    LogicalResourceId = r.LogicalId, PhysicalResourceId = PhysicalOf(r), ResourceType = r.Type, LastUpdatedTimestamp = r.ChangedAt, ResourceStatus = r.Status,
                    ResourceStatusReason = r.StatusReason, DriftInformation = new() { StackResourceDriftStatus = r.Drift, LastCheckTimestamp = r.DriftCheckedAt },
                }),
            ],
            NextToken = next,
        });
    }

    public Task<ListExportsResponse> ListExportsAsync(ListExportsRequest request, Caller caller, CancellationToken ct)
    {
        var home = Home.Of(caller);
        var (page, next) = Page(nameof(ListExportsAsync), home.ToString(), store.Current.Where(CloudFormationTables.ExportsByHome, home), e => e.Key, request.NextToken);
        return Task.FromResult(new ListExportsResponse { Exports = [.. page.Select(e => new Export { ExportingStackId = e.StackId, Name = e.Name, Value = e.Value })], NextToken = next });
    }

    public Task<ListImportsResponse> ListImportsAsync(ListImportsRequest request, Caller caller, CancellationToken ct)
    {
        var key = ExportState.KeyOf(Home.Of(caller), request.ExportName);
        var users = store.Current.Where(CloudFormationTables.ImportsByExport, key).ToList();
        if (users.Count == 0) throw TemplateErrors.Validation($"Export '{request.ExportName}' is not imported by any stack.");
        var (page, next) = Page(nameof(ListImportsAsync), key, users, i => i.Key, request.NextToken);
        return Task.FromResult(new ListImportsResponse { Imports = [.. page.Select(i => StackNames.NameOf(i.StackId))], NextToken = next });
    }

    private Stack ToWire(StackState stack) => new()
    {
        StackId = stack.Id, StackName = stack.Name, ChangeSetId = stack.ChangeSetId, Description = stack.Inputs.Description,
        Parameters = stack.Inputs.Parameters.IsEmpty ? null : [.. stack.Inputs.Parameters.Select(ToWire)], CreationTime = stack.CreatedAt, DeletionTime = stack.DeletedAt,
        LastUpdatedTime = stack.UpdatedAt, RollbackConfiguration = Configuration(stack.Inputs), StackStatus = stack.Status, StackStatusReason = stack.StatusReason,
        DisableRollback = stack.DisableRollback, NotificationARNs = stack.Inputs.NotificationArns, TimeoutInMinutes = stack.TimeoutInMinutes,
        Capabilities = stack.Inputs.Capabilities.IsEmpty ? null : stack.Inputs.Capabilities, RoleARN = stack.Inputs.RoleArn, Tags = Tags(stack.Inputs),
        Outputs = stack.Outputs.IsEmpty ? null : [.. stack.Outputs.Select(o => new Output { OutputKey = o.Key, OutputValue = o.Value, Description = o.Description, ExportName = o.ExportName })],
        EnableTerminationProtection = IsProtected(stack), ParentId = stack.ParentId, RootId = stack.RootId,
        DriftInformation = new() { StackDriftStatus = stack.Drift, LastCheckTimestamp = stack.DriftCheckedAt },
        RetainExceptOnCreate = stack.RetainExceptOnCreate ? true : null,
    };

    // AWS: a nested stack is protected as its root is.
    private bool IsProtected(StackState stack) => (stack.RootId is { } root ? store.Current.Find(CloudFormationTables.Stacks, root) ?? stack : stack).IsProtected;

    private static Parameter ToWire(ParameterState parameter) => new()
    {
        ParameterKey = parameter.Key, ParameterValue = parameter.Sealed is null ? parameter.Value : Scope.Mask, ResolvedValue = parameter.Sealed is null ? parameter.Resolved : null,
    };

    private static RollbackConfiguration Configuration(StackInputs inputs) => new()
    {
        MonitoringTimeInMinutes = inputs.MonitoringMinutes,
        RollbackTriggers = inputs.Triggers.IsEmpty ? null : [.. inputs.Triggers.Select(t => new RollbackTrigger { Arn = t.Arn, Type = t.Type })],
    };

    private static ImmutableArray<Tag> Tags(StackInputs inputs) => [.. inputs.Tags.Select(t => new Tag { Key = t.Key, Value = t.Value })];

    private static StackEvent ToWire(StackState stack, EventState told) => new()
    {
        StackId = told.StackId, EventId = told.Id, StackName = stack.Name, LogicalResourceId = told.LogicalId, PhysicalResourceId = told.PhysicalId, ResourceType = told.Type,
        Timestamp = told.At, ResourceStatus = told.Status, ResourceStatusReason = told.Reason, ResourceProperties = told.Properties, ClientRequestToken = told.Token, OperationId = told.OperationId,
    };

    // A resource that waits for its turn is not there yet.
    private static IEnumerable<ResourceState> Shown(IReadState state, StackState stack) =>
        state.Where(CloudFormationTables.ResourcesByStack, stack.Id).Where(r => r is not { Current: null, Step: { Way: StepWay.Undecided, Target: null, Victim: null } });

    private static string? PhysicalOf(ResourceState resource) => resource.Step is { Way: StepWay.Create or StepWay.Replace, PhysicalId: { } made } ? made : resource.PhysicalId;

    private static StackResourceDriftInformation DriftOf(ResourceState resource) => new() { StackResourceDriftStatus = resource.Drift, LastCheckTimestamp = resource.DriftCheckedAt };

    private static IEnumerable<StackState> Newest(IEnumerable<StackState> stacks) => stacks.OrderByDescending(s => s.CreatedAt).ThenBy(s => s.Id, StringComparer.Ordinal);

    private (List<T> Page, string? Next) Page<T>(string operation, string bound, IEnumerable<T> all, Func<T, string> key, string? token)
    {
        var position = Position(operation + bound, token);
        if (position is not null) all = all.SkipWhile(i => key(i) != position).Skip(1);
        var page = all.Take(PageSize + 1).ToList();
        if (page.Count <= PageSize) return (page, null);
        page.RemoveAt(PageSize);
        return (page, tokens.Encode(operation + bound, key(page[^1])));
    }

    private string? Position(string bound, string? token) => token is null ? null : tokens.Decode(bound, token) ?? throw TemplateErrors.Validation("The specified NextToken is invalid.");
}
