using System.Collections.Immutable;
using System.Globalization;
using Minato.Aws;
using Minato.AutoScaling.Planning;
using Minato.AutoScaling.State;
using Minato.Contracts.AutoScaling;
using Minato.Contracts.Ec2;
using Instance = Minato.Contracts.Ec2.Instance;
using InstanceState = Minato.AutoScaling.State.InstanceState;

namespace Minato.AutoScaling.Reconcile;

/// <summary>What became of asking EC2 for an instance.</summary>
internal abstract record LaunchOutcome
{
    /// <param name="Template">With the number of the version that was used.</param>
    public sealed record Launched(Instance Instance, TemplateReference? Template, string Cluster) : LaunchOutcome;

    public sealed record Refused(string Message) : LaunchOutcome;
}

/// <summary>Speaks to EC2 for groups: runs their instances and takes them back.</summary>
internal sealed class Ec2Instances(IEc2 ec2)
{
    public async ValueTask<LaunchOutcome> RunAsync(GroupState group, LaunchState launch, LaunchConfiguration? configuration, CancellationToken ct)
    {
        try
        {
            var (template, userData) = launch.Template is { } named ? await ResolveAsync(group.Key, named, ct) : (null, configuration?.UserData);
            var answer = await ec2.RunInstancesAsync(LaunchPlanner.Request(group, launch with { Template = template }, configuration), As(group.Key), ct);
            return answer.Instances is [{ InstanceId: not null } instance, ..]
                ? new LaunchOutcome.Launched(instance, template, UserData.Cluster(userData)) : new LaunchOutcome.Refused("EC2 answered no instance.");
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            return new LaunchOutcome.Refused(e.Message);
        }
    }

    public async ValueTask TerminateAsync(InstanceState instance, CancellationToken ct)
    {
        try
        {
            await ec2.TerminateInstancesAsync(new() { InstanceIds = [instance.Id] }, As(instance.Group), ct);
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            // Somebody terminated it already.
        }
    }

    /// <returns>The instances of these that EC2 no longer runs.</returns>
    public async ValueTask<ImmutableArray<InstanceState>> LostAsync(GroupKey group, ImmutableArray<InstanceState> instances, CancellationToken ct)
    {
        if (instances.IsEmpty) return [];
        var there = (await DescribeAsync(group, [.. instances.Select(i => i.Id)], ct)).Where(Runs).Select(i => i.InstanceId).ToHashSet(StringComparer.Ordinal);
        return [.. instances.Where(i => !there.Contains(i.Id))];
    }

    private static bool Runs(Instance instance) => instance.State?.Name is InstanceStateName.Pending or InstanceStateName.Running;

    private async ValueTask<IEnumerable<Instance>> DescribeAsync(GroupKey group, ImmutableArray<string> ids, CancellationToken ct)
    {
        try
        {
            return All(await ec2.DescribeInstancesAsync(new() { InstanceIds = ids }, As(group), ct));
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            // AWS: one that is gone makes all of a list of ids an error; a filter passes over it.
            return All(await ec2.DescribeInstancesAsync(new() { Filters = [new() { Name = "instance-id", Values = ids }] }, As(group), ct));
        }

        static IEnumerable<Instance> All(DescribeInstancesResponse answer) => (answer.Reservations ?? []).SelectMany(r => r.Instances ?? []);
    }

    private async ValueTask<(TemplateReference? Template, string? UserData)> ResolveAsync(GroupKey group, TemplateReference template, CancellationToken ct)
    {
        var answer = await ec2.DescribeLaunchTemplateVersionsAsync(new() { LaunchTemplateId = template.Id, Versions = [template.Version] }, As(group), ct);
        return answer.LaunchTemplateVersions is [{ VersionNumber: { } number } version, ..]
            ? (template with { Version = number.ToString(CultureInfo.InvariantCulture) }, version.LaunchTemplateData?.UserData) : (template, null);
    }

    private static Caller As(GroupKey group) => Caller.ForService(group.AccountId, group.Region, "autoscaling.amazonaws.com");
}
