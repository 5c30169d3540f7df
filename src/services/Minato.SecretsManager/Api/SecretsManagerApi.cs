using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Minato.Aws;
using Minato.Contracts.SecretsManager;
using Minato.Platform;
using Minato.SecretsManager.State;

namespace Minato.SecretsManager.Api;

/// <summary>Secrets Manager. Values are sealed before they are stored, with data keys that the key service wraps.</summary>
internal sealed partial class SecretsManagerApi(Store store, SecretValues values, PageTokens tokens, Ids ids, TimeProvider clock) : ISecretsManager
{
    private const int SuffixLength = 6;
    private const int MostTags = 50;
    private const int MostStages = 20;

    public Task<GetRandomPasswordResponse> GetRandomPasswordAsync(GetRandomPasswordRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new GetRandomPasswordResponse { RandomPassword = Planning.Passwords.Make(request, ids) });

    private static ResourceNotFoundException NoSuchSecret() => new("Secrets Manager can't find the specified secret.");

    /// <summary>By name, by ARN, or by an ARN without its last six letters.</summary>
    internal static SecretState? TryFind(IReadState state, Caller caller, string secretId)
    {
        var home = Home.Of(caller);
        if (!secretId.StartsWith("arn:", StringComparison.Ordinal)) return state.Find(SecretsTables.Secrets, new SecretKey(home, secretId));
        if (!Arn.TryParse(secretId, out var arn) || arn.Service != "secretsmanager" || !arn.Resource.StartsWith("secret:", StringComparison.Ordinal)) return null;
        if (arn.Region != home.Region) return null;
        if (arn.AccountId != home.AccountId)
        {
            // Users and roles of another account come this far when their policies and the secret's let them; nobody else does.
            if (caller.IsService || caller.PrincipalArn.EndsWith(":root", StringComparison.Ordinal)) return null;
            home = home with { AccountId = arn.AccountId };
        }
        var name = arn.Resource["secret:".Length..];
        var dash = name.Length - SuffixLength - 1;
        if (dash > 0 && name[dash] == '-' && state.Find(SecretsTables.Secrets, new SecretKey(home, name[..dash])) is { } whole && whole.Suffix == name[(dash + 1)..])
            return whole;
        return state.Find(SecretsTables.Secrets, new SecretKey(home, name));
    }

    private static SecretState Find(IReadState state, Caller caller, string secretId) => TryFind(state, caller, secretId) ?? throw NoSuchSecret();

    private static SecretState FindAlive(IReadState state, Caller caller, string secretId) => Find(state, caller, secretId) is { DeletionDate: null } alive ? alive
        : throw new InvalidRequestException("You can't perform this operation on the secret because it was marked for deletion.");

    private ValueTask<SecretState> ChangeAsync(Caller caller, string secretId, Func<SecretState, SecretState> change, CancellationToken ct) =>
        store.UpdateAsync(tx =>
        {
            var there = FindAlive(tx, caller, secretId);
            DemandPrimary(there);
            var changed = change(there);
            tx.Put(SecretsTables.Secrets, changed);
            return changed;
        }, ct);

    private static ImmutableSortedDictionary<string, string> Merge(ImmutableSortedDictionary<string, string> tags, ImmutableArray<Tag>? added)
    {
        foreach (var tag in added ?? [])
        {
            if (tag.Key?.StartsWith("aws:", StringComparison.OrdinalIgnoreCase) == true)
                throw new InvalidParameterException("Tag keys starting with 'aws:' are reserved for system use.");
            tags = tags.SetItem(tag.Key ?? "", tag.Value ?? "");
        }

        return tags.Count <= MostTags ? tags : throw new InvalidParameterException("The number of tags has reached the maximum limit.");
    }

    private static ImmutableArray<Tag> ToWire(ImmutableSortedDictionary<string, string> tags) =>
        [.. tags.Select(t => new Tag { Key = t.Key, Value = t.Value })];

    private static string CheckName(string name) => Name().IsMatch(name) ? name
        : throw new AwsException("ValidationException", "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!");

    [GeneratedRegex(@"^[A-Za-z0-9/_+=.@!-]+\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
