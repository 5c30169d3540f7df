using Minato.Aws.Templates;
using Minato.Contracts.Ec2;

namespace Minato.Ec2.Templates;

internal sealed class RouteTableType(IEc2 ec2, TimeProvider clock) : Ec2Type("AWS::EC2::RouteTable", "route-table", ec2, clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateRouteTableRequest>() with
    {
        CreateOnly = ["VpcId"], Attributes = ["RouteTableId"], Identifiers = ["RouteTableId"],
    };

    protected override Task MakeAsync(TemplateResource r, CancellationToken ct) =>
        MakeOnceAsync(r, async () => (await Ec2.CreateRouteTableAsync(r.As<CreateRouteTableRequest>(), r.Caller, ct)).RouteTable?.RouteTableId, ct);

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) => RetagAsync(r, r.Id, ct);
    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => Ec2.DeleteRouteTableAsync(new() { RouteTableId = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var table = (await Ec2.DescribeRouteTablesAsync(new() { RouteTableIds = [r.Id] }, r.Caller, ct)).RouteTables?.FirstOrDefault();
        return table is null ? null : r.Model(table, ("RouteTableId", r.Id));
    }
}

/// <summary>Ref is <c>table|destination</c>.</summary>
internal sealed class RouteType(IEc2 ec2, TimeProvider clock) : Ec2Type("AWS::EC2::Route", null, ec2, clock)
{
    private static readonly string[] s_destinations = ["DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"];

    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateRouteRequest>("OdbNetworkArn") with
    {
        CreateOnly = ["RouteTableId", .. s_destinations], Attributes = ["CidrBlock"], Identifiers = ["RouteTableId", "CidrBlock"],
    };

    protected override async Task<string?> BeforeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await RouteAsync(r.Text("RouteTableId") ?? "", Destination(r), r, ct) is null) return "free";
        throw new ResourceFailedException("AlreadyExists", $"Resource of type '{TypeName}' with identifier '{r.Text("RouteTableId")}|{Destination(r)}' already exists.");
    }

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => Ec2.CreateRouteAsync(r.As<CreateRouteRequest>(), r.Caller, ct));
        r.Id = $"{r.Text("RouteTableId")}|{Destination(r)}";
    }

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) => Ec2.ReplaceRouteAsync(r.As<ReplaceRouteRequest>(), r.Caller, ct);

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        var (table, destination) = PartsOf(r.Id);
        return Ec2.DeleteRouteAsync(r.Read<DeleteRouteRequest>(new() { ["RouteTableId"] = table, [KindOf(destination)] = destination }), r.Caller, ct);
    }

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var (table, destination) = PartsOf(r.Id);
        if (await RouteAsync(table, destination, r, ct) is not { } route) return null;
        var model = r.Model(route, ("CidrBlock", destination));
        model.Properties["RouteTableId"] = table;
        return model;
    }

    private async Task<Route?> RouteAsync(string table, string destination, TemplateResource r, CancellationToken ct)
    {
        var found = await DescribedOrNull(async () => (await Ec2.DescribeRouteTablesAsync(new() { RouteTableIds = [table] }, r.Caller, ct)).RouteTables?.FirstOrDefault());
        return (found?.Routes ?? []).FirstOrDefault(o => destination == (o.DestinationCidrBlock ?? o.DestinationIpv6CidrBlock ?? o.DestinationPrefixListId));
    }

    private static string Destination(TemplateResource r) => s_destinations.Select(r.Text).FirstOrDefault(d => d is not null) ?? "";

    private static string KindOf(string destination) => s_destinations[destination.StartsWith("pl-", StringComparison.Ordinal) ? 2 : destination.Contains(':', StringComparison.Ordinal) ? 1 : 0];

    private static (string Table, string Destination) PartsOf(string id) => id.Split('|', 2) is [var table, var destination] ? (table, destination) : (id, "");
}

/// <summary>Another route table is another association id, and yet no replacement.</summary>
internal sealed class SubnetRouteTableAssociationType(IEc2 ec2, TimeProvider clock) : Ec2Type("AWS::EC2::SubnetRouteTableAssociation", null, ec2, clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["RouteTableId", "SubnetId"], Required = ["RouteTableId", "SubnetId"], CreateOnly = ["SubnetId"], Attributes = ["Id"], Identifiers = ["Id"],
    };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct) => r.Id = (await OfSubnetAsync(r, ct))?.RouteTableAssociationId
        ?? (await Ec2.AssociateRouteTableAsync(r.As<AssociateRouteTableRequest>(), r.Caller, ct)).AssociationId ?? "";

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct) => r.Id = (await OfSubnetAsync(r, ct))?.RouteTableAssociationId
        ?? (await Ec2.ReplaceRouteTableAssociationAsync(r.As<ReplaceRouteTableAssociationRequest>(("AssociationId", r.Id)), r.Caller, ct)).NewAssociationId ?? "";

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => Ec2.DisassociateRouteTableAsync(new() { AssociationId = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var found = await Ec2.DescribeRouteTablesAsync(new() { Filters = [Only("association.route-table-association-id", r.Id)] }, r.Caller, ct);
        var association = found.RouteTables?.SelectMany(t => t.Associations ?? []).FirstOrDefault(a => a.RouteTableAssociationId == r.Id);
        return association is null ? null : r.Model(association, ("Id", r.Id));
    }

    private async Task<RouteTableAssociation?> OfSubnetAsync(TemplateResource r, CancellationToken ct)
    {
        var found = await Ec2.DescribeRouteTablesAsync(new() { RouteTableIds = [r.Text("RouteTableId") ?? ""] }, r.Caller, ct);
        return found.RouteTables?.SelectMany(t => t.Associations ?? []).FirstOrDefault(a => a.SubnetId == r.Text("SubnetId"));
    }
}
