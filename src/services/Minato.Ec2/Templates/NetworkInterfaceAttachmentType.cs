using Minato.Aws.Templates;
using Minato.Contracts.Ec2;

namespace Minato.Ec2.Templates;

/// <summary>A network interface of an instance. Ref is the attachment's id.</summary>
internal sealed class NetworkInterfaceAttachmentType(IEc2 ec2, TimeProvider clock) : Ec2Type("AWS::EC2::NetworkInterfaceAttachment", null, ec2, clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["DeleteOnTermination", "DeviceIndex", "EnaSrdSpecification", "InstanceId", "NetworkInterfaceId"], Required = ["DeviceIndex", "InstanceId", "NetworkInterfaceId"],
        CreateOnly = ["DeviceIndex", "EnaSrdSpecification", "InstanceId", "NetworkInterfaceId"], Attributes = ["AttachmentId"], Identifiers = ["AttachmentId"],
    };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        // An interface has one attachment: one to this instance was made by an earlier attempt.
        var there = await AttachmentAsync(Only("network-interface-id", r.Text("NetworkInterfaceId") ?? ""), r, ct);
        r.Id = there is { AttachmentId: { } earlier } && there.InstanceId == r.Text("InstanceId") ? earlier
            : (await Ec2.AttachNetworkInterfaceAsync(r.As<AttachNetworkInterfaceRequest>(), r.Caller, ct)).AttachmentId ?? "";
        if (r.Has("DeleteOnTermination")) await ChangeAsync(r, ct);
    }

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) => Ec2.ModifyNetworkInterfaceAttributeAsync(new()
    {
        NetworkInterfaceId = r.Text("NetworkInterfaceId") ?? "",
        Attachment = new() { AttachmentId = r.Id, DeleteOnTermination = !r.Has("DeleteOnTermination") || r.IsTrue("DeleteOnTermination") },
    }, r.Caller, ct);

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => Ec2.DetachNetworkInterfaceAsync(new() { AttachmentId = r.Id, Force = true }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await AttachmentAsync(Only("attachment.attachment-id", r.Id), r, ct) is not { } seen) return null;
        var model = r.Model(seen, ("AttachmentId", r.Id));
        model.Properties["NetworkInterfaceId"] = r.Text("NetworkInterfaceId");
        return model;
    }

    private async Task<NetworkInterfaceAttachment?> AttachmentAsync(Filter filter, TemplateResource r, CancellationToken ct) =>
        (await Ec2.DescribeNetworkInterfacesAsync(new() { Filters = [filter] }, r.Caller, ct)).NetworkInterfaces?.FirstOrDefault()?.Attachment;
}
