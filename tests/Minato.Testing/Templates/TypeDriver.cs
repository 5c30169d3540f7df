using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Aws.Templates;

namespace Minato.Testing.Templates;

/// <summary>Calls the handlers of resource types as CloudFormation does, until they have come to their end.</summary>
public sealed class TypeDriver(IEnumerable<IResourceType> types, Caller caller, TimeProvider clock)
{
    private const string StackId = "arn:aws:cloudformation:us-east-1:123456789012:stack/shop/0a1b2c3d";
    private int _operations;

    public static TypeDriver In(World world) => new(world.Client<IEnumerable<IResourceType>>(), world.Caller, world.Time);

    public IReadOnlyCollection<IResourceType> Types { get; } = [.. types];

    public IResourceType Of(string typeName) => Types.SingleOrDefault(t => t.TypeName == typeName) ?? throw new InvalidOperationException($"Nobody offers {typeName}.");

    /// <summary>Makes a resource, and makes it once more as after a crash that came before the answer: both must give the same.</summary>
    public async Task<DrivenResource> CreateAsync(string typeName, string properties, string logicalId = "Thing")
    {
        var type = Of(typeName);
        var given = Parse(properties);
        CheckGiven(type, given);
        var (maker, end) = await RunAsync(type.CreateAsync, Request(logicalId) with { Properties = given });
        var done = end as ResourceProgress.Done ?? throw new InvalidOperationException($"{typeName} was not made: {end}");
        var again = (await RunAsync(type.CreateAsync, maker)).End as ResourceProgress.Done;
        if (again?.PhysicalResourceId != done.PhysicalResourceId)
            throw new InvalidOperationException($"{typeName} was made twice: {done.PhysicalResourceId} and {again?.PhysicalResourceId}.");
        foreach (var attribute in done.Model.Attributes.Where(a => !type.Schema.Attributes.Contains(a.Key)))
            throw new InvalidOperationException($"{typeName} has no attribute {attribute.Key}.");
        var made = new DrivenResource(type, logicalId, done.PhysicalResourceId ?? "", done.Model.Attributes, given);
        await CheckReadAsync(made);
        return made;
    }

    /// <summary>What every schema must be, whatever its type.</summary>
    /// <returns>What is wrong, in words.</returns>
    public IEnumerable<string> FaultsOfSchemas()
    {
        foreach (var twice in Types.GroupBy(t => t.TypeName).Where(g => g.Count() > 1)) yield return $"{twice.Key} is there {twice.Count()} times.";
        foreach (var type in Types)
        {
            var all = type.Schema.Properties;
            if (all.Count == 0 || all.Distinct().Count() != all.Count) yield return $"{type.TypeName}: properties are none, or twice the same.";
            foreach (var name in type.Schema.CreateOnly.Concat(type.Schema.Required).Append(type.Schema.Tags).OfType<string>().Where(p => !all.Contains(p.Split('/')[0])))
                yield return $"{type.TypeName} names {name}, which is no property.";
            foreach (var name in type.Schema.Identifiers.Where(i => !all.Contains(i) && !type.Schema.Attributes.Contains(i) && i != "Id"))
                yield return $"{type.TypeName} is identified by {name}, which is neither property nor attribute.";
        }
    }

    /// <summary>How making it ends.</summary>
    public async Task<ResourceProgress> TryCreateAsync(string typeName, string properties, string logicalId = "Thing") =>
        (await RunAsync(Of(typeName).CreateAsync, Request(logicalId) with { Properties = Parse(properties) })).End;

    /// <summary>Changes what no replacement is needed for, and checks that a read shows it.</summary>
    public async Task<DrivenResource> UpdateAsync(DrivenResource r, string properties)
    {
        var given = Parse(properties);
        CheckGiven(r.Type, given);
        foreach (var fixedOnce in r.Type.Schema.CreateOnly.Where(p => !JsonNode.DeepEquals(given[p], r.Properties[p])))
            throw new InvalidOperationException($"{r.Type.TypeName}: another {fixedOnce} is another resource.");
        var end = await TryUpdateAsync(r, properties);
        var done = end as ResourceProgress.Done ?? throw new InvalidOperationException($"{r.Type.TypeName} was not changed: {end}");
        var changed = r with { Id = done.PhysicalResourceId ?? "", Properties = given, Attributes = Merge(r.Attributes, done.Model.Attributes) };
        await CheckReadAsync(changed);
        return changed;
    }

    public async Task<ResourceProgress> TryUpdateAsync(DrivenResource r, string properties) => (await RunAsync(r.Type.UpdateAsync,
        Request(r.LogicalId) with { PhysicalResourceId = r.Id, Properties = Parse(properties), PreviousProperties = r.Properties })).End;

    /// <summary>Deletes it, twice: what is not there is deleted with success.</summary>
    public async Task DeleteAsync(DrivenResource r)
    {
        for (var i = 0; i < 2; i++)
        {
            var end = await TryDeleteAsync(r);
            if (end is not ResourceProgress.Done) throw new InvalidOperationException($"{r.Type.TypeName} was not deleted: {end}");
        }
        if (await ReadAsync(r) is { } there) throw new InvalidOperationException($"{r.Type.TypeName} was deleted and is there: {there.Properties}");
    }

    public async Task<ResourceProgress> TryDeleteAsync(DrivenResource r) =>
        (await RunAsync(r.Type.DeleteAsync, Request(r.LogicalId) with { PhysicalResourceId = r.Id, Properties = r.Properties })).End;

    public async Task<ResourceModel?> ReadAsync(DrivenResource r) =>
        await r.Type.ReadAsync(Request(r.LogicalId) with { PhysicalResourceId = r.Id, Properties = r.Properties }, CancellationToken.None);

    private ResourceRequest Request(string logicalId) => new()
    {
        Caller = caller, StackId = StackId, StackName = "shop", LogicalResourceId = logicalId, ClientToken = $"operation-{++_operations}-{logicalId}", Since = clock.GetUtcNow(),
        Tags = new Dictionary<string, string>
        {
            ["aws:cloudformation:stack-name"] = "shop", ["aws:cloudformation:stack-id"] = StackId, ["aws:cloudformation:logical-id"] = logicalId,
        },
    };

    // The call that told the id is the one that a crash may repeat.
    private async Task<(ResourceRequest Maker, ResourceProgress End)> RunAsync(Func<ResourceRequest, CancellationToken, ValueTask<ResourceProgress>> handler, ResourceRequest request)
    {
        ResourceRequest? maker = null;
        while (true)
        {
            var progress = await handler(request, CancellationToken.None);
            if (progress is not ResourceProgress.Pending pending) return (maker ?? request, progress);
            if (request.PhysicalResourceId is null && pending.PhysicalResourceId is not null) maker = request;
            request = request with { PhysicalResourceId = pending.PhysicalResourceId ?? request.PhysicalResourceId, Context = pending.Context };
            await Task.Delay(pending.After, clock);
        }
    }

    private async Task CheckReadAsync(DrivenResource r)
    {
        var model = await ReadAsync(r) ?? throw new InvalidOperationException($"{r.Type.TypeName} was made and is not there.");
        foreach (var (name, value) in model.Properties)
        {
            if (!r.Type.Schema.Properties.Contains(name)) throw new InvalidOperationException($"{r.Type.TypeName} has no property {name}.");
            if (r.Properties[name] is { } given && !Covers(value, given))
                throw new InvalidOperationException($"{r.Type.TypeName}: {name} was given as {given.ToJsonString()} and reads as {value?.ToJsonString()}.");
        }
    }

    private static void CheckGiven(IResourceType type, JsonObject given)
    {
        foreach (var (name, _) in given.Where(g => !type.Schema.Properties.Contains(g.Key))) throw new InvalidOperationException($"{type.TypeName} has no property {name}.");
        foreach (var name in type.Schema.Required.Where(n => given[n] is null)) throw new InvalidOperationException($"{type.TypeName} needs {name}.");
    }

    /// <summary>Services add what was left to them; what was given must be there.</summary>
    private static bool Covers(JsonNode? seen, JsonNode given) => (seen, given) switch
    {
        (JsonObject s, JsonObject g) => g.All(p => p.Value is null || Covers(s[p.Key], p.Value)),
        (JsonArray s, JsonArray g) => s.Count == g.Count && g.All(item => item is null || s.Any(i => Covers(i, item))),
        (JsonValue s, JsonValue g) => string.Equals(s.ToString(), g.ToString(), StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    private static JsonObject Merge(JsonObject before, JsonObject now)
    {
        var all = (JsonObject)before.DeepClone();
        foreach (var (name, value) in now) all[name] = value?.DeepClone();
        return all;
    }

    private static JsonObject Parse(string properties) => JsonNode.Parse(properties) as JsonObject ?? throw new InvalidOperationException("Properties are an object.");
}

/// <summary>A resource that a handler made.</summary>
public sealed record DrivenResource(IResourceType Type, string LogicalId, string Id, JsonObject Attributes, JsonObject Properties)
{
    /// <summary>What Fn::GetAtt answers.</summary>
    public string GetAtt(string name) => Attributes[name]?.ToString() ?? throw new InvalidOperationException($"{Type.TypeName} does not tell {name}.");
}
