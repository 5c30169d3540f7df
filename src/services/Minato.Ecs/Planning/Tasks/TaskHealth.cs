using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Tasks;

internal static class TaskHealth
{
    // AWS: an essential container without a health check is UNKNOWN, and so is its task, for ever.
    public static HealthStatus Of(TaskProgress progress, ImmutableArray<ContainerDefinition> definitions)
    {
        var essential = definitions.Where(d => d.Essential != false).Select(d => progress.Container(d.Name ?? "").HealthStatus).ToArray();
        if (essential.Contains(HealthStatus.Unhealthy)) return HealthStatus.Unhealthy;
        return essential.Contains(HealthStatus.Unknown) ? HealthStatus.Unknown : HealthStatus.Healthy;
    }
}
