using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Planning.Placement;

/// <summary>Whether a task that finds no place waits in PROVISIONING.</summary>
internal static class CapacityWaits
{
    /// <summary>The instance belongs to no capacity provider, or to another.</summary>
    public const string OtherProvider = "CAPACITY";

    public const string LimitExceeded = "Tasks provisioning capacity limit exceeded.";

    /// <summary>Only managed scaling brings the instance it would wait for.</summary>
    public static bool MayWait(IReadState ecs, TaskLaunch launch) => launch.CapacityProviderName is { } name
        && ecs.Find(CapacityTables.Providers, new CapacityProviderKey(launch.Cluster.Scope, name)) is { IsActive: true, IsManaged: true };
}
