using Minato.Contracts.Eventbridge;
using Minato.EventBridge.State;

namespace Minato.EventBridge.Planning;

/// <summary>How an attempt to reach a target ended.</summary>
internal abstract record DeliveryOutcome
{
    private DeliveryOutcome()
    {
    }

    public sealed record Delivered : DeliveryOutcome;

    /// <param name="Code">As the attributes of a dead letter name it: NO_PERMISSIONS, NO_RESOURCE, RESOURCE_ALREADY_EXISTS, THROTTLING, TIMEOUT.</param>
    /// <param name="Message">Why.</param>
    /// <param name="IsFinal">AWS: missing permissions and missing targets are not tried again.</param>
    public sealed record Failed(string Code, string Message, bool IsFinal) : DeliveryOutcome;
}

/// <summary>What comes after an attempt.</summary>
internal abstract record DeliveryStep
{
    private DeliveryStep()
    {
    }

    public sealed record Done : DeliveryStep;

    public sealed record Retry(DateTimeOffset At) : DeliveryStep;

    /// <param name="Condition">MaximumRetryAttempts or MaximumEventAgeInSeconds; null when the failure itself was final.</param>
    public sealed record GiveUp(string? Condition) : DeliveryStep;
}

/// <summary>Exponential back-off up to some minutes, within what the target's retry policy allows.</summary>
internal static class DeliveryPlanner
{
    public const int MostAttempts = 185;
    public static readonly TimeSpan LongestLife = TimeSpan.FromHours(24);
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(8); // So that all attempts fit into a day.

    /// <param name="delivery">Before the attempt.</param>
    /// <param name="outcome">Of the attempt.</param>
    /// <param name="now">When it ended.</param>
    /// <param name="chance">From 0 to 1: what failed together does not return together.</param>
    public static DeliveryStep Next(DeliveryState delivery, DeliveryOutcome outcome, DateTimeOffset now, double chance)
    {
        if (outcome is not DeliveryOutcome.Failed failed) return new DeliveryStep.Done();
        if (failed.IsFinal) return new DeliveryStep.GiveUp(null);
        var policy = delivery.Target.RetryPolicy;
        if (delivery.Attempts >= (policy?.MaximumRetryAttempts ?? MostAttempts)) return new DeliveryStep.GiveUp(nameof(RetryPolicy.MaximumRetryAttempts));
        var end = delivery.AcceptedAt + (policy?.MaximumEventAgeInSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : LongestLife);
        var wait = s_first * Math.Pow(2, Math.Min(delivery.Attempts, 20));
        var at = now + (wait < s_longest ? wait : s_longest) * (1 - (0.25 * chance));
        return at < end ? new DeliveryStep.Retry(at) : new DeliveryStep.GiveUp(nameof(RetryPolicy.MaximumEventAgeInSeconds));
    }
}
