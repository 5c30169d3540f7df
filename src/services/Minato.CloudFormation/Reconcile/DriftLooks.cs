using System.Text;
using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Aws.Shapes;
using Minato.Aws.Templates;
using Minato.CloudFormation.Planning;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.Contracts.CloudFormation;
using Minato.Platform;

namespace Minato.CloudFormation.Reconcile;

/// <summary>Compares resources with what their template says of them.</summary>
internal sealed class DriftLooks(TypeRegistry types, FactsVault vault, DynamicReferences dynamic, TimeProvider clock)
{
    public async ValueTask<StackResourceDrift> LookAsync(StackState stack, ResourceState resource, CancellationToken ct)
    {
        var drift = new StackResourceDrift
        {
            StackId = stack.Id, LogicalResourceId = resource.LogicalId, PhysicalResourceId = resource.PhysicalId, ResourceType = resource.Type,
            StackResourceDriftStatus = StackResourceDriftStatus.Unsupported, Timestamp = clock.GetUtcNow(),
        };
        if (types.Find(resource.Type) is not { } type || TypeRegistry.IsCustom(resource.Type) || vault.Open(resource.Key, resource.Current) is not { } facts) return drift;
        var caller = stack.CallerFor(stack.Inputs);
        var expected = await dynamic.TryResolveAsync(facts.Properties, caller, ct);
        var model = await type.ReadAsync(new()
        {
            Caller = caller, StackId = stack.Id, StackName = stack.Name, LogicalResourceId = resource.LogicalId, PhysicalResourceId = resource.PhysicalId,
            Properties = expected, ClientToken = resource.Key, Since = clock.GetUtcNow(),
        }, ct);
        if (model is null) return drift with { StackResourceDriftStatus = StackResourceDriftStatus.Deleted };
        if (model.Properties.Count == 0) return drift with { StackResourceDriftStatus = StackResourceDriftStatus.NotChecked };
        // AWS: only what the template gives is looked at, and of that what a handler can read: there are properties that nobody tells again.
        var differences = facts.Properties.Where(p => model.Properties.ContainsKey(p.Key) && !DynamicReferences.Has(p.Value?.ToJsonString() ?? "")).SelectMany(p => Differ($"/{p.Key}", p.Value, model.Properties[p.Key])).ToList();
        return drift with
        {
            StackResourceDriftStatus = differences.Count == 0 ? StackResourceDriftStatus.InSync : StackResourceDriftStatus.Modified,
            ExpectedProperties = facts.Properties.ToJsonString(StepDecider.Plain),
            ActualProperties = new JsonObject(facts.Properties.Where(p => model.Properties[p.Key] is not null).Select(p => KeyValuePair.Create(p.Key, model.Properties[p.Key]?.DeepClone()))).ToJsonString(StepDecider.Plain),
            PropertyDifferences = [.. differences],
        };
    }

    public static void Keep(Transaction tx, string resourceKey, StackResourceDrift drift)
    {
        if (tx.Find(CloudFormationTables.Resources, resourceKey) is not { } resource) return;
        tx.Put(CloudFormationTables.Resources, resource with { Drift = drift.StackResourceDriftStatus, DriftCheckedAt = drift.Timestamp });
        tx.Put(CloudFormationTables.Drifts, new DriftState(resourceKey, resource.StackId, Encoding.UTF8.GetString(ShapeJson.Write(drift).Span)));
    }

    // AWS: what was left to a service is no drift, and neither is another order of a list.
    private static bool Covers(JsonNode? actual, JsonNode? expected) => (actual, expected) switch
    {
        (JsonObject a, JsonObject e) => e.All(p => Covers(a[p.Key], p.Value)),
        (JsonArray a, JsonArray e) => a.Count == e.Count && e.All(item => a.Any(other => Covers(other, item))),
        _ => Values.SameValue(expected, actual),
    };

    private static IEnumerable<PropertyDifference> Differ(string path, JsonNode? expected, JsonNode? actual)
    {
        if (Covers(actual, expected)) return [];
        if (expected is JsonObject map && actual is JsonObject other)
            return map.SelectMany(p => Differ($"{path}/{p.Key}", p.Value, other[p.Key]));
        return
        [
            new()
            {
                PropertyPath = path, ExpectedValue = Text(expected), ActualValue = Text(actual),
                DifferenceType = actual is null ? DifferenceType.Remove : expected is null ? DifferenceType.Add : DifferenceType.NotEqual,
            },
        ];

        static string Text(JsonNode? node) => node is null ? "null" : Values.Text(node) ?? node.ToJsonString(StepDecider.Plain);
    }
}

internal sealed record DetectionKey(string Id);

/// <summary>Looks for drift of a whole stack.</summary>
internal sealed class DriftReconciler(Store store, DriftLooks looks) : IReconciler<DetectionKey>
{
    public async ValueTask<Next> ReconcileAsync(DetectionKey key, CancellationToken ct)
    {
        if (store.Current.Find(CloudFormationTables.Detections, key.Id) is not { Status: StackDriftDetectionStatus.DetectionInProgress } detection) return Next.Done;
        if (store.Current.Find(CloudFormationTables.Stacks, detection.StackId) is not { } stack) return Next.Done;
        var found = new Dictionary<string, StackResourceDrift>(StringComparer.Ordinal);
        string? failure = null;
        foreach (var resource in store.Current.Where(CloudFormationTables.ResourcesByStack, stack.Id).Where(r => r.Current is not null
            && (detection.LogicalIds.IsEmpty || detection.LogicalIds.Contains(r.LogicalId))))
        {
            try
            {
                found[resource.Key] = await looks.LookAsync(stack, resource, ct);
            }
            catch (AwsException e)
            {
                failure = $"Failed to detect drift on resource [{resource.LogicalId}]: {e.Message}";
            }
        }
        await store.UpdateAsync(tx => Keep(tx, detection, found, failure), ct);
        return Next.Done;
    }

    private static void Keep(Transaction tx, DetectionState detection, Dictionary<string, StackResourceDrift> found, string? failure)
    {
        foreach (var (key, drift) in found) DriftLooks.Keep(tx, key, drift);
        var drifted = found.Values.Count(d => d.StackResourceDriftStatus is StackResourceDriftStatus.Modified or StackResourceDriftStatus.Deleted);
        var status = drifted > 0 ? StackDriftStatus.Drifted : StackDriftStatus.InSync;
        tx.Put(CloudFormationTables.Detections, detection with
        {
            Status = failure is null ? StackDriftDetectionStatus.DetectionComplete : StackDriftDetectionStatus.DetectionFailed, Drift = status, Drifted = drifted, Reason = failure,
        });
        if (tx.Find(CloudFormationTables.Stacks, detection.StackId) is { } stack)
            tx.Put(CloudFormationTables.Stacks, stack with { Drift = status, DriftCheckedAt = detection.At });
    }
}
