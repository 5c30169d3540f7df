using Minato.Contracts.Ecs;

namespace Minato.Ecs.Api;

/// <summary>What the circuit breaker, deployment alarms and early success ask of their parameters.</summary>
internal static class FailureRules
{
    private const int MostPercent = 100;
    private const int MostAlarms = 10;

    public static DeploymentConfiguration Merge(DeploymentConfiguration merged, DeploymentConfiguration? old, DeploymentConfiguration? asked) =>
        merged with { EarlySuccessCriteria = asked?.EarlySuccessCriteria ?? old?.EarlySuccessCriteria };

    public static void Check(DeploymentConfiguration configuration)
    {
        Check(configuration.DeploymentCircuitBreaker?.ThresholdConfiguration);
        if (configuration.Alarms is { Enable: true } alarms)
        {
            if (alarms.AlarmNames.IsEmpty) throw new InvalidParameterException("alarmNames cannot be empty when deployment alarms are enabled.");
            if (alarms.AlarmNames.Length > MostAlarms) throw new InvalidParameterException($"alarmNames can have at most {MostAlarms} items.");
        }

        Check(configuration, configuration.EarlySuccessCriteria);
    }

    private static void Check(ThresholdConfiguration? threshold)
    {
        if (threshold is null) return;
        if (threshold.Value < 1) throw new InvalidParameterException("thresholdConfiguration value must be at least 1.");
        if (threshold is { Type: not ThresholdType.Count, Value: > MostPercent })
            throw new InvalidParameterException($"thresholdConfiguration value must be at most {MostPercent} for a percentage.");
    }

    private static void Check(DeploymentConfiguration configuration, DeploymentEarlySuccessCriteria? early)
    {
        if (early is not { Enable: true }) return;
        if (configuration.Strategy != DeploymentStrategy.Rolling)
            throw new InvalidParameterException("earlySuccessCriteria can only be enabled with the ROLLING deployment strategy.");
        if (early.HealthyPercent is < 0 or > MostPercent)
            throw new InvalidParameterException($"healthyPercent must be between 0 and {MostPercent}.");
        if (early.HealthyPercent < configuration.MinimumHealthyPercent)
            throw new InvalidParameterException("healthyPercent must be greater than or equal to minimumHealthyPercent.");
    }
}
