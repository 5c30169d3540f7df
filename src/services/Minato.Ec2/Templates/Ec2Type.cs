using Minato.Aws.Templates;
using Minato.Contracts.Ec2;

namespace Minato.Ec2.Templates;

/// <summary>
/// EC2's resources have neither names nor, most of them, tokens. What an earlier attempt made is found by the tags of its stack and its logical id,
/// less what bore them before: a replacement has the same ones as what it replaces.
/// </summary>
/// <param name="kind">What EC2 calls it among tags; null for what has none.</param>
internal abstract class Ec2Type(string typeName, string? kind, IEc2 ec2, TimeProvider clock) : ResourceHandler(typeName, clock)
{
    private const string StackTag = "aws:cloudformation:stack-id";
    private const string ResourceTag = "aws:cloudformation:logical-id";

    protected IEc2 Ec2 => ec2;
    protected override string? TagSpecification => kind;
    protected override bool TakesSystemTags => true;

    protected override async Task<string?> BeforeAsync(TemplateResource r, CancellationToken ct) =>
        Name is not null ? await base.BeforeAsync(r, ct) : kind is null ? null : string.Join(',', await OursAsync(r, ct));

    protected async Task MakeOnceAsync(TemplateResource r, Func<Task<string?>> make, CancellationToken ct)
    {
        var before = r.Note?.Split(',') ?? [];
        r.Id = (await OursAsync(r, ct)).Except(before).FirstOrDefault() ?? await make() ?? throw new InvalidOperationException($"{TypeName} was made without an id.");
    }

    protected async Task RetagAsync(TemplateResource r, string id, CancellationToken ct)
    {
        var there = (await ec2.DescribeTagsAsync(new() { Filters = [Only("resource-id", id)] }, r.Caller, ct)).Tags ?? [];
        var changes = TagChanges.Between(r.Tags, there.Select(t => KeyValuePair.Create(t.Key ?? "", t.Value ?? "")));
        if (changes.Gone.Count > 0) await ec2.DeleteTagsAsync(new() { Resources = [id], Tags = [.. changes.Gone.Select(k => new Tag { Key = k })] }, r.Caller, ct);
        if (changes.Set.Count > 0) await ec2.CreateTagsAsync(new() { Resources = [id], Tags = [.. changes.Set.Select(t => new Tag { Key = t.Key, Value = t.Value })] }, r.Caller, ct);
    }

    protected static Filter Only(string name, params string[] values) => new() { Name = name, Values = [.. values] };

    // What has been terminated keeps its tags for a while: a type that has such things leaves them out.
    protected virtual Task<bool> IsThereAsync(string id, TemplateResource r, CancellationToken ct) => Task.FromResult(true);

    private async Task<IReadOnlyCollection<string>> OursAsync(TemplateResource r, CancellationToken ct)
    {
        if (!r.Tags.ContainsKey(StackTag)) return [];
        var ofStack = await ec2.DescribeTagsAsync(
            new() { Filters = [Only("key", StackTag), Only("value", r.Request.StackId), Only("resource-type", kind ?? "")] }, r.Caller, ct);
        if (ofStack.Tags is not { IsDefaultOrEmpty: false } tags) return [];
        var ours = await ec2.DescribeTagsAsync(
            new() { Filters = [Only("resource-id", [.. tags.Select(t => t.ResourceId ?? "")]), Only("key", ResourceTag), Only("value", r.Request.LogicalResourceId)] }, r.Caller, ct);
        var found = new List<string>();
        foreach (var tag in ours.Tags ?? [])
            if (tag.ResourceId is { } id && await IsThereAsync(id, r, ct)) found.Add(id);
        return found;
    }
}
