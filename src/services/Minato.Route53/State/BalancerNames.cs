using Minato.Route53.Planning.Answers;

namespace Minato.Route53.State;

/// <summary>Names of load balancers: <c>NAME.REGION.elb.amazonaws.com</c>, or <c>NAME.elb.REGION.amazonaws.com</c> for a Network Load Balancer.</summary>
internal static class BalancerNames
{
    private const string Domain = ".amazonaws.com.";

    /// <returns>Null for a record that stands for something else.</returns>
    public static string? TargetOf(RecordState record) =>
        record.Set.AliasTarget is { } alias && alias.DNSName.EndsWith(Domain, StringComparison.Ordinal) ? AliasNames.Of(alias)?.ToString() : null;

    /// <returns>Null for another name.</returns>
    public static string? RegionOf(string name)
    {
        if (!name.EndsWith(Domain, StringComparison.Ordinal)) return null;
        return name[..^Domain.Length].Split('.') switch
        {
            [.., var region, "elb"] => region,
            [.., "elb", var region] => region,
            _ => null,
        };
    }
}
