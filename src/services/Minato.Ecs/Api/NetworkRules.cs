using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Api;

/// <summary>What RunTask, StartTask and CreateService ask of a network configuration.</summary>
internal static class NetworkRules
{
    private const int MostSubnets = 16;
    private const int MostGroups = 5;

    public static void Check(TaskDefinitionState definition, NetworkConfiguration? configuration, LaunchType launchType)
    {
        if (definition.NetworkMode != NetworkMode.Awsvpc)
        {
            if (configuration?.AwsvpcConfiguration is not null)
                throw new InvalidParameterException("Network Configuration is not valid for the given networkMode of this task definition.");
            return;
        }

        if (configuration?.AwsvpcConfiguration is not { } vpc)
            throw new InvalidParameterException("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
        if (vpc.Subnets.Length == 0) throw new InvalidParameterException("subnets can not be empty.");
        if (vpc.Subnets.Length > MostSubnets) throw new InvalidParameterException($"subnets can have at most {MostSubnets} items.");
        if (vpc.SecurityGroups is { Length: > MostGroups })
            throw new InvalidParameterException($"securityGroups can have at most {MostGroups} items.");
        if (vpc.AssignPublicIp == AssignPublicIp.Enabled && launchType != LaunchType.Fargate)
            throw new InvalidParameterException("Assign public IP is not supported for this launch type.");
    }
}
