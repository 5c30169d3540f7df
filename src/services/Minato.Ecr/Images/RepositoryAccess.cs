using System.Runtime.CompilerServices;
using Minato.Aws;
using Minato.Aws.Policies;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Images;

/// <summary>What policies of repositories and of the registry say to a principal.</summary>
internal static class RepositoryAccess
{
    // By the very text: a record's text stays the same object until it is put anew.
    private static readonly ConditionalWeakTable<string, Reading> s_read = [];

    /// <summary>
    /// The own account may do what neither policy denies (what its principals may do is their policies' matter); another account what one of them allows.
    /// </summary>
    /// <exception cref="AwsException">It may not.</exception>
    public static void Require(IReadState state, string accountId, string principalArn, RepositoryKey repository, string action)
    {
        if (principalArn.EndsWith(".amazonaws.com", StringComparison.Ordinal)) return; // AWS itself, on behalf of the account.
        var isOwn = accountId == repository.AccountId;
        var own = state.Find(EcrTables.Repositories, repository)?.PolicyText;
        var registry = RegistryState.Of(state, repository.Home).PolicyText;
        if (isOwn && own is null && registry is null) return;
        var context = new AuthorizationContext
        {
            Principal = new(accountId, principalArn, RoleOf(principalArn)), Action = $"ecr:{action}", Resource = repository.Arn, ResourceAccountId = repository.AccountId,
        };
        PolicyDocument[] policies = [.. new[] { own, registry }.OfType<string>().Select(Read).OfType<PolicyDocument>()];
        if (Array.Exists(policies, p => p.Find(allows: false, context) is not null))
            throw Denied(principalArn, repository, action, "with an explicit deny in a resource-based policy");
        if (!isOwn && !Array.Exists(policies, p => p.Find(allows: true, context) is not null))
            throw Denied(principalArn, repository, action, $"because no resource-based policy allows the ecr:{action} action");
    }

    /// <summary>May another account do this to the registry, by the registry's policy?</summary>
    public static bool RegistryLets(IReadState state, Home registry, string accountId, string resource, string action)
    {
        if (registry.AccountId == accountId) return true;
        if (RegistryState.Of(state, registry).PolicyText is not { } text || Read(text) is not { } policy) return false;
        var context = new AuthorizationContext
        {
            Principal = new(accountId, $"arn:aws:iam::{accountId}:root"), Action = $"ecr:{action}", Resource = resource, ResourceAccountId = registry.AccountId,
        };
        return policy.Find(allows: false, context) is null && policy.Find(allows: true, context) is not null;
    }

    /// <summary>AWS: policies of repositories need not name a resource: they stand for their repository.</summary>
    /// <returns>Null for a text that is no policy.</returns>
    public static PolicyDocument? Read(string text) => s_read.GetValue(text, static t => new(Parse(t))).Document;

    private static PolicyDocument? Parse(string text)
    {
        try
        {
            return PolicyParser.Parse(WithResource(text), PolicyKind.Resource);
        }
        catch (PolicySyntaxException)
        {
            return null;
        }
    }

    private static string WithResource(string text)
    {
        if (JsonNodes.Parse(text) is not { } policy) return text;
        var statements = policy["Statement"] switch
        {
            System.Text.Json.Nodes.JsonArray all => all.OfType<System.Text.Json.Nodes.JsonObject>(),
            System.Text.Json.Nodes.JsonObject one => [one],
            _ => [],
        };
        foreach (var statement in statements)
        {
            if (!statement.ContainsKey("Resource") && !statement.ContainsKey("NotResource")) statement["Resource"] = "*";
        }

        return policy.ToJsonString();
    }

    private static string? RoleOf(string principalArn)
    {
        // arn:aws:sts::123456789012:assumed-role/NAME/SESSION
        if (!Arn.TryParse(principalArn, out var arn) || arn.Service != "sts" || arn.Resource.Split('/') is not ["assumed-role", var role, ..]) return null;
        return $"arn:aws:iam::{arn.AccountId}:role/{role}";
    }

    private sealed record Reading(PolicyDocument? Document);

    private static AwsException Denied(string principalArn, RepositoryKey repository, string action, string because) =>
        new("AccessDeniedException", $"User: {principalArn} is not authorized to perform: ecr:{action} on resource: {repository.Arn} {because}");
}

/// <summary>JSON that strangers wrote.</summary>
internal static class JsonNodes
{
    /// <returns>Null for what is no object.</returns>
    public static System.Text.Json.Nodes.JsonObject? Parse(string text)
    {
        try
        {
            return System.Text.Json.Nodes.JsonNode.Parse(text, documentOptions: new() { MaxDepth = 16, AllowDuplicateProperties = false }) as System.Text.Json.Nodes.JsonObject;
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }
}
