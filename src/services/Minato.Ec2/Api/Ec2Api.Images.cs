using System.Collections.Immutable;
using System.Globalization;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

// Images of machines: a container image, registered under a name.
internal sealed partial class Ec2Api
{
    private const string RootDevice = "/dev/xvda";

    private static readonly FilterSet<Image> ImageFilters = new(
        ("image-id", i => [i.ImageId]),
        ("name", i => [i.Name]),
        ("description", i => [i.Description]),
        ("architecture", i => [i.Architecture?.ToWire()]),
        ("creation-date", i => [i.CreationDate]),
        ("image-type", _ => ["machine"]),
        ("is-public", _ => ["false"]),
        ("manifest-location", i => [i.ImageLocation]),
        ("owner-id", i => [i.OwnerId]),
        ("owner-alias", _ => []),
        ("platform", _ => []),
        ("root-device-name", _ => [RootDevice]),
        ("root-device-type", _ => ["ebs"]),
        ("source-instance-id", i => [i.SourceInstanceId]),
        ("state", i => [i.State?.ToWire()]),
        ("virtualization-type", _ => ["hvm"]),
        ("hypervisor", _ => ["xen"]),
        ("ena-support", _ => ["true"]),
        ("kernel-id", _ => []),
        ("ramdisk-id", _ => []),
        ("product-code", _ => []),
        ("product-code.type", _ => []),
        ("sriov-net-support", _ => []),
        ("state-reason-code", i => [i.StateReason?.Code]),
        ("state-reason-message", i => [i.StateReason?.Message]),
        ("block-device-mapping.device-name", _ => []),
        ("block-device-mapping.snapshot-id", _ => []),
        ("block-device-mapping.volume-type", _ => []));

    /// <summary>AWS: the location is that of a manifest; here it is the reference of a container image.</summary>
    public async Task<RegisterImageResponse> RegisterImageAsync(RegisterImageRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        if (string.IsNullOrEmpty(request.Name)) throw Ec2Errors.MissingParameter("name");
        if (string.IsNullOrEmpty(request.ImageLocation)) throw Ec2Errors.MissingParameter("imageLocation");
        var tags = TagsFrom(request.TagSpecifications, "image", caller.MaySetSystemTags, "snapshot");
        EndIfDryRun(request.DryRun);
        var made = new StoredImage
        {
            Key = KeyOf(caller, DefaultVpc.NewId("ami", ids)), Name = request.Name, Location = request.ImageLocation, Description = request.Description,
            Architecture = request.Architecture?.ToWire() ?? "i386", CreatedAt = clock.GetUtcNow(), // AWS: for one that is registered without.
        };
        await store.UpdateAsync(tx => PutNew(tx, made, tags), ct);
        return new() { ImageId = made.Key.Id };
    }

    public async Task<CreateImageResponse> CreateImageAsync(CreateImageRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var tags = TagsFrom(request.TagSpecifications, "image", caller.MaySetSystemTags, "snapshot");
        var key = KeyOf(caller, DefaultVpc.NewId("ami", ids));
        await store.UpdateAsync(tx =>
        {
            var (machine, body) = BodyOf(tx, caller, request.InstanceId);
            if (body.State is not (InstanceStateName.Running or InstanceStateName.Stopped))
                throw new AwsException("IncorrectState", "Instance is not in state 'running' or 'stopped'.");
            if (body.ImageWanted is not null) throw new AwsException("ResourceLimitExceeded", $"An image of the instance '{machine.Key.Id}' is being made already.");
            PutNew(tx, new()
            {
                Key = key, Name = request.Name, Location = $"minato-images/{key.Id}:latest", Description = request.Description,
                Architecture = ArchitectureOf(machine.Type).ToWire(), CreatedAt = clock.GetUtcNow(), SourceInstanceId = machine.Key.Id, State = ImageState.Pending,
            }, tags);
            tx.Put(Ec2Tables.Machines, machine with { Body = body with { ImageWanted = new(key.Id, request.NoReboot ?? false) } });
        }, ct);
        return new() { ImageId = key.Id };
    }

    /// <summary>AWS: instances of it run on; what it was made of stays as well.</summary>
    public async Task<DeregisterImageResponse> DeregisterImageAsync(DeregisterImageRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var key = KeyOf(caller, request.ImageId);
        await store.UpdateAsync(tx =>
        {
            if (tx.Find(Ec2Tables.Images, key) is null) throw Ec2Errors.ImageNotFound(request.ImageId);
            tx.Delete(Ec2Tables.Images, key);
            tx.Delete(Ec2Tables.Tags, key);
        }, ct);
        return new() { Return = true };
    }

    public async Task<DescribeImagesResponse> DescribeImagesAsync(DescribeImagesRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var state = store.Current;
        var passes = ImageFilters.Compile(request.Filters, i => TagsOf(state, KeyOf(caller, i.ImageId ?? "")));
        var images = Named(state, caller, request.ImageIds, Ec2Tables.Images, () => state.Where(Ec2Tables.ImagesByHome, HomeOf(caller)), Ec2Errors.ImageNotFound)
            .Where(_ => request.Owners is not { IsDefaultOrEmpty: false } owners || owners.Contains("self") || owners.Contains(caller.AccountId));
        var (page, next) = Page(nameof(DescribeImagesAsync), images.Select(i => ToWire(state, i)).Where(passes), i => i.ImageId ?? "", request.MaxResults, request.NextToken);
        return new() { Images = page, NextToken = next };
    }

    private static void PutNew(Transaction tx, StoredImage image, ImmutableSortedDictionary<string, string> tags)
    {
        if (tx.Where(Ec2Tables.ImagesByName, (image.Key.Home, image.Name)).FirstOrDefault() is { } same)
            throw new AwsException("InvalidAMIName.Duplicate", $"AMI name {image.Name} is already in use by AMI {same.Key.Id}");
        tx.Put(Ec2Tables.Images, image);
        PutTags(tx, image.Key, tags);
    }

    private static Image ToWire(IReadState state, StoredImage image) => new()
    {
        ImageId = image.Key.Id,
        Name = image.Name,
        ImageLocation = image.SourceInstanceId is null ? image.Location : $"{image.Key.AccountId}/{image.Name}",
        Description = image.Description,
        OwnerId = image.Key.AccountId,
        Architecture = image.Architecture switch { "arm64" => ArchitectureValues.Arm64, "x86_64" => ArchitectureValues.X8664, _ => ArchitectureValues.I386 },
        CreationDate = image.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        State = image.State,
        StateReason = image.Failure is null ? null : new() { Code = "Server.InternalError", Message = $"Server.InternalError: {image.Failure}" },
        SourceInstanceId = image.SourceInstanceId,
        Public = false,
        ImageType = ImageTypeValues.Machine,
        Hypervisor = HypervisorType.Xen,
        VirtualizationType = VirtualizationType.Hvm,
        PlatformDetails = "Linux/UNIX",
        UsageOperation = "RunInstances",
        EnaSupport = true,
        RootDeviceType = DeviceType.Ebs,
        RootDeviceName = RootDevice,
        BlockDeviceMappings = [],
        Tags = ToWire(TagsOf(state, image.Key)),
    };
}
