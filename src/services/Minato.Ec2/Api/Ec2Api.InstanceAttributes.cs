using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;

namespace Minato.Ec2.Api;

// Attributes of instances that containers play.
internal sealed partial class Ec2Api
{
    public async Task<DescribeInstanceAttributeResponse> DescribeInstanceAttributeAsync(DescribeInstanceAttributeRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var state = store.Current;
        if (state.Find(Ec2Tables.Machines, KeyOf(caller, request.InstanceId)) is not { } machine) throw Ec2Errors.InstanceNotFound(request.InstanceId);
        var body = machine.Body;
        var nic = body is null ? null : state.Find(Ec2Tables.Interfaces, machine.Key with { Id = body.InterfaceId });
        var answer = new DescribeInstanceAttributeResponse { InstanceId = machine.Key.Id };
        return request.Attribute switch
        {
            InstanceAttributeName.InstanceType => answer with { InstanceType = new() { Value = machine.Type } },
            InstanceAttributeName.UserData => answer with { UserData = new() { Value = body?.UserData } },
            InstanceAttributeName.DisableApiTermination => answer with { DisableApiTermination = new() { Value = body?.DisableApiTermination ?? false } },
            InstanceAttributeName.DisableApiStop => answer with { DisableApiStop = new() { Value = body?.DisableApiStop ?? false } },
            InstanceAttributeName.InstanceInitiatedShutdownBehavior =>
                answer with { InstanceInitiatedShutdownBehavior = new() { Value = body?.IsTerminatedByShutdown is true ? "terminate" : "stop" } },
            InstanceAttributeName.RootDeviceName => answer with { RootDeviceName = new() { Value = RootDevice } },
            InstanceAttributeName.SourceDestCheck => answer with { SourceDestCheck = new() { Value = nic?.HasNoSourceDestCheck is not true } },
            InstanceAttributeName.GroupSet => answer with { Groups = nic is null ? [] : GroupsOf(state, nic) },
            InstanceAttributeName.BlockDeviceMapping => answer with { BlockDeviceMappings = [] },
            InstanceAttributeName.ProductCodes => answer with { ProductCodes = [] },
            InstanceAttributeName.EbsOptimized => answer with { EbsOptimized = new() { Value = false } },
            InstanceAttributeName.EnaSupport => answer with { EnaSupport = new() { Value = true } },
            _ => answer,
        };
    }

    public async Task<ModifyInstanceAttributeResponse> ModifyInstanceAttributeAsync(ModifyInstanceAttributeRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        request = InFull(request);
        EndIfDryRun(request.DryRun);
        if (request.InstanceInitiatedShutdownBehavior?.Value is { } shutdown && shutdown is not ("stop" or "terminate"))
            throw Ec2Errors.Invalid($"Value ({shutdown}) for parameter instanceInitiatedShutdownBehavior is invalid. Expected one of: stop, terminate.");
        await store.UpdateAsync(tx =>
        {
            var (machine, body) = BodyOf(tx, caller, request.InstanceId);
            var nic = InterfaceOf(tx, caller, body.InterfaceId);
            if ((request.UserData is not null || request.InstanceType is not null) && body.State is not InstanceStateName.Stopped)
                throw new AwsException("IncorrectInstanceState", $"The instance '{machine.Key.Id}' is not in the 'stopped' state.");
            if (request.InstanceType?.Value is { } type && !InstanceTypes.All.ContainsKey(type)) throw Ec2Errors.Invalid($"Invalid value '{type}' for InstanceType.");
            if (request.InstanceType is not null) throw Ec2Errors.Unsupported("An instance keeps its type here: start another one from an image of it.");
            if (request.UserData?.Value is { Length: > UserData.MaxBytes }) throw Ec2Errors.Invalid($"User data is limited to {UserData.MaxBytes} bytes");
            tx.Put(Ec2Tables.Machines, machine with
            {
                Body = body with
                {
                    DisableApiTermination = request.DisableApiTermination?.Value ?? body.DisableApiTermination,
                    DisableApiStop = request.DisableApiStop?.Value ?? body.DisableApiStop,
                    IsTerminatedByShutdown = request.InstanceInitiatedShutdownBehavior?.Value is { } behavior ? behavior is "terminate" : body.IsTerminatedByShutdown,
                    UserData = request.UserData?.Value is { } data ? Convert.ToBase64String(data.Span) : body.UserData,
                },
            });
            tx.Put(Ec2Tables.Interfaces, nic with
            {
                Groups = request.Groups is { IsDefaultOrEmpty: false } groups ? GroupsFor(tx, groups, SubnetOf(tx, caller, nic.SubnetId), caller) : nic.Groups,
                HasNoSourceDestCheck = request.SourceDestCheck is { Value: { } check } ? !check : nic.HasNoSourceDestCheck,
            });
        }, ct);
        return new();
    }

    /// <summary>AWS: an attribute may also be named, with its value as a text.</summary>
    private static ModifyInstanceAttributeRequest InFull(ModifyInstanceAttributeRequest request)
    {
        if (request.Attribute is not { } attribute || request.Value is not { } text) return request;
        return attribute switch
        {
            InstanceAttributeName.DisableApiTermination => request with { DisableApiTermination = Flag() },
            InstanceAttributeName.DisableApiStop => request with { DisableApiStop = Flag() },
            InstanceAttributeName.SourceDestCheck => request with { SourceDestCheck = Flag() },
            InstanceAttributeName.EbsOptimized => request with { EbsOptimized = Flag() },
            InstanceAttributeName.EnaSupport => request with { EnaSupport = Flag() },
            InstanceAttributeName.InstanceInitiatedShutdownBehavior => request with { InstanceInitiatedShutdownBehavior = new() { Value = text } },
            InstanceAttributeName.InstanceType => request with { InstanceType = new() { Value = text } },
            InstanceAttributeName.UserData => request with { UserData = new() { Value = UserData.Decode(text) ?? throw Ec2Errors.Invalid("Invalid BASE64 encoding of user data.") } },
            _ => throw Ec2Errors.Invalid($"Value ({attribute.ToWire()}) for parameter attribute is invalid. The attribute cannot be modified."),
        };

        AttributeBooleanValue Flag() => bool.TryParse(text, out var value) ? new() { Value = value }
            : throw Ec2Errors.Invalid($"Value ({text}) for parameter value is invalid. Expected a boolean value of 'true' or 'false'.");
    }

    public async Task<ModifyInstanceMetadataOptionsResponse> ModifyInstanceMetadataOptionsAsync(
        ModifyInstanceMetadataOptionsRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        CheckHops(request.HttpPutResponseHopLimit);
        var options = await store.UpdateAsync(tx =>
        {
            var (machine, body) = BodyOf(tx, caller, request.InstanceId);
            var changed = Changed(body.Metadata, new InstanceMetadataOptionsRequest
            {
                HttpTokens = request.HttpTokens, HttpPutResponseHopLimit = request.HttpPutResponseHopLimit, HttpEndpoint = request.HttpEndpoint,
                InstanceMetadataTags = request.InstanceMetadataTags,
            });
            tx.Put(Ec2Tables.Machines, machine with { Body = body with { Metadata = changed } });
            return changed;
        }, ct);
        return new() { InstanceId = request.InstanceId, InstanceMetadataOptions = ToWire(options) };
    }
}
