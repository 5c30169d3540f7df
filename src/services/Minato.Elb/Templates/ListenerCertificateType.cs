using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Elb.Templates;

/// <summary>Certificates of a listener beyond its own. They have no id, so the resource goes by a name of CloudFormation's.</summary>
internal sealed class ListenerCertificateType(IElasticLoadBalancingV2 elb, TimeProvider clock) : ResourceHandler("AWS::ElasticLoadBalancingV2::ListenerCertificate", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<AddListenerCertificatesRequest>() with { CreateOnly = ["ListenerArn"] };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await elb.AddListenerCertificatesAsync(r.As<AddListenerCertificatesRequest>(), r.Caller, ct);
        r.Id = PhysicalName.Of(r.Request, 128);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        var (now, before) = (Certificates(r, r.Properties), Certificates(r, r.Request.PreviousProperties));
        if (now.Except(before).ToArray() is { Length: > 0 } added)
            await elb.AddListenerCertificatesAsync(new() { ListenerArn = r.Text("ListenerArn") ?? "", Certificates = [.. added] }, r.Caller, ct);
        if (before.Except(now).ToArray() is { Length: > 0 } gone)
            await elb.RemoveListenerCertificatesAsync(new() { ListenerArn = r.Text("ListenerArn") ?? "", Certificates = [.. gone] }, r.Caller, ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) =>
        elb.RemoveListenerCertificatesAsync(r.As<RemoveListenerCertificatesRequest>(), r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Text("ListenerArn") is not { } listener) return null;
        var all = (await elb.DescribeListenerCertificatesAsync(new() { ListenerArn = listener }, r.Caller, ct)).Certificates ?? [];
        var asked = Certificates(r, r.Properties).Select(c => c.CertificateArn).ToHashSet(StringComparer.Ordinal);
        var ours = all.Where(c => asked.Contains(c.CertificateArn)).Select(c => new JsonObject { ["CertificateArn"] = c.CertificateArn }).ToArray();
        return ours.Length == 0 ? null : r.ModelOf(new() { ["ListenerArn"] = listener, ["Certificates"] = new JsonArray([.. ours]) });
    }

    private static Certificate[] Certificates(TemplateResource r, JsonObject properties) =>
        [.. (properties["Certificates"] as JsonArray ?? []).OfType<JsonObject>().Select(r.Read<Certificate>)];
}
