using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Iam;

namespace Minato.Iam.Templates;

/// <summary>A policy on any number of groups, roles and users.</summary>
internal abstract class SharedPolicyType(string typeName, IIam iam, TimeProvider clock) : ResourceHandler(typeName, clock)
{
    private readonly PolicyBearers[] _bearers = PolicyBearers.All(iam);

    protected IIam Iam => iam;

    protected abstract Task PutAsync(PolicyBearers bearers, string name, TemplateResource r, CancellationToken ct);

    /// <param name="properties">Of the policy when it was put there.</param>
    protected abstract Task TakeAsync(PolicyBearers bearers, string name, JsonObject properties, TemplateResource r, CancellationToken ct);

    protected IEnumerable<(PolicyBearers Bearers, string Name)> BearersOf(JsonObject properties) =>
        _bearers.SelectMany(b => (properties[b.Property] as JsonArray ?? []).Select(n => (b, n?.ToString() ?? "")));

    protected async Task PutOnAllAsync(TemplateResource r, CancellationToken ct)
    {
        foreach (var (bearers, name) in BearersOf(r.Properties)) await PutAsync(bearers, name, r, ct);
    }

    /// <param name="isRenamed">Those that keep it have the old one as well.</param>
    protected async Task TakeFromFormerAsync(TemplateResource r, bool isRenamed, CancellationToken ct)
    {
        var before = r.Request.PreviousProperties;
        foreach (var (bearers, name) in BearersOf(before).Except(isRenamed ? [] : BearersOf(r.Properties))) await IfThereAsync(() => TakeAsync(bearers, name, before, r, ct));
    }

    protected async Task TakeFromAllAsync(TemplateResource r, CancellationToken ct)
    {
        foreach (var (bearers, name) in BearersOf(r.Properties)) await IfThereAsync(() => TakeAsync(bearers, name, r.Properties, r, ct));
    }

    protected void AddBearers(ResourceModel model, TemplateResource r)
    {
        foreach (var property in _bearers.Select(b => b.Property).Where(r.Has)) model.Properties[property] = r.Properties[property]?.DeepClone();
    }
}

/// <summary>An inline policy. Ref is a name of CloudFormation's.</summary>
internal sealed class PolicyType(IIam iam, TimeProvider clock) : SharedPolicyType("AWS::IAM::Policy", iam, clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["Groups", "PolicyDocument", "PolicyName", "Roles", "Users"], Required = ["PolicyDocument", "PolicyName"], Attributes = ["Id"], Identifiers = ["Id"],
    };

    protected override Task PutAsync(PolicyBearers bearers, string name, TemplateResource r, CancellationToken ct) =>
        bearers.PutAsync(name, r.Text("PolicyName") ?? "", r.Text("PolicyDocument") ?? "", r.Caller, ct);

    protected override Task TakeAsync(PolicyBearers bearers, string name, JsonObject properties, TemplateResource r, CancellationToken ct) =>
        bearers.TakeAsync(name, properties["PolicyName"]?.ToString() ?? "", r.Caller, ct);

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        if (!BearersOf(r.Properties).Any()) throw new ResourceFailedException("InvalidRequest", "At least one of [Groups,Roles,Users] must be non-empty.");
        await PutOnAllAsync(r, ct);
        r.Id = PhysicalName.Of(r.Request, 128);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        await PutOnAllAsync(r, ct);
        await TakeFromFormerAsync(r, r.Changed("PolicyName"), ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => TakeFromAllAsync(r, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var name = r.Text("PolicyName") ?? "";
        if (BearersOf(r.Properties).FirstOrDefault() is not ({ } bearers, var bearer)) return null;
        var document = await bearers.DocumentAsync(bearer, name, r.Caller, ct);
        var model = r.ModelOf(new() { ["PolicyName"] = name, ["PolicyDocument"] = IamTypes.Document(document) }, ("Id", r.Id));
        AddBearers(model, r);
        return model;
    }
}

/// <summary>Ref is the policy's ARN.</summary>
internal sealed class ManagedPolicyType(IIam iam, TimeProvider clock) : SharedPolicyType("AWS::IAM::ManagedPolicy", iam, clock)
{
    private const int MostVersions = 5;

    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["Description", "Groups", "ManagedPolicyName", "Path", "PolicyDocument", "Roles", "Users"], Required = ["PolicyDocument"],
        CreateOnly = ["Description", "ManagedPolicyName", "Path"],
        Attributes = ["AttachmentCount", "CreateDate", "DefaultVersionId", "IsAttachable", "PermissionsBoundaryUsageCount", "PolicyArn", "PolicyId", "UpdateDate"], Identifiers = ["PolicyArn"],
    };

    protected override NameRule Name { get; } = new("ManagedPolicyName", 128);
    protected override IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string> { ["ManagedPolicyName"] = "PolicyName" };

    protected override Task PutAsync(PolicyBearers bearers, string name, TemplateResource r, CancellationToken ct) => bearers.AttachAsync(name, r.Id, r.Caller, ct);

    protected override Task TakeAsync(PolicyBearers bearers, string name, JsonObject properties, TemplateResource r, CancellationToken ct) => bearers.DetachAsync(name, r.Id, r.Caller, ct);

    protected override async Task<string?> FindAsync(TemplateResource r, CancellationToken ct) =>
        (await Iam.GetPolicyAsync(new() { PolicyArn = $"arn:aws:iam::{r.Caller.AccountId}:policy{r.Text("Path") ?? "/"}{r.Name}" }, r.Caller, ct)).Policy?.Arn;

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => Iam.CreatePolicyAsync(r.As<CreatePolicyRequest>(), r.Caller, ct));
        r.Id = await FindAsync(r, ct) ?? "";
        await PutOnAllAsync(r, ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Changed("PolicyDocument")) await SetDocumentAsync(r, ct);
        await PutOnAllAsync(r, ct);
        await TakeFromFormerAsync(r, isRenamed: false, ct);
    }

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        await TakeFromAllAsync(r, ct);
        foreach (var old in (await VersionsAsync(r, ct)).Where(v => v.IsDefaultVersion is not true)) await DropAsync(r, old, ct);
        await Iam.DeletePolicyAsync(new() { PolicyArn = r.Id }, r.Caller, ct);
    }

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if ((await Iam.GetPolicyAsync(new() { PolicyArn = r.Id }, r.Caller, ct)).Policy is not { } policy) return null;
        var seen = r.Seen(policy);
        var model = r.ModelOf(seen, [.. Schema.Attributes.Where(a => seen[a] is not null).Select(a => (a, (JsonNode?)seen[a]?.DeepClone())), ("PolicyArn", (JsonNode?)r.Id)]);
        model.Properties["PolicyDocument"] = IamTypes.Document(await DocumentAsync(policy, r, ct));
        AddBearers(model, r);
        return model;
    }

    // AWS: another document is another version; of five the oldest makes room for it.
    private async Task SetDocumentAsync(TemplateResource r, CancellationToken ct)
    {
        var asked = r.Text("PolicyDocument") ?? "";
        if ((await Iam.GetPolicyAsync(new() { PolicyArn = r.Id }, r.Caller, ct)).Policy is not { } policy) return;
        if (JsonNode.DeepEquals(IamTypes.Document(await DocumentAsync(policy, r, ct)), IamTypes.Document(asked))) return; // An earlier attempt's.
        var versions = await VersionsAsync(r, ct);
        if (versions.Count >= MostVersions && versions.Where(v => v.IsDefaultVersion is not true).MinBy(v => v.CreateDate) is { } oldest) await DropAsync(r, oldest, ct);
        await Iam.CreatePolicyVersionAsync(new() { PolicyArn = r.Id, PolicyDocument = asked, SetAsDefault = true }, r.Caller, ct);
    }

    private async Task<string?> DocumentAsync(Policy policy, TemplateResource r, CancellationToken ct) =>
        (await Iam.GetPolicyVersionAsync(new() { PolicyArn = r.Id, VersionId = policy.DefaultVersionId ?? "v1" }, r.Caller, ct)).PolicyVersion?.Document;

    private async Task<List<PolicyVersion>> VersionsAsync(TemplateResource r, CancellationToken ct) => [.. (await Iam.ListPolicyVersionsAsync(new() { PolicyArn = r.Id }, r.Caller, ct)).Versions ?? []];

    private Task DropAsync(TemplateResource r, PolicyVersion version, CancellationToken ct) =>
        IfThereAsync(() => Iam.DeletePolicyVersionAsync(new() { PolicyArn = r.Id, VersionId = version.VersionId ?? "" }, r.Caller, ct));
}
