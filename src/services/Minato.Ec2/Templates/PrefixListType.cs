using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Ec2;

namespace Minato.Ec2.Templates;

internal sealed class PrefixListType(IEc2 ec2, TimeProvider clock) : Ec2Type("AWS::EC2::PrefixList", "prefix-list", ec2, clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateManagedPrefixListRequest>() with
    {
        CreateOnly = ["AddressFamily"], Attributes = ["Arn", "OwnerId", "PrefixListId", "Version"], Identifiers = ["PrefixListId"],
    };

    protected override Task MakeAsync(TemplateResource r, CancellationToken ct) =>
        MakeOnceAsync(r, async () => (await Ec2.CreateManagedPrefixListAsync(r.As<CreateManagedPrefixListRequest>(), r.Caller, ct)).PrefixList?.PrefixListId, ct);

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        await RetagAsync(r, r.Id, ct);
        if (await ListAsync(r, ct) is not { } there) return;
        var most = int.TryParse(r.Text("MaxEntries"), out var asked) ? asked : there.MaxEntries;
        // Entries and room for them are changed in calls of their own: more room before, less afterwards.
        if (r.Changed("PrefixListName") || most > there.MaxEntries)
            await Ec2.ModifyManagedPrefixListAsync(new() { PrefixListId = r.Id, PrefixListName = r.Text("PrefixListName"), MaxEntries = most > there.MaxEntries ? most : null }, r.Caller, ct);
        await ChangeEntriesAsync(r, there.Version, ct);
        if (most < there.MaxEntries) await Ec2.ModifyManagedPrefixListAsync(new() { PrefixListId = r.Id, MaxEntries = most }, r.Caller, ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => Ec2.DeleteManagedPrefixListAsync(new() { PrefixListId = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await ListAsync(r, ct) is not { } list) return null;
        var model = r.Model(list, ("Arn", list.PrefixListArn), ("OwnerId", list.OwnerId), ("PrefixListId", r.Id), ("Version", list.Version));
        model.Properties["Entries"] = new JsonArray([.. (await EntriesAsync(r, ct)).Select(e => (JsonNode)(e.Description is null
            ? new JsonObject { ["Cidr"] = e.Cidr } : new JsonObject { ["Cidr"] = e.Cidr, ["Description"] = e.Description }))]);
        return model;
    }

    private async Task ChangeEntriesAsync(TemplateResource r, long? version, CancellationToken ct)
    {
        var wanted = (r.Properties["Entries"] as JsonArray ?? []).Select(e => (Cidr: e?["Cidr"]?.ToString() ?? "", Description: e?["Description"]?.ToString())).ToList();
        var there = (await EntriesAsync(r, ct)).Select(e => (Cidr: e.Cidr ?? "", e.Description)).ToList();
        var (more, gone) = (wanted.Except(there).ToList(), there.Except(wanted).ToList());
        if (more.Count + gone.Count == 0) return;
        await Ec2.ModifyManagedPrefixListAsync(new()
        {
            PrefixListId = r.Id, CurrentVersion = version, AddEntries = [.. more.Select(e => new AddPrefixListEntry { Cidr = e.Cidr, Description = e.Description })],
            RemoveEntries = [.. gone.Select(e => new RemovePrefixListEntry { Cidr = e.Cidr })],
        }, r.Caller, ct);
    }

    private async Task<IEnumerable<PrefixListEntry>> EntriesAsync(TemplateResource r, CancellationToken ct) =>
        (await Ec2.GetManagedPrefixListEntriesAsync(new() { PrefixListId = r.Id }, r.Caller, ct)).Entries ?? [];

    private Task<ManagedPrefixList?> ListAsync(TemplateResource r, CancellationToken ct) => DescribedOrNull(async () =>
        (await Ec2.DescribeManagedPrefixListsAsync(new() { PrefixListIds = [r.Id] }, r.Caller, ct)).PrefixLists?.FirstOrDefault());
}
