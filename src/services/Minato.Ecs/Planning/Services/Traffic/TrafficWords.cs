using System.Globalization;

namespace Minato.Ecs.Planning.Services.Traffic;

/// <summary>Why a deployment that shifts traffic ended, or waits.</summary>
internal static class TrafficWords
{
    public const string RolledBackOnRequest = "Service deployment was stopped on request.";
    public const string TookTooLong = "Service deployment exceeded the limit of 30 days.";

    public static string StageTookTooLong(string stage) => $"Service deployment failed: the lifecycle stage {stage} exceeded the limit of 24 hours.";

    public static string RuleIsGone(string stage) => $"Service deployment failed in the lifecycle stage {stage}: a listener rule does not exist any more.";

    public static string GroupIsGone(string group) => $"Service deployment failed: the target group {group} does not exist any more.";

    public static string ForeignRule(string rule) =>
        $"The listener rule {rule} was changed outside of Amazon ECS. Its traffic is not shifted until it forwards as it did before.";

    public static string HookFailed(string stage, string why) => $"Service deployment failed in the lifecycle stage {stage}: {why}";

    public static string HookTimedOut(string target) => $"the lifecycle hook {target} timed out.";

    public static string HookSaidFailed(string target) => $"the lifecycle hook {target} returned FAILED.";

    public static string HookRolledBack(string hook) => $"the pause hook {hook} was continued with ROLLBACK.";
}

/// <summary>Service events that only traffic brings.</summary>
internal static class TrafficEvents
{
    public static string Foreign(string service, string rule) =>
        $"(service {service}) was unable to shift traffic: the listener rule {rule} was changed outside of Amazon ECS.";

    public static string Failed(string service, string deployment, string reason) =>
        $"(service {service}) (deployment {deployment}) deployment failed: {reason}";

    public static string Shifted(string service, string deployment, double percent) =>
        $"(service {service}) (deployment {deployment}) production traffic weight is {percent.ToString(CultureInfo.InvariantCulture)} percent.";
}
