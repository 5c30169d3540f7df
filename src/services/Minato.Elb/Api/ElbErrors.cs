using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Elb.Api;

/// <summary>Texts of AWS's errors.</summary>
internal static class ElbErrors
{
    public static AwsException Validation(string message) => new("ValidationError", message);

    /// <summary>Something of the API that Minato would have to do, and cannot yet: better refused than accepted and ignored.</summary>
    public static AwsException NotYet(string what) => new("UnsupportedOperationException", $"Minato does not serve this yet: {what}.");

    public static AwsException BalancerNotFound() => new LoadBalancerNotFoundException("One or more load balancers not found");
    public static AwsException BalancerNotFound(IEnumerable<string> names) =>
        new LoadBalancerNotFoundException($"Load balancers '[{string.Join(", ", names)}]' not found");
    public static AwsException ListenerNotFound() => new ListenerNotFoundException("One or more listeners not found");
    public static AwsException RuleNotFound() => new RuleNotFoundException("One or more rules not found");
    public static AwsException GroupNotFound() => new TargetGroupNotFoundException("One or more target groups not found");
    public static AwsException ActionGroupNotFound(string arn) => new TargetGroupNotFoundException($"Target group '{arn}' not found");

    public static AwsException DuplicateBalancer(string name) =>
        new DuplicateLoadBalancerNameException($"A load balancer with the same name '{name}' exists, but with different settings");

    public static AwsException DuplicateGroup(string name) =>
        new DuplicateTargetGroupNameException($"A target group with the same name '{name}' exists, but with different settings");

    public static AwsException DuplicateListener(string balancerArn) =>
        new DuplicateListenerException($"A listener already exists on this port for this load balancer '{balancerArn}'");

    public static AwsException PriorityInUse(int priority) => new PriorityInUseException($"Priority '{priority}' is currently in use");

    public static AwsException GroupInUse(string arn) =>
        new ResourceInUseException($"Target group '{arn}' is currently in use by a listener or a rule");

    public static AwsException GroupOfOther(string arn) => new TargetGroupAssociationLimitException(
        $"The following target groups cannot be associated with more than one load balancer: {arn}");

    public static AwsException GroupStickinessMissing() => new InvalidLoadBalancerActionException(
        "You must enable group stickiness on a rule if you enabled target stickiness on one of its target groups");

    public static AwsException GroupStaysAlone(string arn) => new InvalidLoadBalancerActionException(
        $"You cannot use target group '{arn}' with application-based stickiness in a rule with several target groups");

    /// <summary>Settings that are fine alone and not together.</summary>
    public static AwsException Incompatible(string message) => new InvalidConfigurationRequestException(message);

    public static AwsException Protected(string arn) => new OperationNotPermittedException(
        $"Load balancer '{arn}' cannot be deleted because deletion protection is enabled");
}
