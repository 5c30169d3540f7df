using Minato.Aws.Templates;
using Minato.Contracts.Ec2;

namespace Minato.Ec2.Templates;

internal sealed class InternetGatewayType(IEc2 ec2, TimeProvider clock) : Ec2Type("AWS::EC2::InternetGateway", "internet-gateway", ec2, clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateInternetGatewayRequest>() with
    {
        Attributes = ["InternetGatewayId"], Identifiers = ["InternetGatewayId"],
    };

    protected override Task MakeAsync(TemplateResource r, CancellationToken ct) =>
        MakeOnceAsync(r, async () => (await Ec2.CreateInternetGatewayAsync(r.As<CreateInternetGatewayRequest>(), r.Caller, ct)).InternetGateway?.InternetGatewayId, ct);

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) => RetagAsync(r, r.Id, ct);
    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => Ec2.DeleteInternetGatewayAsync(new() { InternetGatewayId = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var gateway = (await Ec2.DescribeInternetGatewaysAsync(new() { InternetGatewayIds = [r.Id] }, r.Caller, ct)).InternetGateways?.FirstOrDefault();
        return gateway is null ? null : r.Model(gateway, ("InternetGatewayId", r.Id));
    }
}

/// <summary>Ref is <c>IGW|vpc</c>.</summary>
internal sealed class GatewayAttachmentType(IEc2 ec2, TimeProvider clock) : Ec2Type("AWS::EC2::VPCGatewayAttachment", null, ec2, clock)
{
    private const string Kind = "IGW";

    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["InternetGatewayId", "VpcId", "VpnGatewayId"], Required = ["VpcId"], CreateOnly = ["VpcId"],
        Attributes = ["AttachmentType"], Identifiers = ["AttachmentType", "VpcId"],
    };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await GatewayAsync(r.Text("VpcId") ?? "", r, ct) != r.Text("InternetGatewayId"))
            await Ec2.AttachInternetGatewayAsync(r.As<AttachInternetGatewayRequest>(), r.Caller, ct);
        r.Id = $"{Kind}|{r.Text("VpcId")}";
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        var now = await GatewayAsync(VpcOf(r.Id), r, ct);
        if (now == r.Text("InternetGatewayId")) return;
        if (now is not null) await Ec2.DetachInternetGatewayAsync(new() { InternetGatewayId = now, VpcId = VpcOf(r.Id) }, r.Caller, ct);
        await Ec2.AttachInternetGatewayAsync(r.As<AttachInternetGatewayRequest>(), r.Caller, ct);
    }

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        if (await GatewayAsync(VpcOf(r.Id), r, ct) is { } gateway) await Ec2.DetachInternetGatewayAsync(new() { InternetGatewayId = gateway, VpcId = VpcOf(r.Id) }, r.Caller, ct);
    }

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct) => await GatewayAsync(VpcOf(r.Id), r, ct) is { } gateway
        ? r.ModelOf(new() { ["InternetGatewayId"] = gateway, ["VpcId"] = VpcOf(r.Id) }, ("AttachmentType", Kind)) : null;

    private async Task<string?> GatewayAsync(string vpc, TemplateResource r, CancellationToken ct) =>
        (await Ec2.DescribeInternetGatewaysAsync(new() { Filters = [Only("attachment.vpc-id", vpc)] }, r.Caller, ct)).InternetGateways?.FirstOrDefault()?.InternetGatewayId;

    private static string VpcOf(string id) => id[(id.IndexOf('|', StringComparison.Ordinal) + 1)..];
}

internal sealed class NatGatewayType(IEc2 ec2, TimeProvider clock) : Ec2Type("AWS::EC2::NatGateway", "natgateway", ec2, clock)
{
    private static readonly ResourceTypeSchema s_all = TemplateShape.SchemaOf<CreateNatGatewayRequest>();

    public override ResourceTypeSchema Schema { get; } = s_all.And("MaxDrainDurationSeconds") with
    {
        CreateOnly = [.. s_all.Properties.Where(p => p is not "Tags")], Attributes = ["NatGatewayId"], Identifiers = ["NatGatewayId"],
    };

    protected override Task MakeAsync(TemplateResource r, CancellationToken ct) =>
        MakeOnceAsync(r, async () => (await Ec2.CreateNatGatewayAsync(r.As<CreateNatGatewayRequest>(), r.Caller, ct)).NatGateway?.NatGatewayId, ct);

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) => RetagAsync(r, r.Id, ct);

    protected override async Task<bool> IsSettledAsync(TemplateResource r, CancellationToken ct) => await GatewayAsync(r.Id, r, ct) is not { } gateway ? true
        : gateway.State == NatGatewayState.Failed ? throw new ResourceFailedException("NotStabilized", $"NatGateway {r.Id} is in state failed and hence failed to stabilize. Detailed failure message: {gateway.FailureMessage}")
        : gateway.State == NatGatewayState.Available;

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => Ec2.DeleteNatGatewayAsync(new() { NatGatewayId = r.Id }, r.Caller, ct);

    protected override async Task<bool> IsGoneAsync(TemplateResource r, CancellationToken ct) => await GatewayAsync(r.Id, r, ct) is not { } gateway || gateway.State == NatGatewayState.Deleted;

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await GatewayAsync(r.Id, r, ct) is not { } gateway || gateway.State == NatGatewayState.Deleted) return null;
        var model = r.Model(gateway, ("NatGatewayId", r.Id));
        model.Properties["AllocationId"] = gateway.NatGatewayAddresses?.FirstOrDefault()?.AllocationId;
        return model;
    }

    protected override async Task<bool> IsThereAsync(string id, TemplateResource r, CancellationToken ct) =>
        await GatewayAsync(id, r, ct) is { } gateway && gateway.State != NatGatewayState.Deleted && gateway.State != NatGatewayState.Deleting;

    private Task<NatGateway?> GatewayAsync(string id, TemplateResource r, CancellationToken ct) => DescribedOrNull(async () =>
        (await Ec2.DescribeNatGatewaysAsync(new() { NatGatewayIds = [id] }, r.Caller, ct)).NatGateways?.FirstOrDefault());
}
