using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;

namespace Minato.Ec2.Api;

internal sealed partial class Ec2Api
{
    public async Task<ModifyNetworkInterfaceAttributeResponse> ModifyNetworkInterfaceAttributeAsync(
        ModifyNetworkInterfaceAttributeRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        await store.UpdateAsync(tx =>
        {
            var nic = tx.Find(Ec2Tables.Interfaces, KeyOf(caller, request.NetworkInterfaceId)) ?? throw Ec2Errors.InterfaceNotFound(request.NetworkInterfaceId);
            if (request.Attachment?.AttachmentId is { } id && id != nic.Attachment?.Id) throw Ec2Errors.AttachmentNotFound(id);
            tx.Put(Ec2Tables.Interfaces, nic with
            {
                Description = request.Description?.Value ?? nic.Description,
                HasNoSourceDestCheck = request.SourceDestCheck is { Value: { } check } ? !check : nic.HasNoSourceDestCheck,
                Groups = request.Groups is { IsDefaultOrEmpty: false } groups ? GroupsFor(tx, groups, SubnetOf(tx, caller, nic.SubnetId), caller) : nic.Groups,
                Attachment = nic.Attachment is null ? null
                    : nic.Attachment with { DeleteOnTermination = request.Attachment?.DeleteOnTermination ?? nic.Attachment.DeleteOnTermination },
            });
        }, ct);
        return new();
    }

    /// <summary>A machine here has the one interface it was started with: a container cannot be given another one.</summary>
    public async Task<AttachNetworkInterfaceResponse> AttachNetworkInterfaceAsync(
        AttachNetworkInterfaceRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var state = store.Current;
        if (state.Find(Ec2Tables.Interfaces, KeyOf(caller, request.NetworkInterfaceId)) is not { } nic) throw Ec2Errors.InterfaceNotFound(request.NetworkInterfaceId);
        if (IsInUse(nic)) throw new AwsException("InvalidNetworkInterface.InUse", $"Interface: [{nic.Key.Id}] in use.");
        if (state.Find(Ec2Tables.Machines, KeyOf(caller, request.InstanceId)) is not { } machine) throw Ec2Errors.InstanceNotFound(request.InstanceId);
        var most = InstanceTypes.All.GetValueOrDefault(machine.Type)?.Interfaces ?? 1;
        throw new AwsException("AttachmentLimitExceeded", $"Interface count {most + 1} exceeds the limit for {machine.Type}");
    }

    public async Task<DetachNetworkInterfaceResponse> DetachNetworkInterfaceAsync(
        DetachNetworkInterfaceRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        if (!store.Current.Where(Ec2Tables.InterfacesByAttachment, request.AttachmentId).Any(i => i.Key.Home == HomeOf(caller)))
            throw Ec2Errors.AttachmentNotFound(request.AttachmentId);
        throw new AwsException("OperationNotPermitted", "The network interface at device index 0 cannot be detached.");
    }
}
