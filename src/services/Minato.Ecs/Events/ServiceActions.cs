namespace Minato.Ecs.Events;

/// <param name="Type">INFO, WARN or ERROR.</param>
/// <param name="Reason">What lacked, where AWS says so.</param>
internal sealed record ServiceAction(string Type, string Name, string? Reason = null);

/// <summary>Which lines of a service's events are service actions on EventBridge, too.</summary>
internal static class ServiceActions
{
    public static ServiceAction? Of(string message) => message switch
    {
        _ when Has(message, "has reached a steady state.") => new("INFO", "SERVICE_STEADY_STATE"),
        _ when Has(message, "is unable to consistently start tasks successfully.") => new("WARN", "SERVICE_TASK_START_IMPAIRED"),
        _ when Has(message, "was unable to place a task because no container instance met all of its requirements.") => new("ERROR", "SERVICE_TASK_PLACEMENT_FAILURE", Lacking(message)),
        _ when Has(message, "was unable to place a task. Reason:") => new("ERROR", "SERVICE_TASK_CONFIGURATION_FAILURE", After(message, "Reason: ")),
        _ when Has(message, "has stopped AZ Rebalancing.") => new("INFO", "SERVICE_REBALANCING_STOPPED"),
        _ => null,
    };

    private static string Lacking(string message) => message switch
    {
        _ when Has(message, "insufficient CPU units") => "RESOURCE:CPU",
        _ when Has(message, "insufficient memory") => "RESOURCE:MEMORY",
        _ when Has(message, "already using a port") => "RESOURCE:PORTS",
        _ when Has(message, "missing an attribute") => "ATTRIBUTE",
        _ when Has(message, "No Container Instances were found") => "No Container Instances were found in your cluster.",
        _ => After(message, "encountered error ").Split('"') is [_, var named, ..] ? named : "RESOURCE",
    };

    private static bool Has(string message, string words) => message.Contains(words, StringComparison.Ordinal);

    private static string After(string message, string words) =>
        message.IndexOf(words, StringComparison.Ordinal) is >= 0 and var at ? message[(at + words.Length)..] : message;
}
