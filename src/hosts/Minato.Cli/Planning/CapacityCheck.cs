using System.Globalization;
using Minato.Cli.Running;
using Minato.Contracts.Ecs;

namespace Minato.Cli.Planning;

/// <summary>Whether there is room for one task more: a rolling update that finds none does not begin.</summary>
internal sealed class CapacityCheck(AwsAccess aws, Service service, TaskDefinition definition)
{
    private const string Subject = "capacity";
    private const int DescribedAtOnce = 100;

    public async Task<Check> AskAsync(CancellationToken ct)
    {
        if (service.LaunchType is not (LaunchType.Ec2 or LaunchType.External))
            return Check.Passed(Subject, "Fargate: tasks take no room of container instances");
        var instances = await InstancesAsync(ct);
        var (cpu, memory) = Demand();
        var fits = instances.Sum(i => Math.Min(Fits(i, "CPU", cpu), Fits(i, "MEMORY", memory)));
        var (desired, min) = (service.DesiredCount ?? 0, service.DeploymentConfiguration?.MinimumHealthyPercent ?? 100);
        var mayStopFirst = (desired * min + 99) / 100 < desired;
        var words = $"{instances.Count} instances have room for {Math.Min(fits, int.MaxValue)} tasks of {cpu} CPU units and {memory} MiB";
        if (fits > 0) return Check.Passed(Subject, words);
        return mayStopFirst ? Check.Unknown(Subject, $"{words}; minimumHealthyPercent {min} lets old tasks go first to make some")
            : Check.Failed(Subject, $"{words}, and minimumHealthyPercent {min} lets no old task go first");
    }

    private async Task<List<ContainerInstance>> InstancesAsync(CancellationToken ct)
    {
        var found = new List<ContainerInstance>();
        string? next = null;
        do
        {
            var page = await aws.Ecs.ListContainerInstancesAsync(
                new() { Cluster = service.ClusterArn, NextToken = next, MaxResults = DescribedAtOnce, Status = ContainerInstanceStatus.Active }, aws.Caller, ct);
            if (page.ContainerInstanceArns is { IsEmpty: false } arns)
                found.AddRange((await aws.Ecs.DescribeContainerInstancesAsync(new() { Cluster = service.ClusterArn, ContainerInstances = arns }, aws.Caller, ct)).ContainerInstances ?? []);
            next = page.NextToken;
        }
        while (next is not null);
        return found;
    }

    /// <summary>Of the task where it says so, else of its containers together.</summary>
    private (long Cpu, long Memory) Demand()
    {
        var containers = definition.ContainerDefinitions ?? [];
        return (Number(definition.Cpu) ?? containers.Sum(c => (long)(c.Cpu ?? 0)), Number(definition.Memory) ?? containers.Sum(c => (long)(c.MemoryReservation ?? c.Memory ?? 0)));
    }

    private static long Fits(ContainerInstance instance, string resource, long each) => each == 0 ? int.MaxValue
        : ((instance.RemainingResources ?? []).FirstOrDefault(r => r.Name == resource)?.IntegerValue ?? 0) / each;

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
