using Minato.Contracts.Ecs;

namespace Minato.Ecs.Planning.Services.Traffic;

/// <summary>The steps by which production traffic moves to green.</summary>
internal static class TrafficSteps
{
    public const double All = 100;
    private const double DefaultLinearStep = 10;
    private const double DefaultCanary = 5;
    private const int DefaultLinearBake = 6;
    private const int DefaultCanaryBake = 10;

    /// <summary>Green's percentage after so many steps, counted from 1.</summary>
    public static double Percent(DeploymentConfiguration configuration, int step) => configuration.Strategy switch
    {
        DeploymentStrategy.Linear => Math.Min(All, Math.Round(step * (configuration.LinearConfiguration?.StepPercent ?? DefaultLinearStep), 1)),
        DeploymentStrategy.Canary when step == 1 => configuration.CanaryConfiguration?.CanaryPercent ?? DefaultCanary,
        _ => All,
    };

    /// <summary>How long a step is watched before the next; the last one has the deployment's bake time instead.</summary>
    public static TimeSpan Bake(DeploymentConfiguration configuration, double percent) => percent >= All ? TimeSpan.Zero : configuration.Strategy switch
    {
        DeploymentStrategy.Linear => TimeSpan.FromMinutes(configuration.LinearConfiguration?.StepBakeTimeInMinutes ?? DefaultLinearBake),
        DeploymentStrategy.Canary => TimeSpan.FromMinutes(configuration.CanaryConfiguration?.CanaryBakeTimeInMinutes ?? DefaultCanaryBake),
        _ => TimeSpan.Zero,
    };
}
