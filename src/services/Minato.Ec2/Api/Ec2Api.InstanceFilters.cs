using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;

namespace Minato.Ec2.Api;

// What instances are found by.
internal sealed partial class Ec2Api
{
    private readonly record struct InstanceRow(Instance Shown, string ReservationId, string OwnerId);

    private static readonly FilterSet<InstanceRow> InstanceFilters = new(
    [
        ("instance-id", r => [r.Shown.InstanceId]),
        ("instance-state-name", r => [r.Shown.State?.Name?.ToWire()]),
        ("instance-state-code", r => [Text(r.Shown.State?.Code)]),
        ("instance-type", r => [r.Shown.InstanceType]),
        ("instance-lifecycle", r => [r.Shown.InstanceLifecycle?.ToWire()]),
        ("architecture", r => [r.Shown.Architecture?.ToWire()]),
        ("private-ip-address", r => [r.Shown.PrivateIpAddress]),
        ("private-dns-name", r => [r.Shown.PrivateDnsName]),
        ("vpc-id", r => [r.Shown.VpcId]),
        ("subnet-id", r => [r.Shown.SubnetId]),
        ("availability-zone", r => [r.Shown.Placement?.AvailabilityZone]),
        ("placement-group-name", r => [r.Shown.Placement?.GroupName]),
        ("tenancy", r => [r.Shown.Placement?.Tenancy?.ToWire()]),
        ("image-id", r => [r.Shown.ImageId]),
        ("ip-address", r => [r.Shown.PublicIpAddress]),
        ("dns-name", r => [r.Shown.PublicDnsName]),
        ("key-name", r => [r.Shown.KeyName]),
        ("launch-index", r => [Text(r.Shown.AmiLaunchIndex)]),
        ("launch-time", r => [r.Shown.LaunchTime is { } at ? $"{at.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}" : null]),
        ("monitoring-state", r => [r.Shown.Monitoring?.State?.ToWire()]),
        ("reservation-id", r => [r.ReservationId]),
        ("client-token", r => [r.Shown.ClientToken]),
        ("hypervisor", r => [r.Shown.Hypervisor?.ToWire()]),
        ("virtualization-type", r => [r.Shown.VirtualizationType?.ToWire()]),
        ("root-device-name", r => [r.Shown.RootDeviceName]),
        ("root-device-type", r => [r.Shown.RootDeviceType?.ToWire()]),
        ("source-dest-check", r => [r.Shown.SourceDestCheck is { } check ? Text(check) : null]),
        ("reason", r => [r.Shown.StateTransitionReason]),
        ("state-reason-code", r => [r.Shown.StateReason?.Code]),
        ("state-reason-message", r => [r.Shown.StateReason?.Message]),
        ("platform", _ => []),
        ("product-code", _ => []),
        ("ramdisk-id", _ => []),
        ("kernel-id", _ => []),
        ("spot-instance-request-id", _ => []),
        ("block-device-mapping.volume-id", _ => []),
        ("block-device-mapping.device-name", _ => []),
        ("iam-instance-profile.arn", r => [r.Shown.IamInstanceProfile?.Arn]),
        ("iam-instance-profile.id", r => [r.Shown.IamInstanceProfile?.Id]),
        ("iam-instance-profile.name", r => [r.Shown.IamInstanceProfile?.Arn is { } arn ? arn[(arn.LastIndexOf('/') + 1)..] : null]),
        ("instance.group-id", r => r.Shown.SecurityGroups.OrNone().Select(g => g.GroupId)),
        ("instance.group-name", r => r.Shown.SecurityGroups.OrNone().Select(g => g.GroupName)),
        ("metadata-options.http-tokens", r => [r.Shown.MetadataOptions?.HttpTokens?.ToWire()]),
        ("metadata-options.http-endpoint", r => [r.Shown.MetadataOptions?.HttpEndpoint?.ToWire()]),
        ("metadata-options.instance-metadata-tags", r => [r.Shown.MetadataOptions?.InstanceMetadataTags?.ToWire()]),
        .. OfInterfaces(),
        ("owner-id", r => [r.OwnerId]),
    ]);

    private static readonly FilterSet<InstanceStatus> StatusFilters = new(
        ("availability-zone", s => [s.AvailabilityZone]),
        ("availability-zone-id", s => [s.AvailabilityZoneId]),
        ("instance-state-name", s => [s.InstanceState?.Name?.ToWire()]),
        ("instance-state-code", s => [Text(s.InstanceState?.Code)]),
        ("instance-status.status", s => [s.InstanceStatusValue?.Status?.ToWire()]),
        ("instance-status.reachability", s => s.InstanceStatusValue?.Details.OrNone().Select(d => d.Status?.ToWire()) ?? []),
        ("system-status.status", s => [s.SystemStatus?.Status?.ToWire()]),
        ("system-status.reachability", s => s.SystemStatus?.Details.OrNone().Select(d => d.Status?.ToWire()) ?? []),
        ("attached-ebs-status.status", _ => []),
        ("event.code", _ => []),
        ("event.description", _ => []),
        ("event.instance-event-id", _ => []),
        ("event.not-after", _ => []),
        ("event.not-before", _ => []));

    private static (string, Func<InstanceRow, IEnumerable<string?>>)[] OfInterfaces()
    {
        return
        [
            Of("network-interface-id", n => n.NetworkInterfaceId), Of("subnet-id", n => n.SubnetId), Of("vpc-id", n => n.VpcId), Of("owner-id", n => n.OwnerId),
            Of("description", n => n.Description), Of("mac-address", n => n.MacAddress), Of("private-dns-name", n => n.PrivateDnsName), Of("status", n => n.Status?.ToWire()),
            Of("addresses.private-ip-address", n => n.PrivateIpAddress), Of("addresses.association.public-ip", n => n.Association?.PublicIp),
            Of("association.public-ip", n => n.Association?.PublicIp), Of("association.ip-owner-id", n => n.Association?.IpOwnerId),
            Of("attachment.attachment-id", n => n.Attachment?.AttachmentId), Of("attachment.status", n => n.Attachment?.Status?.ToWire()),
            Of("attachment.device-index", n => Text(n.Attachment?.DeviceIndex)),
            ("network-interface.group-id", r => r.Shown.NetworkInterfaces.OrNone().SelectMany(n => n.Groups.OrNone()).Select(g => g.GroupId)),
            ("network-interface.group-name", r => r.Shown.NetworkInterfaces.OrNone().SelectMany(n => n.Groups.OrNone()).Select(g => g.GroupName)),
        ];

        static (string, Func<InstanceRow, IEnumerable<string?>>) Of(string name, Func<InstanceNetworkInterface, string?> select) =>
            ("network-interface." + name, r => r.Shown.NetworkInterfaces.OrNone().Select(select));
    }
}
