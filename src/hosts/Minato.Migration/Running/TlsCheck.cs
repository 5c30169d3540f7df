using System.Collections.Immutable;
using Minato.Contracts.ElasticLoadBalancing;
using Minato.Migration.Planning;
using Minato.Migration.Plans;

namespace Minato.Migration.Running;

/// <summary>Finds out before the move which clients the new listener's policy would lock out.</summary>
internal sealed class TlsCheck(MigrationPlan plan, MigrationAws aws)
{
    private const string Negotiation = "SSLNegotiationPolicyType";
    private const string Default = "ELBSecurityPolicy-2016-08";
    private const string Protocol = "Protocol-";
    private const string CipherOrder = "Server-Defined-Cipher-Order";

    public async Task<StepResult> CompareAsync(CancellationToken ct)
    {
        if (plan.Tls is not { } tls) return StepResult.Ok();
        var found = (await aws.Elb.DescribeSSLPoliciesAsync(new() { Names = [tls.NewPolicy] }, aws.Caller, ct)).SslPolicies?.FirstOrDefault();
        if (found is null) return new StepResult.Rejected($"there is no policy {tls.NewPolicy}.");
        var (old, refusal) = await BeforeAsync(tls, ct);
        if (old is null) return new StepResult.Rejected(refusal ?? "");
        var lost = TlsLoss.Between(old, new(found.SslProtocols ?? [], [.. (found.Ciphers ?? []).Select(c => c.Name ?? "")]));
        if (lost.IsEmpty) return StepResult.Ok($"{tls.NewPolicy} offers all that was offered before");
        var words = FormattableString.Invariant($"{tls.NewPolicy} lacks {lost.Length} protocols and ciphers of before");
        return tls.AllowLoss
            ? (StepResult.Done)StepResult.Ok(words) with { Evidence = lost }
            : new StepResult.Rejected($"{words}; allowLoss: true goes on all the same") { Evidence = lost };
    }

    private async Task<(TlsLoss.Policy? Policy, string? Refusal)> BeforeAsync(TlsPlan tls, CancellationToken ct)
    {
        if (tls.ClassicLoadBalancer is not { } name) return (new(tls.Protocols, tls.Ciphers), null);
        try
        {
            var answer = await aws.Classic.DescribeLoadBalancersAsync(new() { LoadBalancerNames = [name] }, aws.Caller, ct);
            var listener = (answer.LoadBalancerDescriptions ?? []).SelectMany(b => b.ListenerDescriptions ?? []).FirstOrDefault(l => l.Listener?.LoadBalancerPort == tls.Port);
            if (listener?.Listener?.Protocol.ToUpperInvariant() is not ("HTTPS" or "SSL"))
                return (null, FormattableString.Invariant($"the Classic Load Balancer {name} has no listener with TLS on port {tls.Port}."));
            // AWS: a listener that was given no policy has the default one, which is among those that belong to no load balancer.
            var policies = await aws.Classic.DescribeLoadBalancerPoliciesAsync(listener.PolicyNames is { IsDefaultOrEmpty: false } names
                ? new() { LoadBalancerName = name, PolicyNames = names } : new() { PolicyNames = [Default] }, aws.Caller, ct);
            return (Read([.. policies.PolicyDescriptions ?? []]), null);
        }
        catch (AccessPointNotFoundException)
        {
            return (null, $"there is no Classic Load Balancer {name}.");
        }
    }

    /// <summary>A negotiation policy says of every protocol and cipher whether it is on; stickiness says neither.</summary>
    private static TlsLoss.Policy Read(ImmutableArray<PolicyDescription> policies)
    {
        var on = policies.Where(p => p.PolicyTypeName == Negotiation).SelectMany(p => p.PolicyAttributeDescriptions ?? [])
            .Where(a => string.Equals(a.AttributeValue, "true", StringComparison.OrdinalIgnoreCase)).Select(a => a.AttributeName ?? "").ToLookup(n => n.StartsWith(Protocol, StringComparison.Ordinal));
        return new([.. on[true].Select(n => n[Protocol.Length..])], [.. on[false].Where(n => n != CipherOrder)]);
    }
}
