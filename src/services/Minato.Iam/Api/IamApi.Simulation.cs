using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Aws.Policies;
using Minato.Iam.Planning;
using Minato.Iam.State;

namespace Minato.Iam.Api;

/// <summary>What policies would decide, asked without doing it.</summary>
internal sealed partial class IamApi
{
    private const string EveryResource = "*";
    private static readonly ImmutableDictionary<string, PolicySourceType> s_noTypes = ImmutableDictionary<string, PolicySourceType>.Empty;

    public Task<SimulateCustomPolicyResponse> SimulateCustomPolicyAsync(SimulateCustomPolicyRequest request, Caller caller, CancellationToken ct)
    {
        var principal = Principal(request.CallerArn ?? caller.PrincipalArn);
        var policies = new PolicySet
        {
            Identity = Given(nameof(request.PolicyInputList), request.PolicyInputList),
            Boundary = Boundary(request.PermissionsBoundaryPolicyInputList),
            Resource = ResourcePolicy(request.ResourcePolicy),
            ServiceControl = [.. (request.OrderedOrganizationPolicyInputList ?? []).Select((level, i) =>
                Given($"{nameof(request.OrderedOrganizationPolicyInputList)}.{i + 1}", level.ServiceControlPolicyInputList ?? []))],
        };
        var (results, marker) = Simulate(nameof(SimulateCustomPolicyAsync), new(policies, principal, s_noTypes, request.ActionNames,
            request.ResourceArns, request.ResourceOwner, request.ContextEntries, request.MaxItems, request.Marker));
        return Task.FromResult(new SimulateCustomPolicyResponse { EvaluationResults = results, IsTruncated = marker is not null, Marker = marker });
    }

    public Task<SimulatePrincipalPolicyResponse> SimulatePrincipalPolicyAsync(SimulatePrincipalPolicyRequest request, Caller caller, CancellationToken ct)
    {
        var source = PrincipalOf(request.PolicySourceArn, caller);
        var own = PoliciesOf(source);
        var policies = new PolicySet
        {
            Identity = [.. own.Select(p => p.Policy), .. Given(nameof(request.PolicyInputList), request.PolicyInputList ?? [])],
            Boundary = BoundaryFor(source, request.PermissionsBoundaryPolicyInputList),
            Resource = ResourcePolicy(request.ResourcePolicy),
        };
        var types = own.ToImmutableDictionary(p => p.Policy.Name, p => p.Type, StringComparer.Ordinal);
        var (results, marker) = Simulate(nameof(SimulatePrincipalPolicyAsync), new(policies, Principal(request.CallerArn ?? source.Arn), types, request.ActionNames,
            request.ResourceArns, request.ResourceOwner, request.ContextEntries, request.MaxItems, request.Marker));
        return Task.FromResult(new SimulatePrincipalPolicyResponse { EvaluationResults = results, IsTruncated = marker is not null, Marker = marker });
    }

    public Task<GetContextKeysForCustomPolicyResponse> GetContextKeysForCustomPolicyAsync(
        GetContextKeysForCustomPolicyRequest request, Caller caller, CancellationToken ct) => Task.FromResult(new GetContextKeysForCustomPolicyResponse
    {
        ContextKeyNames = PolicySimulation.KeysOf(Given(nameof(request.PolicyInputList), request.PolicyInputList).Select(p => p.Document)),
    });

    public Task<GetContextKeysForPrincipalPolicyResponse> GetContextKeysForPrincipalPolicyAsync(
        GetContextKeysForPrincipalPolicyRequest request, Caller caller, CancellationToken ct)
    {
        var policies = PoliciesOf(PrincipalOf(request.PolicySourceArn, caller)).Select(p => p.Policy).Concat(Given(nameof(request.PolicyInputList), request.PolicyInputList ?? []));
        return Task.FromResult(new GetContextKeysForPrincipalPolicyResponse { ContextKeyNames = PolicySimulation.KeysOf(policies.Select(p => p.Document)) });
    }

    private sealed record Simulation(
        PolicySet Policies, AuthorizationPrincipal Principal, ImmutableDictionary<string, PolicySourceType> Types, ImmutableArray<string> Actions,
        ImmutableArray<string>? Resources, string? ResourceOwner, ImmutableArray<ContextEntry>? Entries, int? MaxItems, string? Marker);

    private (ImmutableArray<EvaluationResult> Results, string? Marker) Simulate(string operation, Simulation asked)
    {
        var keys = AuthorizationContext.KeysOf((asked.Entries ?? []).Select(e => (e.ContextKeyName ?? "", e.ContextKeyValues ?? [])));
        var owner = asked.ResourceOwner is { } arn ? Arn.Parse(arn).AccountId : null;
        var first = int.TryParse(Position(operation, asked.Marker), out var position) ? position + 1 : 0;
        var results = PolicySimulation.Run(asked.Policies, asked.Principal, asked.Actions, asked.Resources is { Length: > 0 } given ? given : [EveryResource], owner, keys)
            .Index().Skip(first);
        var (page, marker) = Page(operation, results, r => $"{r.Index}", asked.MaxItems);
        return ([.. page.Select(r => ToWire(r.Item, asked))], marker);
    }

    private static EvaluationResult ToWire(SimulatedDecision result, Simulation asked) => new()
    {
        EvalActionName = result.Context.Action,
        EvalResourceName = result.Context.Resource,
        EvalDecision = result.Decision.Kind switch
        {
            DecisionKind.Allowed => PolicyEvaluationDecisionType.Allowed,
            DecisionKind.ExplicitDeny => PolicyEvaluationDecisionType.ExplicitDeny,
            _ => PolicyEvaluationDecisionType.ImplicitDeny,
        },
        MatchedStatements = [.. result.Decision.Matched.Select(m => new Statement
        {
            SourcePolicyId = m.Policy,
            SourcePolicyType = asked.Types.TryGetValue(m.Policy, out var type) ? type : PolicySourceType.None,
            StartPosition = new() { Line = m.Statement.Place.Start.Line, Column = m.Statement.Place.Start.Column },
            EndPosition = new() { Line = m.Statement.Place.End.Line, Column = m.Statement.Place.End.Column },
        })],
        MissingContextValues = result.MissingKeys,
        OrganizationsDecisionDetail = asked.Policies.ServiceControl.IsEmpty ? null
            : new() { AllowedByOrganizations = result.Decision.By is not DecidingPolicy.ServiceControl },
        PermissionsBoundaryDecisionDetail = asked.Policies.Boundary is null ? null
            : new() { AllowedByPermissionsBoundary = result.Decision.By is not DecidingPolicy.Boundary },
    };

    private PrincipalState PrincipalOf(string arn, Caller caller)
    {
        if (!Arn.TryParse(arn, out var parsed)) throw new InvalidInputException($"Invalid Entity Arn: {arn}");
        var name = parsed.Resource[(parsed.Resource.LastIndexOf('/') + 1)..];
        var owner = caller with { AccountId = parsed.AccountId };
        PrincipalState found = parsed.Resource switch
        {
            _ when parsed.AccountId != caller.AccountId => throw new InvalidInputException($"Invalid Entity Arn: {arn}"),
            var user when user.StartsWith("user/", StringComparison.Ordinal) => User(store.Current, owner, name),
            var group when group.StartsWith("group/", StringComparison.Ordinal) => Group(store.Current, owner, name),
            var role when role.StartsWith("role/", StringComparison.Ordinal) => Role(store.Current, owner, name),
            _ => throw new InvalidInputException($"Invalid Entity Arn: {arn} does not clearly define entity type and name."),
        };
        return found.Arn == arn ? found : throw new NoSuchEntityException($"{arn} cannot be found.");
    }

    private ImmutableArray<(NamedPolicy Policy, PolicySourceType Type)> PoliciesOf(PrincipalState principal)
    {
        var kind = principal switch { RoleState => PolicySourceType.Role, GroupState => PolicySourceType.Group, _ => PolicySourceType.User };
        var inline = compiled.Inline(principal).Select(p => (p, kind));
        var managed = principal.AttachedPolicies.Select(arn => ManagedPolicy(store.Current, arn)).Select(p =>
            (compiled.Managed(p) with { Name = p.Name }, AwsManagedPolicies.IsAwsManaged(p) ? PolicySourceType.AwsManaged : PolicySourceType.UserManaged));
        var groups = principal is UserState user ? user.Groups.Select(g => store.Current.Find(IamTables.Groups, IamTables.KeyOf(user.AccountId, g))).OfType<GroupState>() : [];
        // A policy that comes by two ways is one.
        return [.. inline.Concat(managed).Concat(groups.SelectMany(g => PoliciesOf(g))).DistinctBy(p => p.Item1.Name)];
    }

    // AWS: a boundary given with the question takes the place of the principal's own.
    private NamedPolicy? BoundaryFor(PrincipalState principal, ImmutableArray<string>? given) => Boundary(given)
        ?? (principal.BoundaryArn is { } arn ? compiled.Managed(ManagedPolicy(store.Current, arn)) : null);

    private static ImmutableArray<NamedPolicy> Given(string member, ImmutableArray<string> documents) =>
        [.. documents.Select((d, i) => new NamedPolicy($"{member}.{i + 1}", Parsed(d, PolicyKind.Identity)))];

    private static NamedPolicy? Boundary(ImmutableArray<string>? documents) => documents switch
    {
        null or [] => null,
        [var only] => new("PermissionsBoundaryPolicyInputList.1", Parsed(only, PolicyKind.Identity)),
        _ => throw new InvalidInputException("You can specify only one permissions boundary policy."),
    };

    private static NamedPolicy? ResourcePolicy(string? document) => document is null ? null : new("ResourcePolicy", Parsed(document, PolicyKind.Resource));

    private static PolicyDocument Parsed(string document, PolicyKind kind)
    {
        try
        {
            return PolicyParser.Parse(document, kind);
        }
        catch (PolicySyntaxException e)
        {
            throw new InvalidInputException(e.Message);
        }
    }

    private static AuthorizationPrincipal Principal(string arn)
    {
        if (!Arn.TryParse(arn, out var parsed)) throw new InvalidInputException($"Invalid Entity Arn: {arn}");
        var role = parsed.Resource.Split('/') is ["assumed-role", var name, _] ? $"arn:aws:iam::{parsed.AccountId}:role/{name}" : null;
        return new(parsed.AccountId, arn, role);
    }
}
