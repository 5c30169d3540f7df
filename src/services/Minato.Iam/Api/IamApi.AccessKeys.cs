using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Iam.State;

namespace Minato.Iam.Api;

internal sealed partial class IamApi
{
    private const int KeysPerUser = 2;

    public async Task<CreateAccessKeyResponse> CreateAccessKeyAsync(CreateAccessKeyRequest request, Caller caller, CancellationToken ct)
    {
        var created = await store.UpdateAsync(tx =>
        {
            var user = User(tx, caller, NameOrOwn(request.UserName, caller));
            if (tx.Count(IamTables.KeysByUser, user.Key) >= KeysPerUser)
                throw new LimitExceededException($"Cannot exceed quota for AccessKeysPerUser: {KeysPerUser}");
            var key = new AccessKeyState
            {
                AccessKeyId = NewId("AKIA", 16), SecretAccessKey = ids.UrlSafe(40), AccountId = caller.AccountId, UserName = user.Name, CreatedAt = clock.GetUtcNow(),
            };
            tx.Put(IamTables.AccessKeys, key);
            return key;
        }, ct);
        return new()
        {
            AccessKey = new()
            {
                UserName = created.UserName, AccessKeyId = created.AccessKeyId, Status = StatusType.Active,
                SecretAccessKey = created.SecretAccessKey, CreateDate = created.CreatedAt,
            },
        };
    }

    public async Task<DeleteAccessKeyResponse> DeleteAccessKeyAsync(DeleteAccessKeyRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx => { tx.Delete(IamTables.AccessKeys, Key(tx, caller, request.AccessKeyId).AccessKeyId); }, ct);
        return new();
    }

    public async Task<UpdateAccessKeyResponse> UpdateAccessKeyAsync(UpdateAccessKeyRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
            tx.Put(IamTables.AccessKeys, Key(tx, caller, request.AccessKeyId) with { IsActive = request.Status is StatusType.Active }), ct);
        return new();
    }

    public Task<ListAccessKeysResponse> ListAccessKeysAsync(ListAccessKeysRequest request, Caller caller, CancellationToken ct)
    {
        var user = User(store.Current, caller, NameOrOwn(request.UserName, caller));
        return Task.FromResult(new ListAccessKeysResponse
        {
            AccessKeyMetadata = [.. store.Current.Where(IamTables.KeysByUser, user.Key).Select(k => new AccessKeyMetadata
            {
                UserName = k.UserName, AccessKeyId = k.AccessKeyId, CreateDate = k.CreatedAt, Status = k.IsActive ? StatusType.Active : StatusType.Inactive,
            })],
            IsTruncated = false,
        });
    }

    private static AccessKeyState Key(Platform.IReadState state, Caller caller, string accessKeyId) =>
        state.Find(IamTables.AccessKeys, accessKeyId) is { } key && key.AccountId == caller.AccountId
            ? key : throw new NoSuchEntityException($"The Access Key with id {accessKeyId} cannot be found.");

    private static string NameOrOwn(string? name, Caller caller) => name
        ?? (Arn.TryParse(caller.PrincipalArn, out var arn) && arn.Resource.StartsWith("user/", StringComparison.Ordinal)
            ? arn.Resource[(arn.Resource.LastIndexOf('/') + 1)..]
            : throw new AwsException("ValidationError", "Must specify userName when calling with non-User credentials"));
}
