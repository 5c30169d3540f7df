using System.Collections.Concurrent;
using System.Collections.Immutable;
using Minato.Aws;
using Minato.Aws.Authorization;
using Minato.Aws.Policies;

namespace Minato.Iam.Authorization;

/// <summary>An action that a principal did or tried.</summary>
internal sealed record UsedAction(string Action, string Resource, DateTimeOffset LastAt);

/// <summary>A call that policies did not let through.</summary>
internal sealed record DeniedCall(DateTimeOffset At, string RequestId, string Principal, string Session, string Action, string Resource, string Why);

/// <summary>
/// What policies decided, since the server started and within bounds: from it comes the least policy that a role needs, and why a call was denied.
/// Of root's calls nothing is known here: policies are not asked about them.
/// </summary>
internal sealed class Decisions(TimeProvider clock) : IDecisionLog
{
    private const int MostPrincipals = 1000;
    private const int MostActions = 2000;
    private const int MostDenied = 500;

    private readonly ConcurrentDictionary<string, ConcurrentDictionary<(string Action, string Resource), DateTimeOffset>> _used = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<DeniedCall> _denied = new();

    public void Note(Caller caller, ImmutableArray<AuthorizedAction> decided)
    {
        var now = clock.GetUtcNow();
        var principal = AuthorizationPrincipal.Of(caller).RoleArn ?? caller.PrincipalArn;
        if (!_used.TryGetValue(principal, out var used))
        {
            if (_used.Count >= MostPrincipals) _used.Clear();
            used = _used.GetOrAdd(principal, _ => new());
        }
        foreach (var one in decided)
        {
            // Denied ones too: who asks for the least policy wants what the role tried to do.
            if (used.Count < MostActions || used.ContainsKey((one.Action, one.Resource))) used[(one.Action, one.Resource)] = now;
            if (!one.IsAllowed) NoteDenied(new(now, caller.RequestId, principal, caller.PrincipalArn, one.Action, one.Resource, Why(one)));
        }
    }

    /// <param name="principal">Name or ARN of a role or user.</param>
    public ImmutableArray<UsedAction> Used(string principal, DateTimeOffset since) =>
        [.. _used.Where(u => IsMeant(u.Key, principal)).SelectMany(u => u.Value).Where(a => a.Value >= since).Select(a => new UsedAction(a.Key.Action, a.Key.Resource, a.Value))];

    /// <returns>The last first.</returns>
    public IEnumerable<DeniedCall> Denied(string? principal) => _denied.Reverse().Where(d => principal is null || IsMeant(d.Principal, principal) || d.Session == principal || d.RequestId == principal);

    private void NoteDenied(DeniedCall call)
    {
        _denied.Enqueue(call);
        while (_denied.Count > MostDenied) _denied.TryDequeue(out _);
    }

    private static bool IsMeant(string arn, string principal) => arn == principal || arn.EndsWith($"/{principal}", StringComparison.Ordinal);

    private static string Why(AuthorizedAction refused)
    {
        var kind = refused.Decision.By switch
        {
            DecidingPolicy.ServiceControl => "service control policy",
            DecidingPolicy.Resource => "policy of the resource",
            DecidingPolicy.Boundary => "permissions boundary",
            DecidingPolicy.Session => "session policy",
            _ => "policy of the principal",
        };
        if (refused.Decision.Matched is not [var (policy, statement), ..]) return $"no {kind} allows it";
        var name = statement.Sid is { } sid ? $"statement {sid}" : "the statement";
        return $"{name} in line {statement.Place.Start.Line} of {policy} ({kind}) denies it";
    }
}
