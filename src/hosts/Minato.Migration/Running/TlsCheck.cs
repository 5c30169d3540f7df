using Minato.Migration.Planning;
using Minato.Migration.Plans;

namespace Minato.Migration.Running;

/// <summary>Finds out before the move which clients the new listener's policy would lock out.</summary>
internal sealed class TlsCheck(MigrationPlan plan, MigrationAws aws)
{
    public async Task<StepResult> CompareAsync(CancellationToken ct)
    {
        if (plan.Tls is not { } tls) return StepResult.Ok();
        if (tls.ClassicLoadBalancer is not null) return new StepResult.Rejected("the policies of a Classic Load Balancer are not read yet: list its protocols and ciphers.");
        var found = (await aws.Elb.DescribeSSLPoliciesAsync(new() { Names = [tls.NewPolicy] }, aws.Caller, ct)).SslPolicies?.FirstOrDefault();
        if (found is null) return new StepResult.Rejected($"there is no policy {tls.NewPolicy}.");
        var lost = TlsLoss.Between(new(tls.Protocols, tls.Ciphers), new(found.SslProtocols ?? [], [.. (found.Ciphers ?? []).Select(c => c.Name ?? "")]));
        if (lost.IsEmpty) return StepResult.Ok($"{tls.NewPolicy} offers all that was offered before");
        var words = FormattableString.Invariant($"{tls.NewPolicy} lacks {lost.Length} protocols and ciphers of before");
        return tls.AllowLoss
            ? (StepResult.Done)StepResult.Ok(words) with { Evidence = lost }
            : new StepResult.Rejected($"{words}; allowLoss: true goes on all the same") { Evidence = lost };
    }
}
