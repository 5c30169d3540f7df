using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Api;

/// <summary>What a DAEMON service may not ask for.</summary>
internal static class DaemonRules
{
    /// <summary>One task an instance leaves no room beside it: all of them may be away while they are replaced.</summary>
    public static DeploymentConfiguration Defaults(DeploymentConfiguration? asked) => (asked ?? new()) with
    {
        MaximumPercent = asked?.MaximumPercent ?? 100,
        MinimumHealthyPercent = asked?.MinimumHealthyPercent ?? 0,
    };

    public static void Check(CreateServiceRequest request, ClusterState cluster)
    {
        CheckShared(request.DesiredCount, request.PlacementStrategy is { Length: > 0 }, request.DeploymentConfiguration);
        if (request.DeploymentController is { Type: not DeploymentControllerType.Ecs } controller)
            throw Unsupported($"the {controller.Type.ToWire()} deployment controller", "Change the deployment controller");
        if (request.LaunchType == LaunchType.Fargate) throw Unsupported("the FARGATE launch type", "Change the launch type");
        // AWS: the cluster's default strategy is refused as one in the request is; a launch type overrides it.
        if (request.CapacityProviderStrategy is { Length: > 0 } || (request.LaunchType is null && !cluster.DefaultStrategy.IsEmpty))
        {
            throw new InvalidParameterException(
                "Specifying a capacity provider strategy is not supported when you create a service using the DAEMON scheduling strategy.");
        }
    }

    public static void Check(UpdateServiceRequest request)
    {
        CheckShared(request.DesiredCount, request.PlacementStrategy is { Length: > 0 }, request.DeploymentConfiguration);
        if (request.CapacityProviderStrategy is { Length: > 0 }) throw Unsupported("a capacity provider strategy", "Remove the capacity provider strategy");
    }

    private static void CheckShared(int? desired, bool hasStrategy, DeploymentConfiguration? configuration)
    {
        if (desired is not null) throw Unsupported("a desired count for services", "Remove the desired count value");
        if (hasStrategy) throw Unsupported("placement strategies", "Remove the placement strategy");
        if (configuration?.MaximumPercent is not (null or 100))
            throw Unsupported("values other than 100 for maximumPercent", "Change the value of maximumPercent");
    }

    private static InvalidParameterException Unsupported(string what, string remedy) =>
        new($"The daemon scheduling strategy does not support {what}. {remedy} and try again");
}
