using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Minato.Ecs.Inside;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;
using Minato.Engines.Containers;
using Minato.Engines.Inside;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>The elastic network interface of an awsvpc task, and the pause container that holds its address.</summary>
internal sealed class TaskNetwork(Store store, IEc2 ec2, TaskEngines engines, InsideNetworks inside)
{
    /// <summary>Asks EC2 for an address of the internet besides: its API has no word for it, and only services may tag with such a key.</summary>
    private const string PublicTag = "aws:ecs:assignPublicIp";

    private readonly ConcurrentDictionary<(string? Engine, string Vpc), string> _ready = new(); // The VPC's range, once the engine has its network.

    public async Task<Func<TaskProgress, TaskProgress>> AttachAsync(TaskWork work, CancellationToken ct)
    {
        var task = work.Task;
        var vpc = task.NetworkConfiguration?.AwsvpcConfiguration;
        if (vpc is null || work.Progress.Interface is not { } eni) return Fail("ResourceInitializationError: the task has no network configuration");
        var subnet = vpc.Subnets[(int)(uint.Parse(task.Key.Id.AsSpan(0, 6), NumberStyles.HexNumber, CultureInfo.InvariantCulture) % vpc.Subnets.Length)];
        try
        {
            // The client token makes a repeat after a crash answer the same interface.
            var made = await ec2.CreateNetworkInterfaceAsync(new()
            {
                SubnetId = subnet,
                Groups = vpc.SecurityGroups is { Length: > 0 } groups ? groups : null,
                ClientToken = eni.AttachmentId,
                Description = task.Key.Cluster.Scope.Arn($"attachment/{eni.AttachmentId}"),
                TagSpecifications = vpc.AssignPublicIp == AssignPublicIp.Enabled ? [new() { ResourceType = "network-interface", Tags = [new() { Key = PublicTag, Value = "ENABLED" }] }] : null,
            }, task.Key.Cluster.Scope.AsService(), ct);
            if (made.NetworkInterface is not { } nic) return Fail("ResourceInitializationError: no network interface was made");
            return p => p with
            {
                AvailabilityZone = nic.AvailabilityZone,
                Interface = eni with
                {
                    InterfaceId = nic.NetworkInterfaceId, SubnetId = nic.SubnetId, VpcId = nic.VpcId,
                    PrivateIp = nic.PrivateIpAddress, MacAddress = nic.MacAddress, PrivateDnsName = nic.PrivateDnsName,
                },
            };
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            var assigned = vpc.AssignPublicIp == AssignPublicIp.Enabled ? "enabled" : "disabled";
            return Fail($"Unexpected EC2 error while attempting to Create Network Interface with public IP assignment {assigned} in subnet '{subnet}': {e.Code}");
        }
    }

    public async Task<Func<TaskProgress, TaskProgress>> MakePauseAsync(TaskWork work, CancellationToken ct)
    {
        if (work.Progress.Interface is not { VpcId: { } vpc } eni) return p => p;
        var (id, problem) = await CreatePauseAsync(work, eni, vpc, ct);
        if (id is null) (id, problem) = await CreatePauseAfreshAsync(work, eni, vpc, ct);
        return id is null ? Fail(problem ?? "") : p => p with { Interface = eni with { PauseId = id } };
    }

    public async Task<Func<TaskProgress, TaskProgress>> StartPauseAsync(TaskWork work, CancellationToken ct)
    {
        if (work.Progress.Interface is not { VpcId: { } vpc, PauseId: { } id } eni) return p => p;
        if (await TryStartPauseAsync(work, id, ct) is not null)
        {
            var (again, problem) = await CreatePauseAfreshAsync(work, eni, vpc, ct);
            problem = again is null ? problem ?? "" : await TryStartPauseAsync(work, again, ct);
            if (problem is not null) return Fail(problem);
            id = again;
        }

        return p => p with { Interface = eni with { PauseId = id, IsPauseUp = true } };
    }

    /// <summary>Finds the network of a task that runs since before this process, so that it is answered again.</summary>
    public async ValueTask RecoverAsync(TaskState task, CancellationToken ct)
    {
        if (engines.NameOf(task) is not null) return; // What answers does so on this machine alone.
        if (task.Progress.Interface is not { VpcId: { } vpc, PauseId: not null }) await inside.OpenAsync(task, ct);
        else if (!_ready.ContainsKey((null, vpc))) await EnsureNetworkAsync(task, vpc, ct);
    }

    public async Task<Func<TaskProgress, TaskProgress>> DetachAsync(TaskWork work, CancellationToken ct)
    {
        if (work.Progress.Interface is not { } eni) return p => p;
        var engine = engines.Of(work.Task);
        // By name: it may have been made just before a crash.
        if (await engine.InspectAsync(eni.PauseId ?? ContainerNames.OfPause(work.Task), ct) is { } pause)
        {
            await engine.StopAsync(pause.Id, TimeSpan.Zero, ct);
            await engine.RemoveAsync(pause.Id, ct);
        }

        try
        {
            if (eni.InterfaceId is { } id)
                await ec2.DeleteNetworkInterfaceAsync(new() { NetworkInterfaceId = id }, work.Task.Key.Cluster.Scope.AsService(), ct);
        }
        catch (AwsException e) when (e.Code == "InvalidNetworkInterfaceID.NotFound")
        {
            // Deleted before a crash, or by somebody else.
        }

        return p => p with { Interface = eni with { IsDeleted = true } };
    }

    /// <summary>The network may have been removed since it was last seen: once more from the start.</summary>
    private Task<(string? Id, string? Problem)> CreatePauseAfreshAsync(TaskWork work, InterfaceProgress eni, string vpc, CancellationToken ct)
    {
        _ready.TryRemove((engines.NameOf(work.Task), vpc), out _);
        return CreatePauseAsync(work, eni, vpc, ct);
    }

    private async Task<(string? Id, string? Problem)> CreatePauseAsync(TaskWork work, InterfaceProgress eni, string vpc, CancellationToken ct)
    {
        var home = (Engine: engines.NameOf(work.Task), vpc);
        if (!_ready.ContainsKey(home) && await EnsureNetworkAsync(work.Task, vpc, ct) is { } problem) return (null, problem);
        var resolver = home.Engine is null && _ready.TryGetValue(home, out var cidr) ? inside.ResolverOf(cidr) : null;
        var hosts = work.Task.Connect is { } connect ? ConnectTables.Hosts(store.Current, connect) : [];
        var created = await engines.Of(work.Task).CreateAsync(ContainerSpecs.Pause(work.Task, work.Definition, eni, resolver, hosts).On(work.Instance), ct);
        return created is CreateOutcome.Created { ContainerId: var id } ? (id, null) : (null, StopReasons.Of(created));
    }

    /// <returns>Why it cannot run, and is removed; null when it runs.</returns>
    private async Task<string?> TryStartPauseAsync(TaskWork work, string id, CancellationToken ct)
    {
        var engine = engines.Of(work.Task);
        var started = await engine.StartAsync(id, ct);
        if (started is StartOutcome.Started) return null;
        await engine.RemoveAsync(id, ct);
        return StopReasons.Of(started) ?? "";
    }

    private async Task<string?> EnsureNetworkAsync(TaskState task, string vpc, CancellationToken ct)
    {
        var answer = await ec2.DescribeVpcsAsync(new() { VpcIds = [vpc] }, task.Key.Cluster.Scope.AsService(), ct);
        if (answer.Vpcs is not [{ CidrBlock: { } cidr }, ..]) return StopReasons.Named("ResourceInitializationError", $"the VPC {vpc} does not exist");
        switch (await engines.Of(task).EnsureNetworkAsync(new(vpc, cidr, FirstAddress(cidr)), ct))
        {
            case NetworkOutcome.Collides collides:
                return StopReasons.Named("ResourceInitializationError", $"the range {cidr} of {vpc} is in use on this host by {collides.With}");
            case NetworkOutcome.Refused refused:
                return StopReasons.Named("ResourceInitializationError", refused.Reason);
            default:
                _ready[(engines.NameOf(task), vpc)] = cidr;
                if (engines.NameOf(task) is null) await inside.OpenAsync(new InsideNetwork.Bridge(cidr, FirstAddress(cidr)), ct);
                return null;
        }
    }

    private static string FirstAddress(string cidr)
    {
        var bytes = IPNetwork.Parse(cidr).BaseAddress.GetAddressBytes();
        bytes[^1]++;
        return new IPAddress(bytes).ToString();
    }

    private static Func<TaskProgress, TaskProgress> Fail(string reason) => p => p.StopCode is not null ? p : p with
    {
        StopCode = TaskStopCode.TaskFailedToStart, StoppedReason = reason,
    };
}
