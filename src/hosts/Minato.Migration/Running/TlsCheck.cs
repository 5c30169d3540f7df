using System.Collections.Immutable;
using System.Globalization;
using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancing;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Migration.Planning;
using Minato.Migration.Plans;

namespace Minato.Migration.Running;

/// <summary>Finds out before the move which clients the new listener's policy would lock out.</summary>
internal sealed class TlsCheck(MigrationPlan plan, string folder, MigrationAws aws)
{
    private const string Negotiation = "SSLNegotiationPolicyType";
    private const string Default = "ELBSecurityPolicy-2016-08";
    private const string Protocol = "Protocol-";
    private const string Reference = "Reference-Security-Policy";
    private const string CipherOrder = "Server-Defined-Cipher-Order";

    public async Task<StepResult> CompareAsync(CancellationToken ct)
    {
        if (plan.Tls is not { } tls) return StepResult.Ok();
        if (await PolicyAsync(tls.NewPolicy, ct) is not { } found) return new StepResult.Rejected($"there is no policy {tls.NewPolicy}.");
        var (use, unread) = Used(tls);
        if (unread is not null) return new StepResult.Rejected(unread);
        var (old, refusal) = await BeforeAsync(tls, use, ct);
        if (old is null) return new StepResult.Rejected(refusal ?? "");
        var @new = new TlsLoss.Policy(found.SslProtocols ?? [], [.. (found.Ciphers ?? []).Select(c => c.Name ?? "")]);
        var lost = TlsLoss.Between(old, @new, use);
        if (lost.IsEmpty) return StepResult.Ok($"{tls.NewPolicy} offers all that was offered before");
        var words = FormattableString.Invariant($"{tls.NewPolicy} lacks {lost.Length} protocols and ciphers of before");
        if (use is not null)
        {
            var (protocols, ciphers) = TlsLoss.Lost(old, @new);
            var requests = use.Of(protocols, ciphers);
            words = FormattableString.Invariant($"{words}, which {(requests == 0 ? "none" : requests.ToString(CultureInfo.InvariantCulture))} of {use.Requests} requests in the access log used");
            if (requests == 0) return (StepResult.Done)StepResult.Ok(words) with { Evidence = lost };
        }

        return tls.AllowLoss
            ? (StepResult.Done)StepResult.Ok(words) with { Evidence = lost }
            : new StepResult.Rejected($"{words}; {(use is null ? await HintAsync(tls, ct) : "")}allowLoss: true goes on all the same") { Evidence = lost };
    }

    private (TlsUse? Use, string? Why) Used(TlsPlan tls)
    {
        if (tls.AccessLog is not { } log) return (null, null);
        try
        {
            var use = TlsUse.Count(LogFiles.Lines(Path.Combine(folder, log)));
            return use.Requests > 0 ? (use, null) : (null, $"{log} holds no request over TLS: name the access log of the load balancer of before.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return (null, $"the access log cannot be read: {e.Message}");
        }
    }

    private async Task<SslPolicy?> PolicyAsync(string name, CancellationToken ct)
    {
        try
        {
            return (await aws.Elb.DescribeSSLPoliciesAsync(new() { Names = [name] }, aws.Caller, ct)).SslPolicies?.FirstOrDefault();
        }
        catch (AwsException e) when (e.Code is "SSLPolicyNotFound")
        {
            return null;
        }
    }

    /// <summary>Where it is said who those clients are.</summary>
    private async Task<string> HintAsync(TlsPlan tls, CancellationToken ct)
    {
        if (tls.ClassicLoadBalancer is not { } name) return "";
        var attributes = (await aws.Classic.DescribeLoadBalancerAttributesAsync(new() { LoadBalancerName = name }, aws.Caller, ct)).LoadBalancerAttributes;
        return attributes?.AccessLog is { Enabled: true, S3BucketName: { } bucket } log
            ? $"its access log in s3://{bucket}/{log.S3BucketPrefix} says who uses them: copy it and name it under tls as accessLog; " : "its access log, named under tls as accessLog, says who uses them; ";
    }

    private async Task<(TlsLoss.Policy? Policy, string? Refusal)> BeforeAsync(TlsPlan tls, TlsUse? use, CancellationToken ct)
    {
        if (tls.ClassicLoadBalancer is not { } name) return (tls.Ciphers.IsEmpty && use is not null ? new(use.Protocols, use.Ciphers) : new(tls.Protocols, tls.Ciphers), null);
        try
        {
            var answer = await aws.Classic.DescribeLoadBalancersAsync(new() { LoadBalancerNames = [name] }, aws.Caller, ct);
            var listener = (answer.LoadBalancerDescriptions ?? []).SelectMany(b => b.ListenerDescriptions ?? []).FirstOrDefault(l => l.Listener?.LoadBalancerPort == tls.Port);
            if (listener?.Listener?.Protocol.ToUpperInvariant() is not ("HTTPS" or "SSL"))
                return (null, FormattableString.Invariant($"the Classic Load Balancer {name} has no listener with TLS on port {tls.Port}."));
            // AWS: a listener that was given no policy has the default one, which is among those that belong to no load balancer.
            var policies = await aws.Classic.DescribeLoadBalancerPoliciesAsync(listener.PolicyNames is { IsDefaultOrEmpty: false } names
                ? new() { LoadBalancerName = name, PolicyNames = names } : new() { PolicyNames = [Default] }, aws.Caller, ct);
            var read = Read([.. policies.PolicyDescriptions ?? []]);
            // A policy may be no more than the name of a predefined one.
            if (read.Ciphers.IsEmpty && ReferenceOf(policies.PolicyDescriptions ?? []) is { } reference)
                read = Read([.. (await aws.Classic.DescribeLoadBalancerPoliciesAsync(new() { PolicyNames = [reference] }, aws.Caller, ct)).PolicyDescriptions ?? []]);
            return read.Ciphers.IsEmpty ? (null, FormattableString.Invariant($"the policy of {name}'s listener on port {tls.Port} says nothing of ciphers: list protocols and ciphers under tls.")) : (read, null);
        }
        catch (AccessPointNotFoundException)
        {
            return (null, $"there is no Classic Load Balancer {name}.");
        }
    }

    private static string? ReferenceOf(ImmutableArray<PolicyDescription> policies) =>
        policies.SelectMany(p => p.PolicyAttributeDescriptions ?? []).FirstOrDefault(a => a.AttributeName == Reference)?.AttributeValue;

    /// <summary>A negotiation policy says of every protocol and cipher whether it is on; stickiness says neither.</summary>
    private static TlsLoss.Policy Read(ImmutableArray<PolicyDescription> policies)
    {
        var on = policies.Where(p => p.PolicyTypeName == Negotiation).SelectMany(p => p.PolicyAttributeDescriptions ?? [])
            .Where(a => string.Equals(a.AttributeValue, "true", StringComparison.OrdinalIgnoreCase)).Select(a => a.AttributeName ?? "").ToLookup(n => n.StartsWith(Protocol, StringComparison.Ordinal));
        return new([.. on[true].Select(n => n[Protocol.Length..])], [.. on[false].Where(n => n != CipherOrder)]);
    }
}
