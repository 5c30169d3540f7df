using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Minato.Aws;
using Minato.Aws.Policies;
using Minato.Contracts.Kms;
using Minato.Kms.Planning;
using Minato.Kms.State;
using Minato.Platform;

namespace Minato.Kms.Api;

/// <summary>
/// Whether a key's own policy, or a grant, lets somebody in. AWS: nobody uses a key without one of them, not even the account's root;
/// what the policies of the principal say comes before, where every call is looked at.
/// </summary>
internal sealed class KeyAccess
{
    // By the very text in the record: a policy is read once while it is in force, and forgotten with it.
    private readonly ConditionalWeakTable<string, PolicyDocument> _read = [];

    /// <param name="Action">Without the <c>kms:</c>.</param>
    /// <param name="Context">The request's encryption context.</param>
    /// <param name="Alias">The alias that the request named the key by.</param>
    public sealed record Use(string Action, IReadOnlyDictionary<string, string>? Context = null, string? Alias = null);

    /// <exception cref="AwsException">AccessDeniedException.</exception>
    public void Demand(IReadState state, StoredKey key, Caller caller, Use use)
    {
        // A room that works for the account was let in where the account asked it.
        if (caller.IsService && caller.AccountId == key.Home.AccountId) return;
        var action = $"kms:{use.Action}";
        var asked = Context(key, caller, action, use);
        var policy = DocumentOf(key);
        if (policy.Find(allows: false, asked) is not null) throw KmsErrors.Denied(caller, action, key, isExplicit: true);
        if (policy.Find(allows: true, asked) is null && !IsGranted(state, key, asked.Principal, use)) throw KmsErrors.Denied(caller, action, key, isExplicit: false);
    }

    /// <summary>AWS: nobody may lock himself out of a key.</summary>
    public static bool KeepsIn(PolicyDocument policy, StoredKey key, Caller caller) =>
        policy.Find(allows: true, Context(key, caller, "kms:PutKeyPolicy", new("PutKeyPolicy"))) is not null;

    private static bool IsGranted(IReadState state, StoredKey key, AuthorizationPrincipal principal, Use use)
    {
        if (!Enum.TryParse<GrantOperation>(use.Action, out var operation)) return false;
        var names = new HashSet<string>(StringComparer.Ordinal) { principal.Arn };
        if (principal.RoleArn is { } role) names.Add(role);
        return state.Where(KmsTables.GrantsByKey, key.Arn).Any(g => GrantRules.Permits(g, names, operation, use.Context));
    }

    public PolicyDocument DocumentOf(StoredKey key)
    {
        if (_read.TryGetValue(key.Policy, out var known)) return known;
        var read = PolicyParser.Parse(key.Policy, PolicyKind.Resource);
        _read.AddOrUpdate(key.Policy, read);
        return read;
    }

    private static AuthorizationContext Context(StoredKey key, Caller caller, string action, Use use)
    {
        var principal = PrincipalOf(caller);
        List<(string, ImmutableArray<string>)> keys =
        [
            ("aws:PrincipalArn", [principal.RoleArn ?? principal.Arn]), ("aws:PrincipalAccount", [caller.AccountId]), ("kms:CallerAccount", [caller.AccountId]),
            ("kms:KeySpec", [key.Spec.ToWire()]), ("kms:KeyUsage", [key.Usage.ToWire()]), ("kms:KeyOrigin", ["AWS_KMS"]), ("aws:RequestedRegion", [caller.Region]),
        ];
        keys.AddRange(key.Tags.Select(t => ($"aws:ResourceTag/{t.Key}", ImmutableArray.Create(t.Value))));
        if (use.Alias is { } alias) keys.Add(("kms:RequestAlias", [alias]));
        if (use.Context is { Count: > 0 } context)
        {
            keys.Add(("kms:EncryptionContextKeys", [.. context.Keys]));
            keys.AddRange(context.Select(c => ($"kms:EncryptionContext:{c.Key}", ImmutableArray.Create(c.Value))));
        }

        return new() { Principal = principal, Action = action, Resource = key.Arn, ResourceAccountId = key.Home.AccountId, Keys = AuthorizationContext.KeysOf(keys) };
    }

    private static AuthorizationPrincipal PrincipalOf(Caller caller)
    {
        if (caller.IsService) return new("", caller.PrincipalArn, Service: caller.PrincipalArn);
        return new(caller.AccountId, caller.PrincipalArn, caller.Session?.RoleArn);
    }
}
