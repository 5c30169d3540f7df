using System.Globalization;
using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Elb.Templates;

/// <summary>A listener has no name; of a load balancer's ports each has one.</summary>
internal sealed class ListenerType(IElasticLoadBalancingV2 elb, TimeProvider clock) : ResourceHandler("AWS::ElasticLoadBalancingV2::Listener", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateListenerRequest>().And("ListenerAttributes") with
    {
        CreateOnly = ["LoadBalancerArn"], Attributes = ["ListenerArn"], Identifiers = ["ListenerArn"],
    };

    protected override bool TakesSystemTags => true;

    protected override async Task<string?> FindAsync(TemplateResource r, CancellationToken ct)
    {
        string? marker = null;
        do
        {
            var page = await elb.DescribeListenersAsync(new() { LoadBalancerArn = r.Text("LoadBalancerArn"), Marker = marker }, r.Caller, ct);
            if (page.Listeners?.FirstOrDefault(l => l.Port?.ToString(CultureInfo.InvariantCulture) == r.Text("Port")) is { } found) return found.ListenerArn;
            marker = page.NextMarker;
        }
        while (marker is not null);
        return null;
    }

    protected override async Task<string?> BeforeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await FindAsync(r, ct) is { } other)
            throw new ResourceFailedException("AlreadyExists", $"Resource of type '{TypeName}' with identifier '{other}' already exists.");
        return "free";
    }

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        string? made = null;
        await OnceAsync(async () => made = (await elb.CreateListenerAsync(r.As<CreateListenerRequest>(), r.Caller, ct)).Listeners?[0].ListenerArn);
        r.Id = made ?? await FindAsync(r, ct) ?? throw new InvalidOperationException("A listener was made and is not there.");
        await SetAttributesAsync(r, ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        await elb.ModifyListenerAsync(r.As<ModifyListenerRequest>(("ListenerArn", r.Id)), r.Caller, ct);
        if (r.Changed("ListenerAttributes")) await SetAttributesAsync(r, ct);
        await elb.RetagAsync(r, ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => elb.DeleteListenerAsync(new() { ListenerArn = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var listener = (await elb.DescribeListenersAsync(new() { ListenerArns = [r.Id] }, r.Caller, ct)).Listeners?.FirstOrDefault();
        if (listener is null) return null;
        var model = r.Model(listener, ("ListenerArn", r.Id));
        model.Properties["Tags"] = (await elb.TagsAsync(r, ct)).ToList();
        return model;
    }

    private async Task SetAttributesAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Objects("ListenerAttributes").Length == 0) return;
        await elb.ModifyListenerAttributesAsync(
            r.As<ModifyListenerAttributesRequest>(("ListenerArn", r.Id), ("Attributes", r.ListOrEmpty("ListenerAttributes"))), r.Caller, ct);
    }
}

/// <summary>A rule has no name; of a listener's priorities each has one.</summary>
internal sealed class ListenerRuleType(IElasticLoadBalancingV2 elb, TimeProvider clock) : ResourceHandler("AWS::ElasticLoadBalancingV2::ListenerRule", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateRuleRequest>() with
    {
        CreateOnly = ["ListenerArn"], Attributes = ["IsDefault", "RuleArn"], Identifiers = ["RuleArn"],
    };

    protected override bool TakesSystemTags => true;

    protected override async Task<string?> FindAsync(TemplateResource r, CancellationToken ct)
    {
        string? marker = null;
        do
        {
            var page = await elb.DescribeRulesAsync(new() { ListenerArn = r.Text("ListenerArn"), Marker = marker }, r.Caller, ct);
            if (page.Rules?.FirstOrDefault(rule => rule.Priority == r.Text("Priority")) is { } found) return found.RuleArn;
            marker = page.NextMarker;
        }
        while (marker is not null);
        return null;
    }

    protected override async Task<string?> BeforeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await FindAsync(r, ct) is not null) throw new PriorityInUseException($"Priority '{r.Text("Priority")}' is currently in use");
        return "free";
    }

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await FindAsync(r, ct) is { } made) r.Id = made;
        else r.Id = (await elb.CreateRuleAsync(r.As<CreateRuleRequest>(), r.Caller, ct)).Rules?[0].RuleArn ?? "";
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Changed("Actions", "Conditions", "Transforms")) await elb.ModifyRuleAsync(r.As<ModifyRuleRequest>(("RuleArn", r.Id)), r.Caller, ct);
        await elb.RetagAsync(r, ct);
        if (!r.Changed("Priority")) return;
        await elb.SetRulePrioritiesAsync(r.As<SetRulePrioritiesRequest>(("RulePriorities", new JsonArray(new JsonObject
        {
            ["RuleArn"] = r.Id, ["Priority"] = r.Text("Priority"),
        }))), r.Caller, ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => elb.DeleteRuleAsync(new() { RuleArn = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var rule = (await elb.DescribeRulesAsync(new() { RuleArns = [r.Id] }, r.Caller, ct)).Rules?.FirstOrDefault();
        if (rule is null) return null;
        var model = r.Model(rule, ("IsDefault", rule.IsDefault), ("RuleArn", r.Id));
        model.Properties["Tags"] = (await elb.TagsAsync(r, ct)).ToList();
        model.Properties["ListenerArn"] = r.Text("ListenerArn") ?? ListenerOf(r.Id);
        if (int.TryParse(rule.Priority, CultureInfo.InvariantCulture, out var priority)) model.Properties["Priority"] = priority;
        return model;
    }

    // …:listener-rule/app/name/balancer/listener/rule
    private static string ListenerOf(string rule) => rule[..rule.LastIndexOf('/')].Replace(":listener-rule/", ":listener/", StringComparison.Ordinal);
}
