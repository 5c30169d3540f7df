namespace Minato.Migration.Planning;

/// <summary>What steps tell later ones, by name.</summary>
internal static class Known
{
    public const string Listener = "listenerArn";
    public const string Rule = "ruleArn";
    public const string OldGroup = "oldTargetGroupArn";
    public const string NewGroup = "newTargetGroupArn";

    public const string Vpc = "vpcId";

    /// <summary>The entry before it was touched, as JSON.</summary>
    public const string Found = "found";

    /// <summary>Addresses a test reaches the sides at.</summary>
    public const string EntryUrl = "entryUrl";

    /// <summary>Patterns of hosts and of paths that the entry's rule asks for, one a line; empty for any.</summary>
    public const string EntryHosts = "entryHosts";
    public const string EntryPaths = "entryPaths";

    /// <summary>Seconds that resolvers may remember what the last change replaced.</summary>
    public const string Ttl = "ttl";

    public const string Change = "changeId";

    /// <summary>Was there a record of the test domain before?</summary>
    public const string TestRecord = "testRecord";

    /// <summary>Hosted zone of the record.</summary>
    public const string Zone = "hostedZoneId";

    /// <summary>Hosted zone and name of the new side's load balancer, for aliases.</summary>
    public const string AliasZone = "aliasHostedZoneId";
    public const string AliasName = "aliasName";

    /// <summary>Load balancers as metrics name them; empty where there is none.</summary>
    public const string OldBalancer = "oldLoadBalancer";
    public const string NewBalancer = "newLoadBalancer";

    /// <summary>Before the name of a Classic Load Balancer.</summary>
    public const string Classic = "classic:";

    /// <summary>app/NAME/ID of an Application Load Balancer's or its listener's ARN; empty for others, whose metrics are of another kind.</summary>
    public static string DimensionOf(string arn) => arn.Split('/') is [_, "app", var name, var id, ..] ? $"app/{name}/{id}" : "";
}
