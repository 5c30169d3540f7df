using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Engines.Containers;
using Minato.Engines.Documents;
using Minato.Platform;

namespace Minato.Ec2.Reconcile;

internal sealed record MachineKey(ResourceKey Id)
{
    public override string ToString() => Id.ToString();
}

/// <summary>Boots, stops, copies and removes the containers that play instances.</summary>
internal sealed class MachineReconciler(
    Store store, IContainerEngine engine, TimeProvider clock, Hints hints, MachineDoors doors, MachineImages images,
    IYamlReader? yaml = null) : IReconciler<MachineKey>
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    public async ValueTask<Next> ReconcileAsync(MachineKey key, CancellationToken ct)
    {
        if (store.Current.Find(Ec2Tables.Machines, key.Id) is not { } machine)
        {
            // A reset took the record: what played it goes as well.
            if (await engine.InspectAsync(MachineContainers.NameOf(key.Id), ct) is { } leftover) await engine.RemoveAsync(leftover.Id, ct);
            return Next.Done;
        }
        if (machine.Body is not { } body) return Next.Done;
        if (body.Wanted is InstanceStateName.Running && VpcOf(machine) is { } vpc && await doors.OpenAsync(vpc, ct) is { } closed)
            return await FailAsync(machine, closed, ct);
        var container = await engine.InspectAsync(MachineContainers.NameOf(key.Id), ct);
        return await TakeAsync(MachinePlanner.Plan(body, container, clock.GetUtcNow()), machine, body, ct);
    }

    private async ValueTask<Next> TakeAsync(MachineStep step, MachineState machine, MachineBody body, CancellationToken ct)
    {
        switch (step)
        {
            case MachineStep.Create: return await CreateAsync(machine, body, ct);
            case MachineStep.Start(var id): return await StartAsync(machine, body, id, ct);
            case MachineStep.Stop(var id):
                await engine.StopAsync(id, Grace, ct);
                return Next.Soon;
            case MachineStep.Remove(var id):
                await engine.StopAsync(id, Grace, ct);
                await engine.RemoveAsync(id, ct);
                return Next.Soon;
            case MachineStep.Commit(var id, var image): return await CommitAsync(machine, id, image, ct);
            case MachineStep.Become(var now, var reason): return await BecomeAsync(machine, now, reason, ct);
            case MachineStep.Terminate(var reason): return await EndAsync(machine, reason, ct);
            case MachineStep.WaitUntil(var at): return Next.At(at);
            case MachineStep.Forget:
                await store.UpdateAsync(tx =>
                {
                    tx.Delete(Ec2Tables.Machines, machine.Key);
                    tx.Delete(Ec2Tables.Tags, machine.Key);
                }, ct);
                return Next.Done;
            default: return Next.Done;
        }
    }

    private StoredVpc? VpcOf(MachineState machine) => store.Current.Find(Ec2Tables.Vpcs, machine.Key with { Id = machine.VpcId });

    private async ValueTask<Next> CreateAsync(MachineState machine, MachineBody body, CancellationToken ct)
    {
        if (VpcOf(machine) is not { } vpc || store.Current.Find(Ec2Tables.Interfaces, machine.Key with { Id = body.InterfaceId }) is not { } nic)
            return await FailAsync(machine, "its network is gone", ct);
        var image = await images.BringAsync(body.Image, As(machine), ct);
        if (image.Reference is null) return await FailAsync(machine, image.Problem, ct);
        var names = DhcpNames.Of(store.Current.Find(Ec2Tables.DhcpOptions, vpc.Key with { Id = vpc.DhcpOptionsId }), doors.ResolverOf(vpc));
        switch (await engine.CreateAsync(MachineContainers.SpecOf(machine, body with { Image = image.Reference }, nic, names), ct))
        {
            case CreateOutcome.Created(var id): return await StartAsync(machine, body, id, ct);
            case CreateOutcome.AddressTaken:
                doors.Forget(vpc);
                return Next.After(Retry); // The container that had it before is still on its way out.
            case CreateOutcome.ImageMissing(var reason): return await FailAsync(machine, reason, ct);
            case CreateOutcome.DiskFull(var reason): return await FailAsync(machine, reason, ct);
            case CreateOutcome.Refused(var reason):
                doors.Forget(vpc);
                return await FailAsync(machine, reason, ct);
            default: return Next.After(Retry);
        }
    }

    private async ValueTask<Next> StartAsync(MachineState machine, MachineBody body, string container, CancellationToken ct)
    {
        switch (await engine.StartAsync(container, ct))
        {
            case StartOutcome.Started:
                await BootAsync(machine, body, container, ct);
                return await BecomeAsync(machine, InstanceStateName.Running, null, ct);
            case StartOutcome.Refused(var reason): return await FailAsync(machine, reason, ct);
            case StartOutcome.DiskFull(var reason): return await FailAsync(machine, reason, ct);
            default: return Next.After(Retry);
        }
    }

    /// <summary>Told at every start; the instance knows whether it has done it. It goes on by itself: nothing of its state hangs on how it ends.</summary>
    private async ValueTask BootAsync(MachineState machine, MachineBody body, string container, CancellationToken ct)
    {
        var parts = UserData.Decode(body.UserData ?? "") is { Length: > 0 } data ? new UserData(yaml).Read(data) : [];
        if (body.PublicKey is { } key) parts = [new BootPart.LoginKey(key), .. parts];
        if (parts.IsEmpty) return;
        var script = BootScript.Compile(machine.Key.Id, parts);
        if (await engine.ExecAsync(container, new(["/bin/sh", "-c", script], "0"), ct) is not ExecOutcome.Started started) return;
        await using var process = started.Process;
        var buffer = new byte[1024];
        while (await process.ReadAsync(buffer, ct) > 0)
        {
            // What it says, it says on the console.
        }
    }

    private async ValueTask<Next> CommitAsync(MachineState machine, string container, string imageId, CancellationToken ct)
    {
        var key = machine.Key with { Id = imageId };
        var failure = store.Current.Find(Ec2Tables.Images, key) is not { } image ? null : await engine.CommitAsync(container, image.Location, ct) switch
        {
            CommitOutcome.Refused(var reason) => reason,
            CommitOutcome.Gone => "The instance is gone.",
            _ => null,
        };
        await store.UpdateAsync(tx =>
        {
            if (tx.Find(Ec2Tables.Images, key) is { } made)
                tx.Put(Ec2Tables.Images, made with { State = failure is null ? ImageState.Available : ImageState.Failed, Failure = failure });
            if (tx.Find(Ec2Tables.Machines, machine.Key) is { Body: { ImageWanted: { } wanted } body } now)
                tx.Put(Ec2Tables.Machines, now with { Body = body with { ImageWanted = null, RebootAt = wanted.NoReboot ? body.RebootAt : clock.GetUtcNow() } });
        }, ct);
        return Next.Soon;
    }

    /// <summary>AWS: an instance that cannot be launched is terminated, and says why; one that cannot be started again is stopped.</summary>
    private async ValueTask<Next> FailAsync(MachineState machine, string? problem, CancellationToken ct)
    {
        var reason = MachineReason.OfLaunch(problem);
        if (await engine.InspectAsync(MachineContainers.NameOf(machine.Key), ct) is { FinishedAt: not null }) return await BecomeAsync(machine, InstanceStateName.Stopped, reason, ct);
        return await EndAsync(machine, reason, ct);
    }

    private async ValueTask<Next> EndAsync(MachineState machine, MachineReason reason, CancellationToken ct)
    {
        await ChangeAsync(machine, (_, b) => b with
        {
            Wanted = InstanceStateName.Terminated, State = InstanceStateName.ShuttingDown, ReasonCode = reason.Code, Reason = reason.Message,
        }, ct);
        return Next.Soon;
    }

    private async ValueTask<Next> BecomeAsync(MachineState machine, InstanceStateName state, MachineReason? reason, CancellationToken ct)
    {
        await ChangeAsync(machine, (tx, body) =>
        {
            if (state is InstanceStateName.Terminated) MachineNetwork.Leave(tx, machine.Key, body);
            if (state is InstanceStateName.Stopped) MachineNetwork.Stop(tx, machine.Key, body);
            var isRunning = state is InstanceStateName.Running;
            return body with
            {
                State = state,
                ReasonCode = isRunning ? null : reason?.Code ?? body.ReasonCode,
                Reason = isRunning ? null : reason?.Message ?? body.Reason,
                EndedAt = isRunning ? null : clock.GetUtcNow(),
                // Nobody asked for it: it stays as it put itself.
                Wanted = state is InstanceStateName.Stopped && body.Wanted is InstanceStateName.Running ? InstanceStateName.Stopped : body.Wanted,
            };
        }, ct);
        hints.Publish(Ec2Room.InstanceTopic, machine.Key.Id);
        return Next.Soon;
    }

    /// <summary>Unless somebody has asked for something else meanwhile.</summary>
    private async ValueTask ChangeAsync(MachineState machine, Func<Transaction, MachineBody, MachineBody> change, CancellationToken ct) => await store.UpdateAsync(tx =>
    {
        if (tx.Find(Ec2Tables.Machines, machine.Key) is not { Body: { } body } now) return;
        if (body.Wanted != machine.Body?.Wanted) return;
        tx.Put(Ec2Tables.Machines, now with { Body = change(tx, body) });
    }, ct);

    private static Caller As(MachineState machine) => Caller.ForService(machine.Key.AccountId, machine.Key.Region, "ec2.amazonaws.com");
}
