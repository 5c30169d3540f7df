using System.Collections.Immutable;
using Minato.Contracts.Ecs;

namespace Minato.Rehearsal;

/// <summary>
/// A task definition as it is rehearsed: its containers with their order, health checks and time limits, and on container instances their
/// size and ports; without what has no meaning on a simulated machine (images, roles, secrets, logs, volumes). And how its containers
/// behave there.
/// </summary>
internal static class Cast
{
    private static readonly TimeSpan s_initTime = TimeSpan.FromSeconds(1); // Of a container that others wait to end.

    /// <summary>The same name for every version of a family: revisions then number as they would.</summary>
    public static RegisterTaskDefinitionRequest Definition(TaskDefinition definition, string family, string version, bool onInstances) => onInstances
        ? new()
        {
            Family = family,
            NetworkMode = definition.NetworkMode,
            Cpu = definition.Cpu,
            Memory = definition.Memory,
            PlacementConstraints = definition.PlacementConstraints,
            ContainerDefinitions = [.. Containers(definition).Zip(Plain(definition, version), (asked, plain) => plain with
            {
                Cpu = asked.Cpu, Memory = asked.Memory, MemoryReservation = asked.MemoryReservation, PortMappings = asked.PortMappings,
            })],
        }
        : new()
        {
            Family = family,
            NetworkMode = NetworkMode.Awsvpc,
            RequiresCompatibilities = [Compatibility.Fargate],
            Cpu = "256",
            Memory = "512",
            ContainerDefinitions = [.. Plain(definition, version)],
        };

    private static IEnumerable<ContainerDefinition> Plain(TaskDefinition definition, string version) => Containers(definition).Select(c => new ContainerDefinition
    {
        Name = c.Name,
        Image = ImageOf(c, version),
        Essential = c.Essential,
        PortMappings = [.. (c.PortMappings ?? []).Select(p => new PortMapping { ContainerPort = p.ContainerPort, Protocol = p.Protocol })],
        DependsOn = c.DependsOn,
        HealthCheck = c.HealthCheck,
        StartTimeout = c.StartTimeout,
        StopTimeout = c.StopTimeout,
    });

    /// <param name="isNew">Whether the failures of the what-if are its.</param>
    /// <param name="targets">Containers behind a load balancer: those decide whether a task is well.</param>
    public static IEnumerable<SimImage> Images(TaskDefinition definition, string version, WhatIf whatIf, bool isNew, IReadOnlySet<string> targets)
    {
        var containers = Containers(definition);
        var main = containers.FirstOrDefault(c => targets.Contains(c.Name ?? "")) ?? containers.FirstOrDefault(c => c.Essential is not false);
        foreach (var container in containers)
        {
            var isAwaited = containers.Any(c => (c.DependsOn ?? []).Any(d => d.ContainerName == container.Name && d.Condition is ContainerCondition.Complete or ContainerCondition.Success));
            yield return new(ImageOf(container, version))
            {
                Digest = "sha256:" + Digest(ImageOf(container, version)),
                RunsFor = isAwaited && container.Essential is false ? s_initTime : null,
                Listens = [.. (container.PortMappings ?? []).Select(p => p.ContainerPort ?? 0)],
                ListensAfter = whatIf.StartUp,
                Health = [new(TimeSpan.Zero, false), new(whatIf.StartUp, true)],
                FailureRate = isNew && ReferenceEquals(container, main) ? whatIf.FailureRate : 0,
                Failure = whatIf.Failure switch
                {
                    FailureKind.Start => SimFailure.Refused,
                    FailureKind.Crash => SimFailure.Crash,
                    _ => SimFailure.Sick,
                },
            };
        }
    }

    private static ImmutableArray<ContainerDefinition> Containers(TaskDefinition definition) => definition.ContainerDefinitions ?? [];

    private static string ImageOf(ContainerDefinition container, string version) => $"{container.Name}:{version}";

    private static string Digest(string name) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)));
}
