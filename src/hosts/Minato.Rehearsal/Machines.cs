using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Attribute = Minato.Contracts.Ecs.Attribute;
using Task = System.Threading.Tasks.Task;

namespace Minato.Rehearsal;

/// <summary>The container instances that a service is rehearsed on: the cluster's own, or others that were asked for.</summary>
internal sealed class Machines(IEc2 ec2, IEcs ecs, RehearsalInput input, WhatIf whatIf, Caller caller)
{
    private const string TypeAttribute = "ecs.instance-type";
    private const string ZoneAttribute = "ecs.availability-zone";

    /// <summary>For an instance whose own type says nothing, such as a machine that is all of a cluster: its resources are told apart.</summary>
    private const string AnyType = "m5.large";

    private readonly List<(string Zone, string Arn)> _all = [];

    /// <summary>Whether the service's tasks run on container instances, and those are known.</summary>
    public static bool AreUsed(RehearsalInput input, WhatIf whatIf) =>
        (whatIf.Instances is not null || !input.Instances.IsEmpty) && NeedsInstances(input.Service);

    /// <summary>Whether tasks of the service take room of container instances.</summary>
    public static bool NeedsInstances(Service service) => service.SchedulingStrategy is SchedulingStrategy.Daemon
        || (service.CapacityProviderStrategy is { IsEmpty: false } strategy
            ? strategy.Any(s => s.CapacityProvider is not ("FARGATE" or "FARGATE_SPOT")) : service.LaunchType is not LaunchType.Fargate);

    public IEnumerable<string> Zones => _all.Select(m => m.Zone).Distinct(StringComparer.Ordinal);

    /// <param name="zones">Those that there are.</param>
    public async Task BuildAsync(string cluster, IReadOnlyList<string> zones, CancellationToken ct)
    {
        if (whatIf.Instances is { } park)
        {
            for (var i = 0; i < park.Count; i++) await AddAsync(cluster, park.Type, zones[i % zones.Count], new(), ct);
            return;
        }

        foreach (var (instance, number) in input.Instances.Where(i => i.Status is null or "ACTIVE").Select((i, n) => (i, n)))
        {
            var zone = Named(instance, ZoneAttribute) is { } own && zones.Contains(own) ? own : zones[number % zones.Count];
            await AddAsync(cluster, Named(instance, TypeAttribute) ?? AnyType, zone, Left(instance), ct);
        }
    }

    /// <summary>The machines of a zone are gone with everything on them.</summary>
    public async Task LoseAsync(string zone, string cluster, CancellationToken ct)
    {
        foreach (var (_, arn) in _all.Where(m => m.Zone == zone))
            await ecs.DeregisterContainerInstanceAsync(new() { Cluster = cluster, ContainerInstance = arn, Force = true }, caller, ct);
    }

    private async Task AddAsync(string cluster, string type, string zone, ContainerInstance size, CancellationToken ct)
    {
        var run = await RunAsync(type, zone, ct);
        var made = await ecs.RegisterContainerInstanceAsync(
            new()
            {
                Cluster = cluster,
                InstanceIdentityDocument = new JsonObject { ["instanceId"] = run }.ToJsonString(),
                TotalResources = size.RemainingResources,
                Attributes = [.. (size.Attributes ?? []).Where(a => IsOwn(a.Name)), new() { Name = TypeAttribute, Value = type }],
            },
            caller, ct);
        _all.Add((zone, made.ContainerInstance?.ContainerInstanceArn ?? ""));
    }

    private async Task<string> RunAsync(string type, string zone, CancellationToken ct)
    {
        try
        {
            return await StartAsync(type);
        }
        catch (AwsException) when (whatIf.Instances is null)
        {
            return await StartAsync(AnyType);
        }
        catch (AwsException e)
        {
            throw new RehearsalException($"{type}: {e.Message}");
        }

        async Task<string> StartAsync(string some) => (await ec2.RunInstancesAsync(
            new() { InstanceType = some, MinCount = 1, MaxCount = 1, Placement = new() { AvailabilityZone = zone } }, caller, ct)).Instances?[0].InstanceId ?? "";
    }

    /// <summary>What remains of the instance, and what the service's own tasks take of it now.</summary>
    private ContainerInstance Left(ContainerInstance instance)
    {
        var own = input.Tasks.Where(t => t.ContainerInstanceArn is { } arn && arn == instance.ContainerInstanceArn).ToList();
        return instance with
        {
            RemainingResources = instance.RemainingResources is null ? null :
            [
                Amount("CPU", own.Sum(t => Number(t.Cpu))), Amount("MEMORY", own.Sum(t => Number(t.Memory))),
            ],
        };

        Resource Amount(string name, int mine) => new()
        {
            Name = name, Type = "INTEGER", IntegerValue = ((instance.RemainingResources ?? []).FirstOrDefault(r => r.Name == name)?.IntegerValue ?? 0) + mine,
        };
    }

    private static int Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;

    /// <summary>Of an owner's attributes: those that ECS gives come with the instance.</summary>
    private static bool IsOwn(string name) => !name.StartsWith("ecs.", StringComparison.Ordinal) && !name.StartsWith("com.amazonaws.", StringComparison.Ordinal);

    private static string? Named(ContainerInstance instance, string attribute) => (instance.Attributes ?? []).FirstOrDefault(a => a.Name == attribute)?.Value;
}
