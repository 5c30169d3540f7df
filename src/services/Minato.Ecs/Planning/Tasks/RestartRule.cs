using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Tasks;

internal static class RestartRule
{
    private const int DefaultPeriod = 300;

    /// <summary>Whether a container that ended by itself starts again in place.</summary>
    public static bool Allows(ContainerDefinition definition, ContainerProgress container, DateTimeOffset now)
    {
        if (definition.RestartPolicy is not { Enabled: true } policy) return false;
        if (container.ExitCode is not { } code || (policy.IgnoredExitCodes ?? []).Contains(code)) return false;
        // AWS: the period counts from the last (re)start, so that there is one restart in each.
        var last = container.RestartedAt ?? container.StartedAt;
        return last is { } at && now - at >= TimeSpan.FromSeconds(policy.RestartAttemptPeriod ?? DefaultPeriod);
    }
}
