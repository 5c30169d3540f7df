using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Platform;

namespace Minato.CloudFormation.Tests;

/// <summary>Where things of test types are. No part of Minato: it outlives the process.</summary>
internal sealed class TestCloud
{
    public Dictionary<string, Thing> Things { get; } = new(StringComparer.Ordinal);

    /// <summary>What handlers were asked, in order: operation, logical id.</summary>
    public List<(string Operation, string LogicalId, string Token)> Calls { get; } = [];

    /// <summary>What updates were asked for, in order.</summary>
    public List<(JsonObject Before, JsonObject After)> Updates { get; } = [];

    /// <summary>Operations that fail: by operation and logical id, or either of them alone; each with how often.</summary>
    public Dictionary<string, int> Failing { get; } = new(StringComparer.Ordinal);

    /// <summary>How long handlers say that they need.</summary>
    public Func<string, TimeSpan> Takes { get; set; } = _ => TimeSpan.FromSeconds(1);

    /// <summary>Chance of failures beside those on order.</summary>
    public Func<string, string, bool> Fails { get; set; } = (_, _) => false;
    public int Counter { get; set; }

    public bool Fail(string operation, string id)
    {
        foreach (var key in new[] { $"{operation} {id}", operation, id })
        {
            if (!Failing.TryGetValue(key, out var left) || left == 0) continue;
            Failing[key] = left - 1;
            return true;
        }
        return Fails(operation, id);
    }
}

internal sealed record Thing(string Id, string LogicalId, JsonObject Properties, string Token, DateTimeOffset ReadyAt, IReadOnlyDictionary<string, string> Tags)
{
    public JsonObject Properties { get; set; } = Properties;

    /// <summary>How often its deletion failed: what a stack has given up keeps nothing else in use.</summary>
    public int Refusals { get; set; }

    public bool IsUsedBy(Thing other) => other.Refusals < 3 && other.Properties.ToJsonString().Contains($"\"{Id}\"", StringComparison.Ordinal);
}

/// <summary>A type whose resources take their time. Name makes another one; what refers to a thing must be gone before it.</summary>
internal sealed class ThingType(TestCloud cloud, TimeProvider clock, string name = "Test::Cloud::Thing") : IResourceType
{
    public string TypeName => name;

    public ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["Name", "Value", "List", "Other", "Tags", "Secret"], CreateOnly = ["Name"], Attributes = ["Arn", "Value", "Nested.Deep"], Identifiers = ["Name"], Tags = "Tags",
    };

    public ValueTask<ResourceProgress> CreateAsync(ResourceRequest request, CancellationToken ct)
    {
        cloud.Calls.Add(("create", request.LogicalResourceId, request.ClientToken));
        // Made once for a token, whatever happened to those who asked.
        var thing = cloud.Things.Values.FirstOrDefault(t => t.Token == request.ClientToken);
        if (thing is null)
        {
            if (cloud.Fail("create", request.LogicalResourceId)) return Result(new ResourceProgress.Failed("GeneralServiceException", "no"));
            var id = $"{request.StackName}-{request.LogicalResourceId}-{++cloud.Counter}";
            thing = new(id, request.LogicalResourceId, (JsonObject)request.Properties.DeepClone(), request.ClientToken, clock.GetUtcNow() + cloud.Takes(request.LogicalResourceId), request.Tags);
            cloud.Things[id] = thing;
        }
        if (clock.GetUtcNow() < thing.ReadyAt) return Result(new ResourceProgress.Pending(thing.Id, thing.ReadyAt - clock.GetUtcNow()));
        return Result(cloud.Fail("stabilize", request.LogicalResourceId) ? new ResourceProgress.Failed("NotStabilized", "it never came up", thing.Id)
            : new ResourceProgress.Done(thing.Id, Model(thing)));
    }

    public ValueTask<ResourceProgress> UpdateAsync(ResourceRequest request, CancellationToken ct)
    {
        cloud.Calls.Add(("update", request.LogicalResourceId, request.ClientToken));
        cloud.Updates.Add((request.PreviousProperties, request.Properties));
        if (!cloud.Things.TryGetValue(request.PhysicalResourceId ?? "", out var thing)) return Result(new ResourceProgress.Failed("NotFound", "it is gone"));
        if (cloud.Fail("update", request.LogicalResourceId)) return Result(new ResourceProgress.Failed("InvalidRequest", "will not"));
        thing.Properties = (JsonObject)request.Properties.DeepClone();
        return Result(request.Context is null ? new ResourceProgress.Pending(thing.Id, cloud.Takes(request.LogicalResourceId), "once") : new ResourceProgress.Done(thing.Id, Model(thing)));
    }

    public ValueTask<ResourceProgress> DeleteAsync(ResourceRequest request, CancellationToken ct)
    {
        cloud.Calls.Add(("delete", request.LogicalResourceId, request.ClientToken));
        if (!cloud.Things.TryGetValue(request.PhysicalResourceId ?? "", out var thing)) return Result(new ResourceProgress.Done(null, new()));
        if (cloud.Things.Values.FirstOrDefault(thing.IsUsedBy) is { } user) return Result(new ResourceProgress.Failed("ResourceConflict", $"{thing.Id} is used by {user.Id}"));
        if (cloud.Fail("delete", request.LogicalResourceId))
        {
            thing.Refusals++;
            return Result(new ResourceProgress.Failed("GeneralServiceException", "stays"));
        }
        cloud.Things.Remove(thing.Id);
        return Result(new ResourceProgress.Done(null, new()));
    }

    public ValueTask<ResourceModel?> ReadAsync(ResourceRequest request, CancellationToken ct) =>
        ValueTask.FromResult(cloud.Things.TryGetValue(request.PhysicalResourceId ?? "", out var thing) ? Model(thing) : null);

    private static ResourceModel Model(Thing thing) => new()
    {
        Attributes = new() { ["Arn"] = $"arn:test:{thing.Id}", ["Value"] = thing.Properties["Value"]?.DeepClone() ?? "none", ["Nested.Deep"] = "down" },
        Properties = (JsonObject)thing.Properties.DeepClone(),
    };

    private static ValueTask<ResourceProgress> Result(ResourceProgress progress) => ValueTask.FromResult(progress);
}
