using Minato.Aws.Templates;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Elb.Templates;

/// <summary>Authorities whose clients a listener believes. Ref is the ARN.</summary>
internal sealed class TrustStoreType(IElasticLoadBalancingV2 elb, TimeProvider clock) : ResourceHandler("AWS::ElasticLoadBalancingV2::TrustStore", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateTrustStoreRequest>("Name").And("Name") with
    {
        CreateOnly = ["Name"], Attributes = ["NumberOfCaCertificates", "Status", "TrustStoreArn"], Identifiers = ["TrustStoreArn"],
    };

    protected override NameRule Name { get; } = new("Name", 32);

    protected override async Task<string?> FindAsync(TemplateResource r, CancellationToken ct) =>
        (await elb.DescribeTrustStoresAsync(new() { Names = [r.Name] }, r.Caller, ct)).TrustStores?.FirstOrDefault()?.TrustStoreArn;

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => elb.CreateTrustStoreAsync(r.As<CreateTrustStoreRequest>(), r.Caller, ct));
        r.Id = await FindAsync(r, ct) ?? "";
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Changed("CaCertificatesBundleS3Bucket", "CaCertificatesBundleS3Key", "CaCertificatesBundleS3ObjectVersion"))
            await elb.ModifyTrustStoreAsync(r.As<ModifyTrustStoreRequest>(("TrustStoreArn", r.Id)), r.Caller, ct);
        await elb.RetagAsync(r, ct);
    }

    protected override async Task<bool> IsSettledAsync(TemplateResource r, CancellationToken ct) => (await StoreAsync(r, ct))?.Status != TrustStoreStatus.Creating;

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => elb.DeleteTrustStoreAsync(new() { TrustStoreArn = r.Id }, r.Caller, ct);

    // AWS: where the bundle came from is not told.
    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await StoreAsync(r, ct) is not { } seen) return null;
        var model = r.Model(seen, ("TrustStoreArn", r.Id), ("Status", seen.Status?.ToWire()), ("NumberOfCaCertificates", seen.NumberOfCaCertificates));
        model.Properties["Tags"] = (await elb.TagsAsync(r, ct)).ToList();
        return model;
    }

    private async Task<TrustStore?> StoreAsync(TemplateResource r, CancellationToken ct) =>
        (await elb.DescribeTrustStoresAsync(new() { TrustStoreArns = [r.Id] }, r.Caller, ct)).TrustStores?.FirstOrDefault();
}

/// <summary>Certificates that a trust store does not believe any more. Ref is <c>store|revocation</c>.</summary>
internal sealed class TrustStoreRevocationType(IElasticLoadBalancingV2 elb, TimeProvider clock) : ResourceHandler("AWS::ElasticLoadBalancingV2::TrustStoreRevocation", clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["RevocationContents", "TrustStoreArn"], CreateOnly = ["RevocationContents", "TrustStoreArn"],
        Attributes = ["RevocationId", "TrustStoreRevocations"], Identifiers = ["RevocationId", "TrustStoreArn"],
    };

    // Revocations have no names: those that were there before are somebody else's.
    protected override async Task<string?> BeforeAsync(TemplateResource r, CancellationToken ct) => string.Join(',', (await AllAsync(r.Text("TrustStoreArn") ?? "", r, ct)).Select(v => v.RevocationId));

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        var store = r.Text("TrustStoreArn") ?? "";
        var before = r.Note?.Split(',') ?? [];
        var ours = (await AllAsync(store, r, ct)).Select(v => v.RevocationId).Where(id => !before.Contains($"{id}")).ToList();
        if (ours.Count == 0) ours = [.. ((await elb.AddTrustStoreRevocationsAsync(r.As<AddTrustStoreRevocationsRequest>(), r.Caller, ct)).TrustStoreRevocations ?? []).Select(v => v.RevocationId)];
        r.Id = $"{store}|{string.Join(',', ours)}";
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) =>
        elb.RemoveTrustStoreRevocationsAsync(new() { TrustStoreArn = StoreOf(r.Id), RevocationIds = [.. IdsOf(r.Id)] }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var seen = (await AllAsync(StoreOf(r.Id), r, ct)).Where(v => v.RevocationId is { } id && IdsOf(r.Id).Contains(id)).ToList();
        return seen.Count == 0 ? null : r.ModelOf(new() { ["TrustStoreArn"] = StoreOf(r.Id) }, ("RevocationId", seen[0].RevocationId),
            ("TrustStoreRevocations", new System.Text.Json.Nodes.JsonArray([.. seen.Select(r.Seen)])));
    }

    private async Task<IEnumerable<DescribeTrustStoreRevocation>> AllAsync(string store, TemplateResource r, CancellationToken ct) =>
        (await elb.DescribeTrustStoreRevocationsAsync(new() { TrustStoreArn = store }, r.Caller, ct)).TrustStoreRevocations ?? [];

    private static string StoreOf(string id) => id.Split('|')[0];

    private static IEnumerable<long> IdsOf(string id) => id.Split('|') is [_, { Length: > 0 } all] ? all.Split(',').Select(v => long.Parse(v, System.Globalization.CultureInfo.InvariantCulture)) : [];
}
