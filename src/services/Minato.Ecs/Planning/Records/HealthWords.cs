namespace Minato.Ecs.Planning.Records;

/// <summary>Reads again what <c>ServiceEvents.TargetUnhealthy</c> said: by then the load balancer has forgotten the target.</summary>
internal static class HealthWords
{
    private const string Begin = "due to (reason ";

    /// <returns>The load balancer's words for its last answers; null when the event is not about that.</returns>
    public static string? Of(string message, string targetGroupArn)
    {
        if (!message.Contains($"is unhealthy in (target-group {targetGroupArn})", StringComparison.Ordinal)) return null;
        var begin = message.IndexOf(Begin, StringComparison.Ordinal);
        return begin < 0 || !message.EndsWith(')') ? null : message[(begin + Begin.Length)..^1];
    }
}
