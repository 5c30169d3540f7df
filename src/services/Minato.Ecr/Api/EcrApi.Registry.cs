using System.Collections.Immutable;
using System.Text;
using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.Registry;
using Minato.Ecr.State;

namespace Minato.Ecr.Api;

internal sealed partial class EcrApi
{
    /// <summary>Mounting of layers from other repositories of the registry: off, as on AWS, until asked for.</summary>
    public const string BlobMounting = "BLOB_MOUNTING";

    /// <summary>Whether lifecycle policies leave images alone that tasks run from, or that a service would be rolled back to. Minato's own setting.</summary>
    public const string ImagesInUse = "LIFECYCLE_IMAGES_IN_USE";

    private static readonly ImmutableDictionary<string, ImmutableArray<string>> s_settings = new Dictionary<string, ImmutableArray<string>>
    {
        // The first value is the one that holds until another is put.
        [BlobMounting] = ["DISABLED", "ENABLED"],
        ["BASIC_SCAN_TYPE_VERSION"] = ["AWS_NATIVE", "CLAIR"],
        ["REGISTRY_POLICY_SCOPE"] = ["V2", "V1"],
        [ImagesInUse] = ["KEEP", "EXPIRE"],
    }.ToImmutableDictionary();

    public Task<GetAuthorizationTokenResponse> GetAuthorizationTokenAsync(GetAuthorizationTokenRequest request, Caller caller, CancellationToken ct)
    {
        var expires = clock.GetUtcNow() + RegistryLogin.Lifetime;
        return Task.FromResult(new GetAuthorizationTokenResponse
        {
            AuthorizationData = [.. (request.RegistryIds ?? [caller.AccountId]).Select(id => Authorization(caller, new(id, caller.Region), expires))],
        });
    }

    public Task<DescribeRegistryResponse> DescribeRegistryAsync(DescribeRegistryRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new DescribeRegistryResponse
        {
            RegistryId = caller.AccountId, ReplicationConfiguration = new() { Rules = RegistryState.Of(store.Current, Home(caller)).Replication },
        });

    public Task<GetAccountSettingResponse> GetAccountSettingAsync(GetAccountSettingRequest request, Caller caller, CancellationToken ct)
    {
        var values = ValuesOf(request.Name);
        var setting = store.Current.Find(EcrTables.Settings, SettingState.KeyOf(new(caller.AccountId, caller.Region), request.Name));
        return Task.FromResult(new GetAccountSettingResponse { Name = request.Name, Value = setting?.Value ?? values[0] });
    }

    public async Task<PutAccountSettingResponse> PutAccountSettingAsync(PutAccountSettingRequest request, Caller caller, CancellationToken ct)
    {
        if (!ValuesOf(request.Name).Contains(request.Value))
            throw Texts.Invalid("value", $"Member must satisfy enum value set: [{string.Join(", ", ValuesOf(request.Name))}]");
        var setting = new SettingState { AccountId = caller.AccountId, Region = caller.Region, Name = request.Name, Value = request.Value };
        await store.UpdateAsync(tx => tx.Put(EcrTables.Settings, setting), ct);
        return new() { Name = request.Name, Value = request.Value };
    }

    private AuthorizationData Authorization(Caller caller, Home registry, DateTimeOffset expires)
    {
        var password = RegistryLogin.Password(tokens, new(registry, caller.AccountId, caller.PrincipalArn, expires, caller.AccessKeyId ?? ""));
        return new()
        {
            AuthorizationToken = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{RegistryLogin.UserName}:{password}")),
            ExpiresAt = expires,
            ProxyEndpoint = $"https://{registry.Host}",
        };
    }

    private static ImmutableArray<string> ValuesOf(string name) => s_settings.TryGetValue(name, out var values)
        ? values
        : throw Texts.Invalid("name", $"Member must satisfy enum value set: [{string.Join(", ", s_settings.Keys.Order())}]");
}
