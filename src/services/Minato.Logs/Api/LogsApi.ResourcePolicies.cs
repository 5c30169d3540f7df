using Minato.Aws;
using Minato.Aws.Policies;
using Minato.Contracts.CloudWatchLogs;
using Minato.Logs.State;
using Minato.Platform;

namespace Minato.Logs.Api;

internal sealed partial class LogsApi
{
    private const int MostPolicies = 10;

    public async Task<PutResourcePolicyResponse> PutResourcePolicyAsync(PutResourcePolicyRequest request, Caller caller, CancellationToken ct)
    {
        if (request.PolicyName is not { Length: > 0 } name) throw new InvalidParameterException("Policy name must be specified.");
        if (request.PolicyDocument is not { Length: > 0 } document) throw new InvalidParameterException("Policy document must be specified.");
        DemandPolicy(document);
        var key = PolicyKeyOf(caller, name, request.ResourceArn);
        var policy = new ResourcePolicyState
        {
            Key = key, Name = name, Document = document, UpdatedAt = clock.GetUtcNow(), Revision = key.On is null ? null : $"{ids.Next(int.MaxValue)}",
        };
        await store.UpdateAsync(
            tx =>
            {
                var there = tx.Find(LogsTables.Policies, key);
                if (key.On is null && there is null && AccountPolicies(tx, caller).Count() >= MostPolicies) throw new LimitExceededException("Resource limit exceeded.");
                if (key.On is not null) DemandRevision(there, request.ExpectedRevisionId);
                tx.Put(LogsTables.Policies, policy);
            },
            ct);
        return new() { ResourcePolicy = ToWire(policy), RevisionId = policy.Revision };
    }

    public Task<DescribeResourcePoliciesResponse> DescribeResourcePoliciesAsync(DescribeResourcePoliciesRequest request, Caller caller, CancellationToken ct)
    {
        var operation = $"logs:DescribeResourcePolicies:{caller.AccountId}:{caller.Region}:{request.PolicyScope}:{request.ResourceArn}";
        var after = request.NextToken is { } token ? tokens.Decode(operation, token) ?? throw BadToken() : null;
        var state = store.Current;
        var ofGroups = request.ResourceArn is not null || request.PolicyScope == PolicyScope.Resource;
        var found = ofGroups
            ? state.Where(LogsTables.PoliciesByHome, new(caller.AccountId, caller.Region)).Where(p => p.Key.On is not null)
            : AccountPolicies(state, caller);
        if (request.ResourceArn is { } arn) found = found.Where(p => p.Key.On == PolicyKeyOf(caller, "", arn).On);
        var limit = request.Limit ?? MaxDescribed;
        var page = found.Where(p => after is null || string.CompareOrdinal($"{p.Key}", after) > 0).Take(limit + 1).ToList();
        return Task.FromResult(new DescribeResourcePoliciesResponse
        {
            ResourcePolicies = [.. page.Take(limit).Select(ToWire)], NextToken = page.Count > limit ? tokens.Encode(operation, $"{page[limit - 1].Key}") : null,
        });
    }

    public async Task<DeleteResourcePolicyResponse> DeleteResourcePolicyAsync(DeleteResourcePolicyRequest request, Caller caller, CancellationToken ct)
    {
        if (request is { PolicyName: null, ResourceArn: null }) throw new InvalidParameterException("Policy name must be specified.");
        var key = PolicyKeyOf(caller, request.PolicyName ?? "", request.ResourceArn);
        await store.UpdateAsync(
            tx =>
            {
                if (tx.Find(LogsTables.Policies, key) is not { } there) throw new ResourceNotFoundException($"Policy with name [{request.PolicyName}] does not exist.");
                if (key.On is not null) DemandRevision(there, request.ExpectedRevisionId);
                tx.Delete(LogsTables.Policies, key);
            },
            ct);
        return new();
    }

    private PolicyKey PolicyKeyOf(Caller caller, string name, string? arn)
    {
        var home = new Home(caller.AccountId, caller.Region);
        if (arn is null) return new(home, null, name);
        var group = FromArn(caller, arn) ?? throw new InvalidParameterException("The specified resource ARN is not that of a log group.");
        return new(home, Group(store.Current, group).Key.Arn, "");
    }

    private static IEnumerable<ResourcePolicyState> AccountPolicies(IReadState state, Caller caller) =>
        state.Where(LogsTables.PoliciesByHome, new(caller.AccountId, caller.Region)).Where(p => p.Key.On is null);

    private static void DemandPolicy(string document)
    {
        try
        {
            PolicyParser.Parse(document, PolicyKind.Resource);
        }
        catch (PolicySyntaxException)
        {
            throw new InvalidParameterException("Could not convert to persistable policy.");
        }
    }

    private static void DemandRevision(ResourcePolicyState? there, string? expected)
    {
        if (there?.Revision != expected) throw new OperationAbortedException("The expected revision ID does not match the current revision of the resource policy.");
    }

    private static ResourcePolicy ToWire(ResourcePolicyState policy) => new()
    {
        PolicyName = policy.Name, PolicyDocument = policy.Document, LastUpdatedTime = policy.UpdatedAt.ToUnixTimeMilliseconds(),
        PolicyScope = policy.Key.On is null ? PolicyScope.Account : PolicyScope.Resource, ResourceArn = policy.Key.On, RevisionId = policy.Revision,
    };
}
