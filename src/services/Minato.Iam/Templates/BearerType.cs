using System.Text.Json.Nodes;
using Minato.Aws.Templates;

namespace Minato.Iam.Templates;

/// <summary>A principal that has policies, those of the template. What it has beyond them is left alone. Ref is its name.</summary>
internal abstract class BearerType(PolicyBearers bearers, TimeProvider clock) : ResourceHandler($"AWS::IAM::{bearers.Kind}", clock)
{
    protected abstract Task MakeItAsync(TemplateResource r, CancellationToken ct);
    protected abstract Task ChangeItAsync(TemplateResource r, CancellationToken ct);
    protected abstract Task RemoveItAsync(TemplateResource r, CancellationToken ct);

    protected sealed override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => MakeItAsync(r, ct));
        r.Id = r.Name;
        await SetPoliciesAsync(r, ct);
    }

    protected sealed override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        await ChangeItAsync(r, ct);
        await SetPoliciesAsync(r, ct);
    }

    protected sealed override async Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        foreach (var arn in r.Texts("ManagedPolicyArns")) await IfThereAsync(() => bearers.DetachAsync(r.Id, arn, r.Caller, ct));
        foreach (var name in IamTypes.Inline(r.Properties).Keys) await IfThereAsync(() => bearers.TakeAsync(r.Id, name, r.Caller, ct));
        await RemoveItAsync(r, ct);
    }

    /// <summary>Puts the policies into what is known of the principal.</summary>
    protected async Task<ResourceModel> WithPoliciesAsync(ResourceModel model, TemplateResource r, CancellationToken ct)
    {
        var attached = await bearers.AttachedAsync(r.Id, r.Caller, ct);
        model.Properties["ManagedPolicyArns"] = new JsonArray([.. attached.Select(p => (JsonNode?)p.PolicyArn)]);
        var inline = new JsonArray();
        // AWS: of the inline policies those of the template; others are resources of their own.
        foreach (var name in IamTypes.Inline(r.Properties).Keys)
        {
            if (await DescribedOrNull(() => bearers.DocumentAsync(r.Id, name, r.Caller, ct)) is { } document)
                inline.Add(new JsonObject { ["PolicyName"] = name, ["PolicyDocument"] = IamTypes.Document(document) });
        }
        model.Properties["Policies"] = inline;
        return model;
    }

    private async Task SetPoliciesAsync(TemplateResource r, CancellationToken ct)
    {
        foreach (var arn in r.PreviousTexts("ManagedPolicyArns").Except(r.Texts("ManagedPolicyArns"))) await IfThereAsync(() => bearers.DetachAsync(r.Id, arn, r.Caller, ct));
        foreach (var arn in r.Texts("ManagedPolicyArns")) await bearers.AttachAsync(r.Id, arn, r.Caller, ct);
        var wanted = IamTypes.Inline(r.Properties);
        foreach (var name in IamTypes.Inline(r.Request.PreviousProperties).Keys.Except(wanted.Keys)) await IfThereAsync(() => bearers.TakeAsync(r.Id, name, r.Caller, ct));
        foreach (var (name, document) in wanted) await bearers.PutAsync(r.Id, name, document, r.Caller, ct);
    }
}

/// <summary>One inline policy of one principal, a resource of its own. Ref is <c>policy|principal</c>.</summary>
internal sealed class BearerPolicyType(PolicyBearers bearers, TimeProvider clock) : ResourceHandler($"AWS::IAM::{bearers.Kind}Policy", clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["PolicyDocument", "PolicyName", bearers.NameProperty], Required = ["PolicyName", bearers.NameProperty],
        CreateOnly = ["PolicyName", bearers.NameProperty], Identifiers = ["PolicyName", bearers.NameProperty],
    };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await ChangeAsync(r, ct);
        r.Id = $"{r.Text("PolicyName")}|{r.Text(bearers.NameProperty)}";
    }

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) =>
        bearers.PutAsync(r.Text(bearers.NameProperty) ?? "", r.Text("PolicyName") ?? "", r.Text("PolicyDocument") ?? "", r.Caller, ct);

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) =>
        r.Id.Split('|') is [var policy, var principal] ? bearers.TakeAsync(principal, policy, r.Caller, ct) : Task.CompletedTask;

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Id.Split('|') is not [var policy, var principal]) return null;
        var document = await bearers.DocumentAsync(principal, policy, r.Caller, ct);
        return r.ModelOf(new() { ["PolicyName"] = policy, [bearers.NameProperty] = principal, ["PolicyDocument"] = IamTypes.Document(document) });
    }
}
