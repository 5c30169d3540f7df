using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Api;

/// <summary>What a service may ask for whose deployments are not ours: those of CodeDeploy, and of controllers of somebody's own.</summary>
internal static class ControllerRules
{
    public static DeploymentControllerType Of(CreateServiceRequest request) => request.DeploymentController?.Type ?? DeploymentControllerType.Ecs;

    public static void Check(CreateServiceRequest request)
    {
        var controller = Of(request);
        if (controller == DeploymentControllerType.External)
        {
            CheckExternal(request);
        }
        else if (string.IsNullOrEmpty(request.TaskDefinition))
        {
            throw new InvalidParameterException("TaskDefinition cannot be blank.");
        }

        if (controller != DeploymentControllerType.Ecs) CheckForeign(request, controller.ToWire());
        if (controller == DeploymentControllerType.CodeDeploy) CheckCodeDeploy(request);
    }

    /// <summary>What is the task set's is refused, in an order that clients have come to know.</summary>
    public static void Check(ServiceState service, UpdateServiceRequest request)
    {
        if (request.DeploymentController is { } asked && asked.Type != service.Controller)
            throw new UnsupportedFeatureException("Minato does not change the deployment controller of a service yet.");
        if (!service.HasTaskSets) return;
        Refuse(request.TaskDefinition is not null, "task definition");
        Refuse(request.NetworkConfiguration is not null, "network parameters");
        Refuse(request.PlatformVersion is not null, "platform version");
        Refuse(request.LoadBalancers is not null, "load balancers");
        Refuse(request.ServiceRegistries is not null, "service registries");
        Refuse(request.ServiceConnectConfiguration is not null, "service connect configuration");
        Refuse(request.VolumeConfigurations is not null, "volume configurations");
        Refuse(request.VpcLatticeConfigurations is not null, "VPC Lattice configurations");
        // AWS: a change of the capacity providers is told as the deployment that it would force.
        if (request.ForceNewDeployment == true || request.CapacityProviderStrategy is not null)
            throw new InvalidParameterException($"Cannot force a new deployment on services with {Ending(service.Controller)}");

        void Refuse(bool isAsked, string what)
        {
            if (isAsked) throw new InvalidParameterException($"Unable to update {what} on services with {Ending(service.Controller)}");
        }
    }

    private static string Ending(DeploymentControllerType controller) => controller == DeploymentControllerType.CodeDeploy
        ? "a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment."
        : "an EXTERNAL deployment controller. Create a new task set instead.";

    private static void CheckExternal(CreateServiceRequest request)
    {
        switch (request.TaskDefinition)
        {
            case null: break;
            case "": throw new InvalidParameterException("Family should not be null or empty.");
            default: throw new InvalidParameterException("TaskDefinition must be blank.");
        }

        if (request.LoadBalancers is { Length: > 0 }) throw new InvalidParameterException("LoadBalancers must be blank.");
        if (request.NetworkConfiguration is not null) throw new InvalidParameterException("NetworkConfiguration must be blank.");
        if (request.CapacityProviderStrategy is { Length: > 0 }) throw new InvalidParameterException("CapacityProviderStrategy must be blank.");
        if (request.PlatformVersion is not null) throw new InvalidParameterException("PlatformVersion must be blank.");
    }

    private static void CheckForeign(CreateServiceRequest request, string controller)
    {
        if (request.SchedulingStrategy == SchedulingStrategy.Daemon)
            throw new InvalidParameterException($"The daemon scheduling strategy does not support the {controller} deployment controller. Change the deployment controller and try again");
        if (request.DeploymentConfiguration?.DeploymentCircuitBreaker is { Enable: true })
            throw new InvalidParameterException($"Deployment circuit breaker is not supported with the {controller} deployment controller.");
        if (request.DeploymentConfiguration?.Strategy is not (null or DeploymentStrategy.Rolling))
            throw new InvalidParameterException($"Deployment strategies are not supported with the {controller} deployment controller.");
    }

    private static void CheckCodeDeploy(CreateServiceRequest request)
    {
        if (request.LoadBalancers is not [_])
            throw new InvalidParameterException("Services with a CODE_DEPLOY deployment controller must specify exactly one load balancer.");
        if (request.CapacityProviderStrategy is { Length: > 0 })
            throw new InvalidParameterException("Capacity providers are not supported on services with a CODE_DEPLOY deployment controller.");
    }
}
