using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Route53;
using Minato.Engines.Dns;

namespace Minato.Route53.Templates;

/// <summary>Records of templates, one by one or in groups: what both do with them.</summary>
internal abstract class RecordsType(string typeName, IRoute53 route53, TimeProvider clock) : ResourceHandler(typeName, clock)
{
    protected abstract JsonObject[] Records(JsonObject properties);

    // AWS: a record that is there is not overwritten by a stack that makes it.
    protected override async Task<string?> BeforeAsync(TemplateResource r, CancellationToken ct)
    {
        var zone = await route53.ZoneOfAsync(r, ct);
        foreach (var wanted in Records(r.Properties).Select(o => Read(o, r)))
        {
            if (await ThereAsync(zone, wanted, r, ct) is null) continue;
            throw new InvalidChangeBatch($"[Tried to create resource record set [name='{Written(wanted.Name)}', type='{wanted.Type.ToWire()}'{(wanted.SetIdentifier is { } set ? $", set-identifier='{set}'" : "")}] but it already exists]");
        }
        return "free";
    }

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await PutAsync(r, [], ct);
        r.Id = IdOf(r);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct) =>
        await PutAsync(r, [.. Records(r.Request.PreviousProperties).Select(o => Read(o, r))], ct);

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        var zone = await route53.ZoneOfAsync(r, ct);
        await SendAsync(zone, await GoneAsync(zone, [.. Records(r.Properties).Select(o => Read(o, r))], r, ct), r, ct);
    }

    protected override async Task<bool> IsSettledAsync(TemplateResource r, CancellationToken ct) => await IsInSyncAsync(r, ct);
    protected override async Task<bool> IsGoneAsync(TemplateResource r, CancellationToken ct) => await IsInSyncAsync(r, ct);

    protected abstract string IdOf(TemplateResource r);

    /// <summary>What is there of the template's records, under the names that the template gives them.</summary>
    protected async Task<ResourceRecordSet[]> SeenAsync(TemplateResource r, CancellationToken ct)
    {
        var zone = await route53.ZoneOfAsync(r, ct);
        var seen = new List<ResourceRecordSet>();
        foreach (var wanted in Records(r.Properties).Select(o => Read(o, r)))
            if (await ThereAsync(zone, wanted, r, ct) is { } there) seen.Add(there with { Name = wanted.Name });
        return [.. seen];
    }

    // Templates list the values of records, the API has each in a structure of its own.
    protected static ResourceRecordSet Read(JsonObject record, TemplateResource r)
    {
        var all = (JsonObject)record.DeepClone();
        foreach (var other in (string[])["HostedZoneId", "HostedZoneName", "Comment", "RecordSets"]) all.Remove(other);
        if (all["ResourceRecords"] is JsonArray values) all["ResourceRecords"] = new JsonArray([.. values.Select(v => new JsonObject { ["Value"] = v?.DeepClone() })]);
        // AWS: false unless the template says otherwise.
        if (all["AliasTarget"] is JsonObject alias) alias["EvaluateTargetHealth"] ??= false;
        return r.Read<ResourceRecordSet>(all);
    }

    protected static void Flatten(JsonObject record)
    {
        if (record["ResourceRecords"] is JsonArray values) record["ResourceRecords"] = new JsonArray([.. values.Select(v => v?["Value"]?.DeepClone())]);
    }

    private async Task PutAsync(TemplateResource r, ResourceRecordSet[] before, CancellationToken ct)
    {
        var zone = await route53.ZoneOfAsync(r, ct);
        ResourceRecordSet[] now = [.. Records(r.Properties).Select(o => Read(o, r))];
        var changes = await GoneAsync(zone, [.. before.Where(b => !now.Any(n => IsSame(n, b)))], r, ct);
        await SendAsync(zone, [.. changes, .. now.Select(n => new Change { Action = ChangeAction.Upsert, ResourceRecordSet = n })], r, ct);
    }

    // A deletion must name every value of what is there.
    private async Task<ImmutableArray<Change>> GoneAsync(string zone, ResourceRecordSet[] records, TemplateResource r, CancellationToken ct)
    {
        var changes = ImmutableArray.CreateBuilder<Change>();
        foreach (var record in records)
            if (await ThereAsync(zone, record, r, ct) is { } there) changes.Add(new() { Action = ChangeAction.Delete, ResourceRecordSet = there });
        return changes.ToImmutable();
    }

    private async Task SendAsync(string zone, ImmutableArray<Change> changes, TemplateResource r, CancellationToken ct)
    {
        if (changes.IsEmpty) return;
        r.Note = (await route53.ChangeResourceRecordSetsAsync(new() { HostedZoneId = zone, ChangeBatch = new() { Comment = r.Text("Comment"), Changes = changes } }, r.Caller, ct)).ChangeInfo.Id;
    }

    private async Task<ResourceRecordSet?> ThereAsync(string zone, ResourceRecordSet wanted, TemplateResource r, CancellationToken ct)
    {
        var page = await route53.ListResourceRecordSetsAsync(
            new() { HostedZoneId = zone, StartRecordName = wanted.Name, StartRecordType = wanted.Type, StartRecordIdentifier = wanted.SetIdentifier }, r.Caller, ct);
        return page.ResourceRecordSets.FirstOrDefault(o => IsSame(o, wanted));
    }

    private async Task<bool> IsInSyncAsync(TemplateResource r, CancellationToken ct) =>
        r.Note is not { } change || (await route53.GetChangeAsync(new() { Id = change }, r.Caller, ct)).ChangeInfo.Status == ChangeStatus.Insync;

    private static bool IsSame(ResourceRecordSet one, ResourceRecordSet other) =>
        Written(one.Name) == Written(other.Name) && one.Type == other.Type && one.SetIdentifier == other.SetIdentifier;

    /// <summary>As Route 53 lists it: in small letters, with a dot at the end, and a star as an octal number.</summary>
    private static string Written(string name) => DnsName.TryParse(name, out var parsed) ? parsed.ToString() : name;
}

/// <summary>Ref is the record's name.</summary>
internal sealed class RecordSetType(IRoute53 route53, TimeProvider clock) : RecordsType("AWS::Route53::RecordSet", route53, clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties =
        [
            "AliasTarget", "CidrRoutingConfig", "Comment", "Failover", "GeoLocation", "GeoProximityLocation", "HealthCheckId", "HostedZoneId", "HostedZoneName", "MultiValueAnswer",
            "Name", "Region", "ResourceRecords", "SetIdentifier", "TTL", "Type", "Weight",
        ],
        Required = ["Name", "Type"], CreateOnly = ["HostedZoneId", "HostedZoneName", "Name"],
    };

    protected override JsonObject[] Records(JsonObject properties) => [properties];
    protected override string IdOf(TemplateResource r) => r.Text("Name") ?? "";

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (!r.Has("Type") || await SeenAsync(r, ct) is not [var record]) return null;
        var model = r.Model(record);
        Flatten(model.Properties);
        if (r.Text("HostedZoneId") is { } zone) model.Properties["HostedZoneId"] = zone;
        return model;
    }
}

/// <summary>Ref is a name of CloudFormation's.</summary>
internal sealed class RecordSetGroupType(IRoute53 route53, TimeProvider clock) : RecordsType("AWS::Route53::RecordSetGroup", route53, clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["Comment", "HostedZoneId", "HostedZoneName", "RecordSets"], CreateOnly = ["HostedZoneId", "HostedZoneName"],
    };

    protected override JsonObject[] Records(JsonObject properties) => [.. (properties["RecordSets"] as JsonArray ?? []).OfType<JsonObject>()];
    protected override string IdOf(TemplateResource r) => PhysicalName.Of(r.Request, 128);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (!r.Has("RecordSets")) return null;
        var records = (await SeenAsync(r, ct)).Select(o => r.Seen(o)).ToArray();
        if (records.Length == 0) return null;
        foreach (var record in records) Flatten(record);
        return r.ModelOf(new() { ["HostedZoneId"] = r.Text("HostedZoneId"), ["HostedZoneName"] = r.Text("HostedZoneName"), ["RecordSets"] = new JsonArray([.. records]) });
    }
}
