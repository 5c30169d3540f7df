using System.Globalization;
using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Iam.Planning;
using Minato.Iam.State;

namespace Minato.Iam.Api;

internal sealed partial class IamApi
{
    public async Task<CreatePolicyVersionResponse> CreatePolicyVersionAsync(CreatePolicyVersionRequest request, Caller caller, CancellationToken ct)
    {
        var document = CheckManaged(request.PolicyDocument);
        var now = clock.GetUtcNow();
        var changed = await store.UpdateAsync(tx =>
        {
            var policy = Own(tx, caller, request.PolicyArn);
            if (1 + policy.OtherVersions.Count >= Quotas.VersionsPerPolicy)
            {
                throw new LimitExceededException("A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.");
            }
            var number = policy.LastVersion + 1;
            var longer = policy with { LastVersion = number, OtherVersions = policy.OtherVersions.Add(number, new(document, now)), UpdatedAt = now };
            var put = request.SetAsDefault is true ? WithDefault(longer, number) : longer;
            tx.Put(IamTables.Policies, put);
            return put;
        }, ct);
        return new() { PolicyVersion = ToWire(changed, changed.LastVersion) };
    }

    public Task<GetPolicyVersionResponse> GetPolicyVersionAsync(GetPolicyVersionRequest request, Caller caller, CancellationToken ct)
    {
        var policy = Existing(request.PolicyArn);
        var number = Version(policy, request.VersionId);
        var document = number == policy.DefaultVersion ? policy.Document : policy.OtherVersions[number].Document;
        return Task.FromResult(new GetPolicyVersionResponse { PolicyVersion = ToWire(policy, number) with { Document = Encode(document) } });
    }

    public Task<ListPolicyVersionsResponse> ListPolicyVersionsAsync(ListPolicyVersionsRequest request, Caller caller, CancellationToken ct)
    {
        var policy = Existing(request.PolicyArn);
        var after = int.TryParse(Position(nameof(ListPolicyVersionsAsync), request.Marker), CultureInfo.InvariantCulture, out var at) ? at : int.MaxValue;
        var versions = policy.OtherVersions.Keys.Append(policy.DefaultVersion).OrderDescending().Where(n => n < after);
        var (page, marker) = Page(nameof(ListPolicyVersionsAsync), versions, n => n.ToString(CultureInfo.InvariantCulture), request.MaxItems);
        return Task.FromResult(new ListPolicyVersionsResponse { Versions = [.. page.Select(n => ToWire(policy, n))], IsTruncated = marker is not null, Marker = marker });
    }

    public async Task<SetDefaultPolicyVersionResponse> SetDefaultPolicyVersionAsync(SetDefaultPolicyVersionRequest request, Caller caller, CancellationToken ct)
    {
        await UpdatePolicy(caller, request.PolicyArn, p => WithDefault(p, Version(p, request.VersionId)) with { UpdatedAt = clock.GetUtcNow() }, ct);
        return new();
    }

    public async Task<DeletePolicyVersionResponse> DeletePolicyVersionAsync(DeletePolicyVersionRequest request, Caller caller, CancellationToken ct)
    {
        await UpdatePolicy(caller, request.PolicyArn, p =>
        {
            var number = Version(p, request.VersionId);
            if (number == p.DefaultVersion) throw new DeleteConflictException("Cannot delete the default version of a policy.");
            return p with { OtherVersions = p.OtherVersions.Remove(number) };
        }, ct);
        return new();
    }

    private static PolicyState WithDefault(PolicyState policy, int number)
    {
        if (number == policy.DefaultVersion) return policy;
        var next = policy.OtherVersions[number];
        return policy with
        {
            DefaultVersion = number, Document = next.Document, VersionCreatedAt = next.CreatedAt,
            OtherVersions = policy.OtherVersions.Remove(number).Add(policy.DefaultVersion, new(policy.Document, policy.VersionCreatedAt ?? policy.CreatedAt)),
        };
    }

    private static int Version(PolicyState policy, string id) =>
        id.StartsWith('v') && int.TryParse(id.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && (number == policy.DefaultVersion || policy.OtherVersions.ContainsKey(number))
            ? number : throw new NoSuchEntityException($"Policy {policy.Arn} version {id} does not exist or is not attachable.");

    private static PolicyVersion ToWire(PolicyState policy, int number) => new()
    {
        VersionId = $"v{number}", IsDefaultVersion = number == policy.DefaultVersion,
        CreateDate = number == policy.DefaultVersion ? policy.VersionCreatedAt ?? policy.CreatedAt : policy.OtherVersions[number].CreatedAt,
    };
}
