using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.State;

namespace Minato.Ecs.Api;

/// <summary>Whether a service may be rebalanced between Availability Zones.</summary>
internal static class ZoneRules
{
    // AWS: left out, it is on for every new service that it can be on for.
    public static AvailabilityZoneRebalancing Resolve(ServiceState service, AvailabilityZoneRebalancing? asked)
    {
        Check(service, asked);
        return asked ?? (ZoneRebalancing.Explain(service) is null ? AvailabilityZoneRebalancing.Enabled : AvailabilityZoneRebalancing.Disabled);
    }

    public static void Check(ServiceState service, AvailabilityZoneRebalancing? asked)
    {
        if (asked == AvailabilityZoneRebalancing.Enabled && ZoneRebalancing.Explain(service) is { } reason)
            throw new InvalidParameterException($"Availability Zone rebalancing is not supported with {reason}.");
    }
}
