using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Placement.Query;

namespace Minato.Ecs.Planning.TaskDefinitions;

/// <summary>What AWS refuses to register. Pure: throws the error the caller is to see.</summary>
internal static class TaskDefinitionRules
{
    private const int MostContainers = 10;
    private const int MostConstraints = 10;
    private const int LeastFargateStorage = 21;
    private const int MostFargateStorage = 200;

    public static void Check(RegisterTaskDefinitionRequest request)
    {
        if (string.IsNullOrEmpty(request.Family)) throw new ClientException("Family should not be null or empty.");
        if (!ContainerRules.IsName(request.Family)) throw new ClientException("Family contains invalid characters.");
        var containers = request.ContainerDefinitions;
        if (containers.Length == 0) throw new ClientException("Container list cannot be empty.");
        if (containers.Length > MostContainers)
            throw new ClientException($"Too many containers in the task definition: {containers.Length}. The most is {MostContainers}.");
        if (request.PlacementConstraints is { Length: > MostConstraints })
            throw new ClientException($"A task definition can have at most {MostConstraints} placement constraints.");
        foreach (var constraint in request.PlacementConstraints ?? []) CheckConstraint(constraint);

        var isFargate = request.RequiresCompatibilities?.Contains(Compatibility.Fargate) ?? false;
        var cpu = TaskSize.Cpu(request.Cpu, checkRange: !isFargate);
        var memory = TaskSize.Memory(request.Memory);
        foreach (var container in containers) ContainerRules.Check(container, request.NetworkMode ?? NetworkMode.Bridge, memory);
        CheckTogether(containers);
        CheckVolumes(request);
        CheckFirelens(request);
        if (isFargate) CheckFargate(request, cpu, memory);
    }

    private static void CheckConstraint(TaskDefinitionPlacementConstraint constraint)
    {
        // AWS: distinctInstance is for RunTask and services alone.
        if (constraint.Type != TaskDefinitionPlacementConstraintType.MemberOf)
            throw new ClientException("The type of a placement constraint of a task definition is memberOf.");
        try
        {
            ClusterQuery.Parse(constraint.Expression ?? "");
        }
        catch (InvalidParameterException e)
        {
            throw new ClientException(e.Message);
        }
    }

    private static void CheckTogether(ImmutableArray<ContainerDefinition> containers)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var container in containers)
        {
            if (!names.Add(container.Name ?? "")) throw new ClientException($"Container name '{container.Name}' is used more than once.");
        }

        if (containers.All(c => c.Essential == false)) throw new ClientException("At least one container must be essential.");
        foreach (var container in containers)
        {
            foreach (var needed in container.DependsOn ?? []) CheckDependency(containers, container, needed);
        }

        if (Dependencies.FindCycle(containers) is { } cycle)
            throw new ClientException($"Container dependencies cannot be cyclic: {string.Join(" -> ", cycle)}.");
    }

    private static void CheckDependency(
        ImmutableArray<ContainerDefinition> containers, ContainerDefinition container, ContainerDependency needed)
    {
        if (containers.FirstOrDefault(c => c.Name == needed.ContainerName) is not { } other)
            throw new ClientException($"Container '{container.Name}' depends on container '{needed.ContainerName}', which is not in the task definition.");
        if (needed.Condition is ContainerCondition.Complete or ContainerCondition.Success && other.Essential != false)
            throw new ClientException($"Container '{container.Name}' depends on essential container '{other.Name}' with condition {needed.Condition.ToWire()}: an essential container cannot be waited for to end.");
        if (needed.Condition == ContainerCondition.Healthy && other.HealthCheck is null)
            throw new ClientException($"Container '{container.Name}' depends on the health of container '{other.Name}', which has no health check.");
    }

    private static void CheckVolumes(RegisterTaskDefinitionRequest request)
    {
        var volumes = (request.Volumes ?? []).Select(v => v.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var container in request.ContainerDefinitions)
        {
            foreach (var mount in container.MountPoints ?? [])
            {
                if (!volumes.Contains(mount.SourceVolume)) throw new ClientException($"Unknown volume '{mount.SourceVolume}'.");
            }

            foreach (var from in container.VolumesFrom ?? [])
            {
                if (request.ContainerDefinitions.All(c => c.Name != from.SourceContainer))
                    throw new ClientException($"Container '{container.Name}' takes volumes from container '{from.SourceContainer}', which is not in the task definition.");
            }
        }
    }

    private static void CheckFirelens(RegisterTaskDefinitionRequest request)
    {
        var routers = request.ContainerDefinitions.Where(c => c.FirelensConfiguration is not null).ToArray();
        if (routers.Length > 1) throw new ClientException("Only one container in a task definition can have a firelensConfiguration.");
        if (routers.Length == 0 && request.ContainerDefinitions.Any(c => c.LogConfiguration?.LogDriver == LogDriver.Awsfirelens))
            throw new ClientException("When a container uses the awsfirelens log driver, the task definition must have a container with a firelensConfiguration.");
        foreach (var router in routers)
        {
            if (router.LogConfiguration?.LogDriver == LogDriver.Awsfirelens)
                throw new ClientException($"Container '{router.Name}' has a firelensConfiguration and cannot use the awsfirelens log driver.");
            if (router.FirelensConfiguration?.Options?.GetValueOrDefault("config-file-type") is { } type and not "file")
            {
                throw new ClientException(type == "s3"
                    ? "Minato does not read a FireLens configuration from S3 yet." : $"The FireLens option config-file-type '{type}' is not valid. Valid values are file and s3.");
            }
        }
    }

    private static void CheckFargate(RegisterTaskDefinitionRequest request, int? cpu, int? memory)
    {
        // AWS: these quotes are curly.
        if (request.NetworkMode != NetworkMode.Awsvpc) throw new ClientException("Fargate only supports network mode ‘awsvpc’.");
        TaskSize.RequireFargatePair(cpu, memory);
        if (request.PidMode == PidMode.Host)
            throw new ClientException("Tasks using the Fargate launch type do not support pidMode 'host'. The supported value for pidMode is 'task'.");
        if (request.EphemeralStorage is { SizeInGiB: < LeastFargateStorage })
            throw new ClientException($"EphemeralStorage size should be at least {LeastFargateStorage}");
        if (request.EphemeralStorage is { SizeInGiB: > MostFargateStorage })
            throw new ClientException($"EphemeralStorage size should be at most {MostFargateStorage}");
        if (request.Volumes?.Any(v => v.Host?.SourcePath is not null) ?? false)
            throw new ClientException("Volume 'host' sourcePath is not supported by Fargate.");
        foreach (var container in request.ContainerDefinitions) CheckFargateContainer(request, container);
    }

    private static void CheckFargateContainer(RegisterTaskDefinitionRequest request, ContainerDefinition container)
    {
        if (container.Privileged == true)
            throw new ClientException("Fargate requires that the 'privileged' setting be 'false' at the container level.");
        if (container.LogConfiguration?.LogDriver is { } driver and not (LogDriver.Awslogs or LogDriver.Splunk or LogDriver.Awsfirelens))
            throw new ClientException($"Fargate does not support the log driver '{driver.ToWire()}'. The supported log drivers are awslogs, splunk and awsfirelens.");
        if (container.LogConfiguration?.LogDriver == LogDriver.Awslogs && string.IsNullOrEmpty(request.ExecutionRoleArn))
            throw new ClientException("Fargate requires task definition to have execution role ARN to support log driver awslogs.");
        if (container.StopTimeout is < 2 or > 120)
            throw new ClientException($"Invalid stopTimeout for container '{container.Name}'. It must be between 2 and 120 seconds on Fargate.");
    }
}
