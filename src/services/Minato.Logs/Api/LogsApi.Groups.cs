using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.CloudWatchLogs;
using Minato.Logs.State;
using Minato.Platform;

namespace Minato.Logs.Api;

internal sealed partial class LogsApi
{
    private const int MaxDescribed = 50;

    private static readonly ImmutableArray<int> s_retentionDays =
        [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

    public async Task<CreateLogGroupResponse> CreateLogGroupAsync(CreateLogGroupRequest request, Caller caller, CancellationToken ct)
    {
        if (request.LogGroupName.StartsWith("aws/", StringComparison.OrdinalIgnoreCase))
            throw new InvalidParameterException("Log groups starting with AWS/ are reserved for AWS.");
        var group = new GroupState
        {
            Key = new(caller, request.LogGroupName),
            CreatedAt = clock.GetUtcNow(),
            Class = request.LogGroupClass ?? LogGroupClass.Standard,
            KmsKeyId = request.KmsKeyId,
            IsProtected = request.DeletionProtectionEnabled ?? false,
        };
        group = group with { Tags = Tagging.Add(group.Tags, request.Tags ?? ImmutableDictionary<string, string>.Empty, Tagging.TooMany) };
        await store.UpdateAsync(
            tx =>
            {
                if (tx.Find(LogsTables.Groups, group.Key) is not null)
                    throw new ResourceAlreadyExistsException("The specified log group already exists");
                tx.Put(LogsTables.Groups, group);
            },
            ct);
        return new();
    }

    public async Task<DeleteLogGroupResponse> DeleteLogGroupAsync(DeleteLogGroupRequest request, Caller caller, CancellationToken ct)
    {
        var key = new GroupKey(caller, request.LogGroupName);
        await store.UpdateAsync(
            tx =>
            {
                if (Group(tx, key).IsProtected)
                    throw new ValidationException("The log group cannot be deleted because deletion protection is enabled.");
                foreach (var stream in tx.Where(LogsTables.StreamsByGroup, key).ToList()) tx.Drop(stream);
                tx.Delete(LogsTables.Usage, key);
                tx.Delete(LogsTables.Policies, new(key.Home, key.Arn, ""));
                tx.Delete(LogsTables.Groups, key);
            },
            ct);
        return new();
    }

    public Task<DescribeLogGroupsResponse> DescribeLogGroupsAsync(DescribeLogGroupsRequest request, Caller caller, CancellationToken ct)
    {
        if (request is { LogGroupNamePrefix: not null, LogGroupNamePattern: not null })
            throw new InvalidParameterException("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
        var state = store.Current;
        var operation = $"logs:DescribeLogGroups:{caller.AccountId}:{caller.Region}";
        var after = request.NextToken is { } token ? tokens.Decode(operation, token) ?? throw BadToken() : null;
        var limit = request.Limit ?? MaxDescribed;
        var found = Groups(state, request, caller, after).Take(limit + 1).ToList();
        var page = found.Take(limit).ToImmutableArray();
        return Task.FromResult(new DescribeLogGroupsResponse
        {
            LogGroups = [.. page.Select(g => ToWire(g, state))],
            NextToken = found.Count > limit ? tokens.Encode(operation, page[^1].Key.Name) : null,
        });
    }

    public async Task<PutRetentionPolicyResponse> PutRetentionPolicyAsync(PutRetentionPolicyRequest request, Caller caller, CancellationToken ct)
    {
        if (!s_retentionDays.Contains(request.RetentionInDays))
        {
            throw new InvalidParameterException(
                $"1 validation error detected: Value '{request.RetentionInDays}' at 'retentionInDays' failed to satisfy constraint: " +
                $"Member must satisfy enum value set: [{string.Join(", ", s_retentionDays)}]");
        }

        return await ChangeAsync(request.LogGroupName, caller, g => g with { RetentionInDays = request.RetentionInDays }, new PutRetentionPolicyResponse(), ct);
    }

    public Task<DeleteRetentionPolicyResponse> DeleteRetentionPolicyAsync(DeleteRetentionPolicyRequest request, Caller caller, CancellationToken ct) =>
        ChangeAsync(request.LogGroupName, caller, g => g with { RetentionInDays = null }, new DeleteRetentionPolicyResponse(), ct);

    private async Task<T> ChangeAsync<T>(string name, Caller caller, Func<GroupState, GroupState> change, T answer, CancellationToken ct)
    {
        await store.UpdateAsync(tx => tx.Put(LogsTables.Groups, change(Group(tx, new(caller, name)))), ct);
        return answer;
    }

    private static IEnumerable<GroupState> Groups(IReadState state, DescribeLogGroupsRequest request, Caller caller, string? after)
    {
        var prefix = request.LogGroupNamePrefix ?? "";
        IEnumerable<GroupState> found = request.LogGroupIdentifiers is { } identifiers
            ? identifiers.Select(i => state.Find(LogsTables.Groups, KeyOf(caller, null, i))).OfType<GroupState>()
                .OrderBy(g => g.Key).Where(g => after is null || string.CompareOrdinal(g.Key.Name, after) > 0)
            : From(state, caller, prefix, after);
        return found.TakeWhile(g => g.Key.Name.StartsWith(prefix, StringComparison.Ordinal))
            .Where(g => request.LogGroupNamePattern is not { } part || g.Key.Name.Contains(part, StringComparison.Ordinal))
            .Where(g => request.LogGroupClass is not { } wanted || g.Class == wanted);
    }

    private static IEnumerable<GroupState> From(IReadState state, Caller caller, string prefix, string? after)
    {
        if (after is null && state.Find(LogsTables.Groups, new(caller, prefix)) is { } exact) yield return exact;
        var rest = state.After(LogsTables.GroupsByHome, new(caller.AccountId, caller.Region), (GroupKey?)new GroupKey(caller, after ?? prefix));
        foreach (var group in rest) yield return group;
    }

    private static LogGroup ToWire(GroupState group, IReadState state) => new()
    {
        LogGroupName = group.Key.Name,
        CreationTime = group.CreatedAt.ToUnixTimeMilliseconds(),
        RetentionInDays = group.RetentionInDays,
        MetricFilterCount = 0,
        Arn = $"{group.Key.Arn}:*",
        LogGroupArn = group.Key.Arn,
        StoredBytes = state.UsageOf(group.Key),
        KmsKeyId = group.KmsKeyId,
        LogGroupClass = group.Class,
        DeletionProtectionEnabled = group.IsProtected,
    };
}
