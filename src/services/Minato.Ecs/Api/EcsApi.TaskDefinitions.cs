using System.Collections.Immutable;
using System.Globalization;
using Minato.Aws;
using Minato.Aws.Shapes;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.TaskDefinitions;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Api;

internal sealed partial class EcsApi
{
    private const int LongestDefinition = 65536;
    private const int MostDeleted = 10;

    public async Task<RegisterTaskDefinitionResponse> RegisterTaskDefinitionAsync(
        RegisterTaskDefinitionRequest request, Caller caller, CancellationToken ct)
    {
        TaskDefinitionRules.Check(request);
        var length = ShapeJson.Write(request).Length;
        if (length > LongestDefinition)
            throw new ClientException($"Actual length: '{length}'. Max allowed length is '{LongestDefinition}' bytes.");
        var tags = Tagging.Check(request.Tags, caller.MaySetSystemTags);
        var family = new FamilyKey(AccountRegion.Of(caller), request.Family);
        var state = await store.UpdateAsync(ecs =>
        {
            var key = new TaskDefinitionKey(family.Scope, family.Family, (ecs.Find(EcsTables.Families, family)?.LastRevision ?? 0) + 1);
            if (key.Revision > Quotas.RevisionsPerFamily)
                throw new LimitExceededException($"The maximum number of revisions of a task definition family has been reached. Max allowed: {Quotas.RevisionsPerFamily}.");
            var definition = new TaskDefinitionState
            {
                Key = key,
                Definition = TaskDefinitionAnswer.From(request, key, caller.PrincipalArn, Now),
                Tags = tags,
            };
            ecs.Put(EcsTables.TaskDefinitions, definition);
            ecs.Put(EcsTables.Families, new FamilyState { Key = family, LastRevision = key.Revision, LatestActive = key.Revision });
            return definition;
        }, ct);
        return new() { TaskDefinition = state.ToWire(), Tags = tags.IsEmpty ? null : tags };
    }

    public Task<DescribeTaskDefinitionResponse> DescribeTaskDefinitionAsync(
        DescribeTaskDefinitionRequest request, Caller caller, CancellationToken ct)
    {
        var definition = store.Current.FindDefinition(AccountRegion.Of(caller), request.TaskDefinition)
            ?? throw new ClientException("Unable to describe task definition.");
        var withTags = request.Include?.Contains(TaskDefinitionField.Tags) ?? false;
        return Answer(new DescribeTaskDefinitionResponse { TaskDefinition = definition.ToWire(), Tags = withTags ? definition.Tags : null });
    }

    public async Task<DeregisterTaskDefinitionResponse> DeregisterTaskDefinitionAsync(
        DeregisterTaskDefinitionRequest request, Caller caller, CancellationToken ct)
    {
        var key = RequireRevision(AccountRegion.Of(caller), request.TaskDefinition);
        var state = await store.UpdateAsync(ecs =>
        {
            var definition = ecs.Find(EcsTables.TaskDefinitions, key)
                ?? throw new ClientException("The specified task definition does not exist. Specify a valid account, family, revision and try again.");
            if (!definition.IsActive) return definition;
            var inactive = definition with { Status = TaskDefinitionStatus.Inactive, DeregisteredAt = Now };
            ecs.Put(EcsTables.TaskDefinitions, inactive);
            ForgetActive(ecs, key);
            return inactive;
        }, ct);
        return new() { TaskDefinition = state.ToWire() };
    }

    public async Task<DeleteTaskDefinitionsResponse> DeleteTaskDefinitionsAsync(
        DeleteTaskDefinitionsRequest request, Caller caller, CancellationToken ct)
    {
        if (request.TaskDefinitions.Length is 0 or > MostDeleted)
            throw new InvalidParameterException($"Specify between 1 and {MostDeleted} task definitions.");
        var scope = AccountRegion.Of(caller);
        return await store.UpdateAsync(ecs =>
        {
            var deleted = ImmutableArray.CreateBuilder<TaskDefinition>();
            var failures = ImmutableArray.CreateBuilder<Failure>();
            foreach (var reference in request.TaskDefinitions)
            {
                var key = RequireRevision(scope, reference);
                switch (ecs.Find(EcsTables.TaskDefinitions, key))
                {
                    case null:
                        failures.Add(new() { Arn = key.Arn, Reason = "The specified task definition does not exist. Specify a valid account, family, revision and try again." });
                        break;
                    case { IsActive: true }:
                        failures.Add(new() { Arn = key.Arn, Reason = "The specified task definition is still in ACTIVE status. Please deregister the target and try again." });
                        break;
                    case var definition:
                        var going = definition with { Status = TaskDefinitionStatus.DeleteInProgress, DeleteRequestedAt = definition.DeleteRequestedAt ?? Now };
                        // What runs with it keeps it until it ends: the reconciler of task definitions removes it then.
                        ecs.Put(EcsTables.TaskDefinitions, going);
                        deleted.Add(going.ToWire());
                        break;
                }
            }

            return new DeleteTaskDefinitionsResponse { TaskDefinitions = deleted.ToImmutable(), Failures = failures.ToImmutable() };
        }, ct);
    }

    public Task<ListTaskDefinitionsResponse> ListTaskDefinitionsAsync(ListTaskDefinitionsRequest request, Caller caller, CancellationToken ct)
    {
        var scope = AccountRegion.Of(caller);
        var status = request.Status ?? TaskDefinitionStatus.Active;
        var ecs = store.Current;
        // AWS: the parameter is called a prefix, but it means one family exactly.
        IEnumerable<TaskDefinitionKey> keys = string.IsNullOrEmpty(request.FamilyPrefix)
            ? ecs.Keys(EcsTables.DefinitionsByStatus, (scope, status))
            : ecs.Keys(EcsTables.DefinitionsByFamily, (new FamilyKey(scope, request.FamilyPrefix), status));
        if (request.Sort == SortOrder.Desc) keys = keys.Reverse();
        if (tokens.Position("ListTaskDefinitions", request.NextToken) is { } last && References.ParseDefinition(last) is ({ } family, { } revision))
        {
            var after = new TaskDefinitionKey(scope, family, revision);
            keys = keys.Where(k => request.Sort == SortOrder.Desc ? k.CompareTo(after) < 0 : k.CompareTo(after) > 0);
        }

        var (items, next) = tokens.Page("ListTaskDefinitions", keys, request.MaxResults, k => $"{k.Family}:{k.Revision}");
        return Answer(new ListTaskDefinitionsResponse { TaskDefinitionArns = [.. items.Select(k => k.Arn)], NextToken = next });
    }

    public Task<ListTaskDefinitionFamiliesResponse> ListTaskDefinitionFamiliesAsync(
        ListTaskDefinitionFamiliesRequest request, Caller caller, CancellationToken ct)
    {
        var scope = AccountRegion.Of(caller);
        FamilyKey? after = tokens.Position("ListTaskDefinitionFamilies", request.NextToken) is { } name ? new FamilyKey(scope, name) : null;
        var families = store.Current.After(EcsTables.FamiliesByScope, scope, after)
            .Where(f => f.Key.Family.StartsWith(request.FamilyPrefix ?? "", StringComparison.Ordinal))
            .Where(f => request.Status switch
            {
                TaskDefinitionFamilyStatus.Active => f.LatestActive is not null,
                TaskDefinitionFamilyStatus.Inactive => f.LatestActive is null,
                _ => true,
            });
        var (items, next) = tokens.Page("ListTaskDefinitionFamilies", families, request.MaxResults, f => f.Key.Family);
        return Answer(new ListTaskDefinitionFamiliesResponse { Families = [.. items.Select(f => f.Key.Family)], NextToken = next });
    }

    private static void ForgetActive(Transaction ecs, TaskDefinitionKey key)
    {
        if (ecs.Find(EcsTables.Families, key.FamilyKey) is not { } family) return;
        var active = ecs.Keys(EcsTables.DefinitionsByFamily, (key.FamilyKey, TaskDefinitionStatus.Active));
        ecs.Put(EcsTables.Families, family with { LatestActive = active.Count == 0 ? null : active[^1].Revision });
    }

    private static TaskDefinitionKey RequireRevision(AccountRegion scope, string reference)
    {
        var colon = reference.LastIndexOf(':');
        var slash = reference.LastIndexOf('/');
        if (colon <= slash) throw new ClientException("Revision is missing.");
        var number = reference[(colon + 1)..];
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var revision) || revision < 1)
            throw new InvalidParameterException($"Invalid revision number. Number: {number}");
        return new(scope, reference[(slash + 1)..colon], revision);
    }
}
