using System.Collections.Immutable;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.Ecs;

namespace Minato.Rehearsal;

/// <summary>What a rehearsal assumes or leaves out, said rather than hidden.</summary>
internal sealed class Notes(RehearsalInput input, WhatIf whatIf)
{
    public ImmutableArray<string> All => [.. Find()];

    /// <exception cref="RehearsalException">The service is of a kind that is not rehearsed, or the what-if names what it does not have.</exception>
    public void Refuse()
    {
        if (input.Service.DeploymentController?.Type is DeploymentControllerType.CodeDeploy or DeploymentControllerType.External)
            throw new RehearsalException("only services of the ECS deployment controller are rehearsed.");
        if (input.Service.SchedulingStrategy is SchedulingStrategy.Daemon && !Machines.AreUsed(input, whatIf))
            throw new RehearsalException("a DAEMON service needs container instances: name some, for example --instances 3:m5.large.");
        if (whatIf.Instances is not null && !Machines.AreUsed(input, whatIf))
            throw new RehearsalException("the service runs on Fargate: container instances make no difference to it. Name a --capacity.");
        if (input.SecurityGroupsAfter is not null && input.Service.NetworkConfiguration?.AwsvpcConfiguration is null)
            throw new RehearsalException("the tasks of the service have no network interface, and so no security groups of their own.");
        Alarms.Check(input, whatIf);
        Hooks.Check(input, whatIf);
    }

    private IEnumerable<string> Find()
    {
        if (Alarms.Of(input) is { Count: > 0 } alarms)
        {
            if (whatIf.Alarms.IsEmpty) yield return $"no alarm goes off: say which does with --alarm, for example {alarms[0]}@5m.";
            foreach (var name in alarms.Where(n => input.Alarms.Any(a => a.AlarmName == n && a.StateValue is StateValue.Alarm)))
                yield return $"alarm {name} is in ALARM now: a deployment that begins so does not watch its alarms.";
        }

        if (whatIf.Hooks.IsEmpty && Hooks.AreThere(input)) yield return "lifecycle hooks succeed at once: say what they answer with --hook.";
        if (Groups.OfTasks(input).Any() && !Groups.AreRehearsed(input) && input.Service.LoadBalancers is { Length: > 0 })
            yield return "the rules of the security groups are not known: health checks reach every task.";
        if (input.Service.LaunchType is LaunchType.Ec2 or LaunchType.External && !Machines.AreUsed(input, whatIf))
        {
            yield return whatIf.Capacity is { } capacity
                ? $"tasks are rehearsed with an address of their own; the container instances count as room for {capacity} of them."
                : "tasks are rehearsed with an address of their own, and with room for all of them: name a --capacity, or --instances.";
        }
    }
}
