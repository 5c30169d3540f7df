using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.ElasticLoadBalancing;

namespace Minato.Elb.Templates;

internal sealed class ClassicLoadBalancerType(IElasticLoadBalancing elb, TimeProvider clock) : ResourceHandler("AWS::ElasticLoadBalancing::LoadBalancer", clock)
{
    private static readonly string[] s_attributes = ["AccessLoggingPolicy", "ConnectionDrainingPolicy", "ConnectionSettings", "CrossZone"];

    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateLoadBalancerRequest>("LoadBalancerName").And(
        ["LoadBalancerName", "HealthCheck", "Instances", "Policies", "AppCookieStickinessPolicy", "LBCookieStickinessPolicy", .. s_attributes]) with
    {
        CreateOnly = ["LoadBalancerName", "Scheme"],
        Attributes = ["CanonicalHostedZoneName", "CanonicalHostedZoneNameID", "DNSName", "SourceSecurityGroup.GroupName", "SourceSecurityGroup.OwnerAlias"],
        Identifiers = ["LoadBalancerName"],
    };

    protected override NameRule Name { get; } = new("LoadBalancerName", 32);

    protected override IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string> { ["PolicyType"] = "PolicyTypeName", ["Attributes"] = "PolicyAttributes" };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => elb.CreateLoadBalancerAsync(r.As<CreateLoadBalancerRequest>(("Listeners", WithoutPolicies(r))), r.Caller, ct));
        r.Id = r.Name;
        await SetAttributesAsync(r, ct);
        await MakePoliciesAsync(r, ct);
        foreach (var listener in r.Objects("Listeners").Where(l => l["PolicyNames"] is not null)) await SetPoliciesAsync(r, listener, ct);
        if (r.Has("HealthCheck")) await elb.ConfigureHealthCheckAsync(r.As<ConfigureHealthCheckRequest>(), r.Caller, ct);
        await RegisterAsync(r, r.Texts("Instances"), ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Changed(s_attributes)) await SetAttributesAsync(r, ct);
        if (r.Changed("HealthCheck") && r.Has("HealthCheck")) await elb.ConfigureHealthCheckAsync(r.As<ConfigureHealthCheckRequest>(), r.Caller, ct);
        if (r.Changed("SecurityGroups")) await elb.ApplySecurityGroupsToLoadBalancerAsync(r.As<ApplySecurityGroupsToLoadBalancerRequest>(), r.Caller, ct);
        if (r.Changed("Policies", "AppCookieStickinessPolicy", "LBCookieStickinessPolicy")) await MakePoliciesAsync(r, ct);
        await ChangeListenersAsync(r, ct);
        await ChangeSubnetsAsync(r, ct);
        await ChangeInstancesAsync(r, ct);
        await RetagAsync(r, ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => elb.DeleteLoadBalancerAsync(new() { LoadBalancerName = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var found = await elb.DescribeLoadBalancersAsync(new() { LoadBalancerNames = [r.Id] }, r.Caller, ct);
        if (found.LoadBalancerDescriptions?.FirstOrDefault() is not { } balancer) return null;
        var model = r.Model(balancer,
            ("CanonicalHostedZoneName", balancer.CanonicalHostedZoneName), ("CanonicalHostedZoneNameID", balancer.CanonicalHostedZoneNameID), ("DNSName", balancer.DNSName),
            ("SourceSecurityGroup.GroupName", balancer.SourceSecurityGroup?.GroupName), ("SourceSecurityGroup.OwnerAlias", balancer.SourceSecurityGroup?.OwnerAlias));
        model.Properties["Instances"] = new JsonArray([.. (balancer.Instances ?? []).Select(i => (JsonNode?)i.InstanceId)]);
        return model;
    }

    private async Task SetAttributesAsync(TemplateResource r, CancellationToken ct)
    {
        var attributes = new JsonObject { ["AccessLog"] = r.Properties["AccessLoggingPolicy"]?.DeepClone(), ["ConnectionDraining"] = r.Properties["ConnectionDrainingPolicy"]?.DeepClone(), ["ConnectionSettings"] = r.Properties["ConnectionSettings"]?.DeepClone() };
        if (r.Has("CrossZone")) attributes["CrossZoneLoadBalancing"] = new JsonObject { ["Enabled"] = r.IsTrue("CrossZone") };
        if (attributes.All(a => a.Value is null)) return;
        await elb.ModifyLoadBalancerAttributesAsync(r.As<ModifyLoadBalancerAttributesRequest>(("LoadBalancerAttributes", attributes)), r.Caller, ct);
    }

    private async Task MakePoliciesAsync(TemplateResource r, CancellationToken ct)
    {
        foreach (var policy in r.Objects("Policies")) await MakeAsync(policy, p => elb.CreateLoadBalancerPolicyAsync(r.Read<CreateLoadBalancerPolicyRequest>(p), r.Caller, ct));
        foreach (var policy in r.Objects("AppCookieStickinessPolicy"))
            await MakeAsync(policy, p => elb.CreateAppCookieStickinessPolicyAsync(r.Read<CreateAppCookieStickinessPolicyRequest>(p), r.Caller, ct));
        foreach (var policy in r.Objects("LBCookieStickinessPolicy"))
            await MakeAsync(policy, p => elb.CreateLBCookieStickinessPolicyAsync(r.Read<CreateLBCookieStickinessPolicyRequest>(p), r.Caller, ct));

        async Task MakeAsync(JsonObject policy, Func<JsonObject, Task> make)
        {
            var named = (JsonObject)policy.DeepClone();
            named["LoadBalancerName"] = r.Id;
            await OnceAsync(() => make(named));
        }
    }

    private Task SetPoliciesAsync(TemplateResource r, JsonObject listener, CancellationToken ct) => elb.SetLoadBalancerPoliciesOfListenerAsync(
        r.Read<SetLoadBalancerPoliciesOfListenerRequest>(new()
        {
            ["LoadBalancerName"] = r.Id, ["LoadBalancerPort"] = listener["LoadBalancerPort"]?.DeepClone(), ["PolicyNames"] = listener["PolicyNames"]?.DeepClone() ?? new JsonArray(),
        }), r.Caller, ct);

    private async Task ChangeListenersAsync(TemplateResource r, CancellationToken ct)
    {
        if (!r.Changed("Listeners")) return;
        var before = (r.Request.PreviousProperties["Listeners"] as JsonArray ?? []).OfType<JsonObject>().ToArray();
        var kept = r.Objects("Listeners").Where(l => before.Any(b => JsonNode.DeepEquals(Bare(b), Bare(l)))).ToArray();
        ImmutableArray<int> gone = [.. before.Where(b => !kept.Any(k => JsonNode.DeepEquals(Bare(b), Bare(k)))).Select(b => r.Read<Listener>(Bare(b)).LoadBalancerPort)];
        if (gone.Length > 0) await elb.DeleteLoadBalancerListenersAsync(new() { LoadBalancerName = r.Id, LoadBalancerPorts = gone }, r.Caller, ct);
        ImmutableArray<Listener> added = [.. r.Objects("Listeners").Except(kept).Select(l => r.Read<Listener>(Bare(l)))];
        if (added.Length > 0) await elb.CreateLoadBalancerListenersAsync(new() { LoadBalancerName = r.Id, Listeners = added }, r.Caller, ct);
        foreach (var listener in r.Objects("Listeners").Where(l => l["PolicyNames"] is not null || kept.Contains(l))) await SetPoliciesAsync(r, listener, ct);
    }

    private async Task ChangeSubnetsAsync(TemplateResource r, CancellationToken ct)
    {
        var (now, before) = (r.Texts("Subnets"), r.PreviousTexts("Subnets"));
        if (now.Except(before).ToArray() is { Length: > 0 } added) await elb.AttachLoadBalancerToSubnetsAsync(new() { LoadBalancerName = r.Id, Subnets = [.. added] }, r.Caller, ct);
        if (before.Except(now).ToArray() is { Length: > 0 } gone) await elb.DetachLoadBalancerFromSubnetsAsync(new() { LoadBalancerName = r.Id, Subnets = [.. gone] }, r.Caller, ct);
    }

    private async Task ChangeInstancesAsync(TemplateResource r, CancellationToken ct)
    {
        var (now, before) = (r.Texts("Instances"), r.PreviousTexts("Instances"));
        await RegisterAsync(r, [.. now.Except(before)], ct);
        if (before.Except(now).ToArray() is not { Length: > 0 } gone) return;
        await elb.DeregisterInstancesFromLoadBalancerAsync(new() { LoadBalancerName = r.Id, Instances = [.. gone.Select(i => new Instance { InstanceId = i })] }, r.Caller, ct);
    }

    private async Task RegisterAsync(TemplateResource r, string[] instances, CancellationToken ct)
    {
        if (instances.Length == 0) return;
        await elb.RegisterInstancesWithLoadBalancerAsync(new() { LoadBalancerName = r.Id, Instances = [.. instances.Select(i => new Instance { InstanceId = i })] }, r.Caller, ct);
    }

    private async Task RetagAsync(TemplateResource r, CancellationToken ct)
    {
        var there = (await elb.DescribeTagsAsync(new() { LoadBalancerNames = [r.Id] }, r.Caller, ct)).TagDescriptions?.FirstOrDefault()?.Tags ?? [];
        var changes = TagChanges.Between(r.Tags, there.Select(t => KeyValuePair.Create(t.Key, t.Value ?? "")));
        if (changes.Gone.Count > 0) await elb.RemoveTagsAsync(new() { LoadBalancerNames = [r.Id], Tags = [.. changes.Gone.Select(k => new TagKeyOnly { Key = k })] }, r.Caller, ct);
        if (changes.Set.Count > 0)
            await elb.AddTagsAsync(new() { LoadBalancerNames = [r.Id], Tags = [.. changes.Set.Select(t => new Tag { Key = t.Key, Value = t.Value })] }, r.Caller, ct);
    }

    // A listener of a template names its policies; the API sets them one by one.
    private static JsonArray WithoutPolicies(TemplateResource r) => new([.. r.Objects("Listeners").Select(Bare)]);

    private static JsonObject Bare(JsonObject listener)
    {
        var bare = (JsonObject)listener.DeepClone();
        bare.Remove("PolicyNames");
        return bare;
    }
}
