using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Route53;

namespace Minato.Route53.Templates;

/// <summary>Ref is the collection's id.</summary>
internal sealed class CidrCollectionType(IRoute53 route53, TimeProvider clock) : ResourceHandler("AWS::Route53::CidrCollection", clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["Locations", "Name"], Required = ["Name"], CreateOnly = ["Name"], Attributes = ["Arn", "Id"], Identifiers = ["Id"],
    };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        r.Id = (await route53.CreateCidrCollectionAsync(new() { Name = r.Text("Name") ?? "", CallerReference = r.Token }, r.Caller, ct)).Collection?.Id ?? "";
        await SetAsync(r, Wanted(r), ct);
    }

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) => SetAsync(r, Wanted(r), ct);

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        await SetAsync(r, [], ct);
        await route53.DeleteCidrCollectionAsync(new() { Id = r.Id }, r.Caller, ct);
    }

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var there = await BlocksAsync(r, ct);
        string? next = null, name = null;
        do
        {
            var page = await route53.ListCidrCollectionsAsync(new() { NextToken = next }, r.Caller, ct);
            name ??= (page.CidrCollections ?? []).FirstOrDefault(c => c.Id == r.Id)?.Name;
            next = page.NextToken;
        }
        while (next is not null && name is null);
        var model = r.ModelOf(new()
        {
            ["Name"] = name,
            ["Locations"] = new JsonArray([.. there.GroupBy(b => b.Location, StringComparer.Ordinal).Select(l => new JsonObject
            {
                ["LocationName"] = l.Key, ["CidrList"] = new JsonArray([.. l.Select(b => (JsonNode)b.Cidr)]),
            })]),
        }, ("Id", r.Id), ("Arn", $"arn:aws:route53:::cidrcollection/{r.Id}"));
        return model;
    }

    private async Task SetAsync(TemplateResource r, ImmutableArray<(string Location, string Cidr)> wanted, CancellationToken ct)
    {
        var there = await BlocksAsync(r, ct);
        var changes = Changes(there.Except(wanted), CidrCollectionChangeAction.DeleteIfExists).AddRange(Changes(wanted.Except(there), CidrCollectionChangeAction.Put));
        if (!changes.IsEmpty) await route53.ChangeCidrCollectionAsync(new() { Id = r.Id, Changes = changes }, r.Caller, ct);
    }

    private static ImmutableArray<CidrCollectionChange> Changes(IEnumerable<(string Location, string Cidr)> blocks, CidrCollectionChangeAction action) =>
        [.. blocks.GroupBy(b => b.Location, StringComparer.Ordinal).Select(l => new CidrCollectionChange { LocationName = l.Key, Action = action, CidrList = [.. l.Select(b => b.Cidr)] })];

    private static ImmutableArray<(string Location, string Cidr)> Wanted(TemplateResource r) =>
        [.. r.Objects("Locations").SelectMany(l => l["CidrList"] as JsonArray ?? [], (l, c) => (l["LocationName"]?.ToString() ?? "", c?.ToString() ?? ""))];

    private async Task<ImmutableArray<(string Location, string Cidr)>> BlocksAsync(TemplateResource r, CancellationToken ct)
    {
        var all = ImmutableArray.CreateBuilder<(string, string)>();
        for (string? next = null; ;)
        {
            var page = await route53.ListCidrBlocksAsync(new() { CollectionId = r.Id, NextToken = next }, r.Caller, ct);
            all.AddRange((page.CidrBlocks ?? []).Select(b => (b.LocationName ?? "", b.CidrBlock ?? "")));
            if ((next = page.NextToken) is null) return all.ToImmutable();
        }
    }
}
