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

    /// <summary>Seconds that resolvers may remember what the last change replaced.</summary>
    public const string Ttl = "ttl";

    public const string Change = "changeId";
    public const string OldBalancer = "oldLoadBalancer";
}
