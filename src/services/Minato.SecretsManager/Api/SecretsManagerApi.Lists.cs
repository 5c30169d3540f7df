using System.Collections.Immutable;
using Minato.Aws;
using Minato.Aws.Policies;
using Minato.Contracts.SecretsManager;
using Minato.SecretsManager.Planning;
using Minato.SecretsManager.State;

namespace Minato.SecretsManager.Api;

// Lists, tags and resource policies.
internal sealed partial class SecretsManagerApi
{
    private const int DefaultPage = 100;

    public Task<ListSecretsResponse> ListSecretsAsync(ListSecretsRequest request, Caller caller, CancellationToken ct)
    {
        var found = store.Current.Where(SecretsTables.SecretsByHome, Home.Of(caller))
            .Where(s => (s.DeletionDate is null || request.IncludePlannedDeletion == true) && SecretFilter.Matches(s, request.Filters));
        // AWS: by name on request; otherwise in the order of their making, the newest first.
        var sorted = request.SortBy switch
        {
            SortByType.Name => found,
            SortByType.LastAccessedDate => found.OrderBy(s => s.AccessedOn ?? s.CreatedAt),
            SortByType.LastChangedDate => found.OrderBy(s => s.ChangedAt),
            _ => found.OrderBy(s => s.CreatedAt),
        };
        if (request.SortOrder != SortOrderType.Asc) sorted = sorted.Reverse();
        var (page, token) = Page(nameof(ListSecretsAsync), sorted, request.NextToken, request.MaxResults);
        return Task.FromResult(new ListSecretsResponse { SecretList = [.. page.Select(ToEntry)], NextToken = token });
    }

    public Task<ListSecretVersionIdsResponse> ListSecretVersionIdsAsync(ListSecretVersionIdsRequest request, Caller caller, CancellationToken ct)
    {
        var secret = Find(store.Current, caller, request.SecretId);
        var versions = secret.Versions.Where(v => !v.Stages.IsEmpty || request.IncludeDeprecated == true);
        var (page, token) = Page(nameof(ListSecretVersionIdsAsync), versions, request.NextToken, request.MaxResults);
        return Task.FromResult(new ListSecretVersionIdsResponse
        {
            ARN = secret.Arn, Name = secret.Key.Name, NextToken = token,
            Versions = [.. page.Select(v => new SecretVersionsListEntry
            {
                VersionId = v.Id, VersionStages = v.Stages.IsEmpty ? null : [.. v.Stages], CreatedDate = v.CreatedAt,
                LastAccessedDate = v.Stages.Contains(Stages.Current) ? secret.AccessedOn : null, KmsKeyIds = [v.KmsKeyId ?? "DefaultEncryptionKey"],
            })],
        });
    }

    public async Task<TagResourceResponse> TagResourceAsync(TagResourceRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, request.SecretId, s => s with { Tags = Merge(s.Tags, request.Tags) }, ct);
        return new();
    }

    public async Task<UntagResourceResponse> UntagResourceAsync(UntagResourceRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, request.SecretId, s => s with { Tags = s.Tags.RemoveRange(request.TagKeys) }, ct);
        return new();
    }

    public Task<GetResourcePolicyResponse> GetResourcePolicyAsync(GetResourcePolicyRequest request, Caller caller, CancellationToken ct)
    {
        var secret = FindAlive(store.Current, caller, request.SecretId);
        return Task.FromResult(new GetResourcePolicyResponse { ARN = secret.Arn, Name = secret.Key.Name, ResourcePolicy = secret.ResourcePolicy });
    }

    public async Task<PutResourcePolicyResponse> PutResourcePolicyAsync(PutResourcePolicyRequest request, Caller caller, CancellationToken ct)
    {
        var policy = Read(request.ResourcePolicy);
        if (request.BlockPublicPolicy == true && IsOpen(policy))
            throw new PublicPolicyException("You can't attach a resource policy that allows broad access to the secret.");
        var secret = await ChangeAsync(caller, request.SecretId, s => s with { ResourcePolicy = request.ResourcePolicy }, ct);
        return new() { ARN = secret.Arn, Name = secret.Key.Name };
    }

    public async Task<DeleteResourcePolicyResponse> DeleteResourcePolicyAsync(DeleteResourcePolicyRequest request, Caller caller, CancellationToken ct)
    {
        var secret = await ChangeAsync(caller, request.SecretId, s => s with { ResourcePolicy = null }, ct);
        return new() { ARN = secret.Arn, Name = secret.Key.Name };
    }

    // Positions are numbers: secrets that come and go between two pages may move one, as with AWS's own lists.
    private (ImmutableArray<T> Page, string? Token) Page<T>(string operation, IEnumerable<T> sorted, string? token, int? size)
    {
        var start = token is null ? 0 : tokens.Decode(operation, token) is { } text && int.TryParse(text, out var at) ? at
            : throw new InvalidNextTokenException("The NextToken value is invalid.");
        var most = size ?? DefaultPage;
        var page = sorted.Skip(start).Take(most + 1).ToImmutableArray();
        return page.Length <= most ? (page, null) : (page[..most], tokens.Encode(operation, $"{start + most}"));
    }

    private static SecretListEntry ToEntry(SecretState secret) => new()
    {
        ARN = secret.Arn, Name = secret.Key.Name, Description = secret.Description, KmsKeyId = secret.KmsKeyId, Type = secret.Type,
        LastChangedDate = secret.ChangedAt, LastAccessedDate = secret.AccessedOn, DeletedDate = secret.DeletionDate, CreatedDate = secret.CreatedAt,
        PrimaryRegion = secret.PrimaryRegion, RotationEnabled = secret.Rotation?.IsEnabled, RotationLambdaARN = secret.Rotation?.FunctionArn, RotationRules = RulesOf(secret.Rotation),
        LastRotatedDate = secret.Rotation?.LastAt, NextRotationDate = secret.Rotation is { IsEnabled: true } rotation ? rotation.NextAt : null,
        Tags = ToWire(secret.Tags), SecretVersionsToStages = StagesOf(secret) is { Count: > 0 } stages ? stages : null,
    };

    private static PolicyDocument Read(string text)
    {
        try
        {
            return PolicyParser.Parse(text, PolicyKind.Resource);
        }
        catch (PolicySyntaxException e)
        {
            throw new MalformedPolicyDocumentException($"This resource policy contains invalid Json or is no policy: {e.Message}");
        }
    }
}
