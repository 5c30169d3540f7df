using System.Collections.Immutable;
using System.Text;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Engines.Containers;
using Minato.Platform;

namespace Minato.Ec2.Api;

// Instances start, stop and say how they are.
internal sealed partial class Ec2Api
{
    /// <summary>AWS: the last 64 KB are kept.</summary>
    private const int LongestConsole = 64 * 1024;

    /// <summary>The engine goes on telling while the machine runs; what it has told by then is the answer.</summary>
    private static readonly TimeSpan ConsoleWait = TimeSpan.FromMilliseconds(500);

    public async Task<StartInstancesResponse> StartInstancesAsync(StartInstancesRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        var changes = await ChangeAsync(request.InstanceIds, caller, (tx, machine, body) =>
        {
            if (body.State is InstanceStateName.Running or InstanceStateName.Pending) return body;
            if (body.State is not InstanceStateName.Stopped) throw WrongState(machine, "started");
            if (body.HasPublicAddress && tx.Find(Ec2Tables.Interfaces, machine.Key with { Id = body.InterfaceId }) is { } nic) GivePublic(tx, nic, caller);
            return body with { Wanted = InstanceStateName.Running, State = InstanceStateName.Pending, Reason = null, ReasonCode = null, EndedAt = null };
        }, ct);
        return new() { StartingInstances = changes };
    }

    public async Task<StopInstancesResponse> StopInstancesAsync(StopInstancesRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        var changes = await ChangeAsync(request.InstanceIds, caller, (_, machine, body) => body.State switch
        {
            InstanceStateName.Running or InstanceStateName.Pending when body.DisableApiStop => throw new AwsException("OperationNotPermitted",
                $"The instance '{machine.Key.Id}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again."),
            InstanceStateName.Running or InstanceStateName.Pending => body with
            {
                Wanted = InstanceStateName.Stopped, State = InstanceStateName.Stopping, ReasonCode = MachineReason.ByUser.Code, Reason = MachineReason.ByUser.Message,
            },
            InstanceStateName.Stopping or InstanceStateName.Stopped => body,
            _ => throw WrongState(machine, "stopped"),
        }, ct);
        return new() { StoppingInstances = changes };
    }

    public async Task<RebootInstancesResponse> RebootInstancesAsync(RebootInstancesRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        await ChangeAsync(request.InstanceIds, caller, (_, machine, body) => body.State is InstanceStateName.Running or InstanceStateName.Pending
            ? body with { RebootAt = clock.GetUtcNow() } : throw WrongState(machine, "rebooted"), ct);
        return new();
    }

    public async Task<GetConsoleOutputResponse> GetConsoleOutputAsync(GetConsoleOutputRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        if (store.Current.Find(Ec2Tables.Machines, KeyOf(caller, request.InstanceId)) is not { } machine) throw Ec2Errors.InstanceNotFound(request.InstanceId);
        var output = machine.Body is null ? "" : await ConsoleAsync(MachineContainers.NameOf(machine.Key), ct);
        return new() { InstanceId = request.InstanceId, Timestamp = clock.GetUtcNow(), Output = Convert.ToBase64String(Encoding.UTF8.GetBytes(output)) };
    }

    private async Task<string> ConsoleAsync(string container, CancellationToken ct)
    {
        var text = new StringBuilder();
        using var limit = new CancellationTokenSource(ConsoleWait, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            if (await engine.InspectAsync(container, ct) is not { } there) return "";
            await foreach (var line in engine.FollowLogsAsync(there.Id, null, either.Token))
            {
                text.Append(Encoding.UTF8.GetString(line.Text.Span)).Append('\n');
                if (text.Length > LongestConsole) text.Remove(0, text.Length - LongestConsole);
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // It runs still; this is what it has said.
        }
        catch (EngineUnavailableException)
        {
            // AWS: empty while there is nothing to be had.
        }
        return text.ToString();
    }

    /// <summary>All of them, or none.</summary>
    private async Task<ImmutableArray<InstanceStateChange>> ChangeAsync(
        ImmutableArray<string> machines, Caller caller, Func<Transaction, MachineState, MachineBody, MachineBody> change, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        var changes = await store.UpdateAsync(tx => machines.Distinct(StringComparer.Ordinal).Select(id =>
        {
            var (machine, body) = BodyOf(tx, caller, id);
            var now = change(tx, machine, body);
            tx.Put(Ec2Tables.Machines, machine with { Body = now });
            return Changed(id, body.State, now.State);
        }).ToImmutableArray(), ct);
        foreach (var changed in changes) hints.Publish(Ec2Room.InstanceTopic, changed.InstanceId ?? "");
        return changes;
    }

    /// <summary>One that is carved out of the host has nothing that could be stopped. AWS's words for what has no disk to come back from.</summary>
    private (MachineState Machine, MachineBody Body) BodyOf(IReadState state, Caller caller, string id)
    {
        var machine = state.Find(Ec2Tables.Machines, KeyOf(caller, id));
        if (machine is null && id != HostId(HomeOf(caller))) throw Ec2Errors.InstanceNotFound(id);
        return machine?.Body is { } body ? (machine, body)
            : throw Ec2Errors.Unsupported($"The instance '{id}' does not have an 'ebs' root device type and cannot be stopped.");
    }

    private static InstanceStateChange Changed(string id, InstanceStateName before, InstanceStateName now) =>
        new() { InstanceId = id, PreviousState = ToWire(before), CurrentState = ToWire(now) };

    private static AwsException WrongState(MachineState machine, string verb) =>
        new("IncorrectInstanceState", $"The instance '{machine.Key.Id}' is not in a state from which it can be {verb}.");

    private InstanceStatus StatusOf(IReadState state, HomeState home, MachineState? machine)
    {
        var (id, zone, now) = machine is null ? (HostId(home.Home), HostOf(state, home).Placement?.AvailabilityZone ?? "", InstanceStateName.Running)
            : (machine.Key.Id, machine.AvailabilityZone, machine.State);
        var isRunning = now is InstanceStateName.Running;
        var summary = new InstanceStatusSummary
        {
            Status = isRunning ? SummaryStatus.Ok : SummaryStatus.NotApplicable,
            Details = isRunning ? [new() { Name = StatusName.Reachability, Status = StatusType.Passed }] : [],
        };
        return new()
        {
            InstanceId = id, AvailabilityZone = zone, AvailabilityZoneId = Places.IdOfZone(home.Home.Region, zone), InstanceState = ToWire(now),
            InstanceStatusValue = summary, SystemStatus = summary, Events = [],
        };
    }
}
