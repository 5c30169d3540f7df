using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Ssm;

namespace Minato.Ssm.Templates;

internal sealed class SsmParameterType(ISsm ssm, TimeProvider clock) : ResourceHandler("AWS::SSM::Parameter", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<PutParameterRequest>("KeyId", "Name", "Overwrite").And("Name") with
    {
        Required = ["Type", "Value"], CreateOnly = ["Name"], Attributes = ["Type", "Value"], Identifiers = ["Name"],
    };

    protected override NameRule Name { get; } = new("Name", 1011, Prefix: "CFN");

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        // AWS: CloudFormation makes none of them, so that no template holds what must be kept secret.
        if (r.Text("Type") is "SecureString") throw new ResourceFailedException("InvalidRequest", "AWS::SSM::Parameter does not support parameters of type SecureString.");
        await OnceAsync(() => ssm.PutParameterAsync(r.As<PutParameterRequest>(), r.Caller, ct));
        r.Id = r.Name;
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Changed("AllowedPattern", "DataType", "Description", "Policies", "Tier", "Type", "Value"))
            await ssm.PutParameterAsync(r.As<PutParameterRequest>(("Name", r.Id), ("Overwrite", true), ("Tags", null)), r.Caller, ct);
        var changes = TagChanges.Between(r.Tags, (await TagsAsync(r, ct)).Select(t => KeyValuePair.Create(t.Key, t.Value)));
        if (changes.Gone.Count > 0)
            await ssm.RemoveTagsFromResourceAsync(new() { ResourceType = ResourceTypeForTagging.Parameter, ResourceId = r.Id, TagKeys = [.. changes.Gone] }, r.Caller, ct);
        if (changes.Set.Count > 0)
        {
            await ssm.AddTagsToResourceAsync(
                new() { ResourceType = ResourceTypeForTagging.Parameter, ResourceId = r.Id, Tags = [.. changes.Set.Select(t => new Tag { Key = t.Key, Value = t.Value })] }, r.Caller, ct);
        }
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => ssm.DeleteParameterAsync(new() { Name = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if ((await ssm.GetParameterAsync(new() { Name = r.Id }, r.Caller, ct)).Parameter is not { } parameter) return null;
        var facts = await ssm.DescribeParametersAsync(new() { ParameterFilters = [new() { Key = "Name", Values = [r.Id] }] }, r.Caller, ct);
        var model = r.Model(parameter, ("Type", parameter.Type?.ToWire()), ("Value", parameter.Value));
        model.Properties["Description"] = facts.Parameters?.FirstOrDefault()?.Description;
        model.Properties["AllowedPattern"] = facts.Parameters?.FirstOrDefault()?.AllowedPattern;
        model.Properties["Tags"] = new JsonObject([.. (await TagsAsync(r, ct)).Select(t => new KeyValuePair<string, JsonNode?>(t.Key, t.Value))]);
        return model;
    }

    private async Task<IEnumerable<Tag>> TagsAsync(TemplateResource r, CancellationToken ct) =>
        (await ssm.ListTagsForResourceAsync(new() { ResourceType = ResourceTypeForTagging.Parameter, ResourceId = r.Id }, r.Caller, ct)).TagList ?? [];
}
