using System.Collections.Immutable;
using Minato.Aws.Dispatch;
using Minato.Aws.Policies;
using Minato.Aws.Shapes;

namespace Minato.Aws.Authorization;

/// <summary>Holds calls against the policies of their callers and of the resources they name.</summary>
public sealed class Authorizer(IPrincipalPolicies principals, IEnumerable<IResourcePolicies> resources, TimeProvider clock, IDecisionLog? log = null, IOrganizationFacts? organizations = null)
    : IAuthorizer
{
    private readonly ILookup<string, IResourcePolicies> _resources = resources.ToLookup(r => r.Service, StringComparer.Ordinal);

    // Root may do everything in its account that no organization forbids, and what services and strangers may do rooms know.
    private bool IsExempt(Caller caller) => caller.IsAnonymous || caller.IsService
        || (caller.PrincipalArn.EndsWith(":root", StringComparison.Ordinal) && (organizations is null || organizations.ControlOf(caller.AccountId).IsEmpty));

    public AuthorizedAction Decide(Caller caller, string action, string resource)
    {
        if (IsExempt(caller)) return new(action, resource, Allowed);
        var decided = Decide(new(caller, principals.Find(caller), null, clock.GetUtcNow(), organizations), action, resource, []);
        log?.Note(caller, [decided]);
        return decided;
    }

    public ImmutableArray<AuthorizedAction> Decide(Caller caller, ServiceModel service, OperationModel operation, IShape request)
    {
        if (IsExempt(caller) || ActionTables.IsNeverDenied(service, operation)) return [];
        var needed = ActionTables.Find(service, operation.Name);
        var members = needed is null ? null : RequestMembers.Read(request, needed.Members);
        var asked = new Request(caller, principals.Find(caller), members, clock.GetUtcNow(), organizations);
        var decided = ImmutableArray.CreateBuilder<AuthorizedAction>();
        foreach (var (action, resource, keys) in ActionsOf(needed, service, operation, request, members, caller))
        {
            var one = Decide(asked, action, resource, keys);
            decided.Add(one);
            if (!one.IsAllowed) break;
        }
        // Whatever a request lacks, no call goes by unasked.
        if (decided.Count == 0) decided.Add(Decide(asked, $"{service.SigningName}:{operation.Name}", "*", []));
        var all = decided.ToImmutable();
        log?.Note(caller, all);
        return all;
    }

    private static Decision Allowed { get; } = new(DecisionKind.Allowed, DecidingPolicy.None, []);

    private IEnumerable<(string Action, string Resource, (string Key, ResourceTemplate Value)[] Keys)> ActionsOf(
        OperationActions? needed, ServiceModel service, OperationModel operation, IShape request, RequestMembers? members, Caller caller)
    {
        if (needed is null || members is null)
        {
            yield return ($"{service.SigningName}:{operation.Name}", "*", []);
            yield break;
        }
        foreach (var row in needed.Rows)
        {
            if (row.OnlyWith is { } with && !members.Has(with)) continue;
            if (row.OnlyWithout is { } without && members.Has(without)) continue;
            var found = row.Resources.SelectMany(r => r.Expand(members, caller)).ToArray();
            // What the request only hints at, such as the key of a ciphertext, the room may know.
            if (found.Length == 0 || found is [var only] && only.EndsWith(":*", StringComparison.Ordinal)) found = Told(service, operation, request, caller) ?? found;
            if (found.Length == 0 && row.OnlyWith is null) found = ["*"];
            foreach (var resource in found) yield return (row.Action, resource, row.Keys);
        }
    }

    private string[]? Told(ServiceModel service, OperationModel operation, IShape request, Caller caller)
    {
        foreach (var room in _resources[service.SigningName])
            if (room.ResourcesOf(operation, request, caller) is { } told) return [.. told];
        return null;
    }

    private AuthorizedAction Decide(Request asked, string action, string resource, (string Key, ResourceTemplate Value)[] keys)
    {
        var facts = Facts(resource);
        var whole = facts?.Arn ?? resource;
        var own = asked.Principal;
        var context = new AuthorizationContext
        {
            Principal = own.Principal, Action = action, Resource = whole, ResourceAccountId = AccountOf(whole, facts),
            KeySource = key => RequestKeys.Values(asked, keys, whole, facts, key),
        };
        var isAsked = facts?.PolicyActions is not { } actions || action.StartsWith(actions, StringComparison.OrdinalIgnoreCase);
        var policies = new PolicySet
        {
            Identity = own.Identity, Boundary = own.Boundary, Session = own.Session, ServiceControl = own.ServiceControl,
            Resource = isAsked && facts?.Policy is { } policy ? new(whole, policy) : null, ResourceMustAllow = isAsked && facts?.PolicyMustAllow is true,
        };
        return new(action, whole, PolicyEvaluation.Decide(policies, context)) { Context = context };
    }

    private ResourceFacts? Facts(string resource)
    {
        if (resource is "*" || resource.Split(':', 4) is not [_, _, var service, _]) return null;
        foreach (var room in _resources[service])
            if (room.Find(resource) is { } found) return found;
        return null;
    }

    private static string? AccountOf(string resource, ResourceFacts? facts) => facts?.AccountId ?? (Arn.TryParse(resource, out var arn) && arn.AccountId is { Length: 12 } account ? account : null);
}

/// <summary>What is known of a call when policies are asked about it.</summary>
internal sealed record Request(Caller Caller, PrincipalPolicies Principal, RequestMembers? Members, DateTimeOffset Now, IOrganizationFacts? Organizations);
