using System.Collections.Immutable;
using Minato.Contracts.Ecs;

namespace Minato.Rehearsal;

/// <summary>What a rehearsal leaves out, said rather than hidden.</summary>
internal sealed class Notes(RehearsalInput input, WhatIf whatIf)
{
    public ImmutableArray<string> All => [.. Find()];

    /// <exception cref="RehearsalException">The service is of a kind that is not rehearsed.</exception>
    public void Refuse()
    {
        if (input.Service.SchedulingStrategy is SchedulingStrategy.Daemon) throw new RehearsalException("a DAEMON service is not rehearsed: it depends on each container instance.");
        if (input.Service.DeploymentController?.Type is DeploymentControllerType.CodeDeploy or DeploymentControllerType.External)
            throw new RehearsalException("only services of the ECS deployment controller are rehearsed.");
    }

    private IEnumerable<string> Find()
    {
        var configuration = input.Service.DeploymentConfiguration;
        if (configuration?.Alarms is { Enable: true }) yield return "deployment alarms are not rehearsed: no alarm goes off.";
        if (configuration?.LifecycleHooks is { IsEmpty: false }) yield return "lifecycle hooks are not rehearsed: they take no time and let everything pass.";
        if (input.Service.LaunchType is LaunchType.Ec2 or LaunchType.External)
        {
            yield return whatIf.Capacity is { } capacity
                ? $"tasks are rehearsed with an address of their own; the container instances count as room for {capacity} of them."
                : "tasks are rehearsed with an address of their own, and with room for all of them: name a --capacity.";
        }
    }
}
