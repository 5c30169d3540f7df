using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Aws.Templates;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.Platform;

namespace Minato.CloudFormation.Types;

/// <summary>AWS::CloudFormation::WaitConditionHandle: an address for signals. Ref answers it.</summary>
internal sealed class WaitConditionHandleType(AnswerUrls urls) : IResourceType
{
    public string TypeName => "AWS::CloudFormation::WaitConditionHandle";
    public ResourceTypeSchema Schema { get; } = new();

    public ValueTask<ResourceProgress> CreateAsync(ResourceRequest request, CancellationToken ct) =>
        ValueTask.FromResult<ResourceProgress>(new ResourceProgress.Done(
            urls.ForSignals(ResourceState.KeyOf(request.StackId, request.LogicalResourceId), request.ClientToken), new()));

    public ValueTask<ResourceProgress> UpdateAsync(ResourceRequest request, CancellationToken ct) =>
        ValueTask.FromResult<ResourceProgress>(new ResourceProgress.Done(request.PhysicalResourceId, new()));

    public ValueTask<ResourceProgress> DeleteAsync(ResourceRequest request, CancellationToken ct) =>
        ValueTask.FromResult<ResourceProgress>(new ResourceProgress.Done(null, new()));

    public ValueTask<ResourceModel?> ReadAsync(ResourceRequest request, CancellationToken ct) => ValueTask.FromResult<ResourceModel?>(new());
}

/// <summary>AWS::CloudFormation::WaitCondition: is there when enough signals came to a handle. One with a creation policy waits as all resources do.</summary>
internal sealed class WaitConditionType(AnswerUrls urls, Store store, TimeProvider clock) : IResourceType, IWoken
{
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(12);

    public string TypeName => "AWS::CloudFormation::WaitCondition";

    public ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["Count", "Handle", "Timeout"], CreateOnly = ["Count", "Handle", "Timeout"], Attributes = ["Data"],
    };

    public ValueTask<ResourceProgress> CreateAsync(ResourceRequest request, CancellationToken ct) => ValueTask.FromResult(Create(request));

    // AWS: wait conditions do not support updates; what differs makes another one.
    public ValueTask<ResourceProgress> UpdateAsync(ResourceRequest request, CancellationToken ct) =>
        ValueTask.FromResult<ResourceProgress>(new ResourceProgress.Failed("", "Update to resource type AWS::CloudFormation::WaitCondition is not supported."));

    public ValueTask<ResourceProgress> DeleteAsync(ResourceRequest request, CancellationToken ct) =>
        ValueTask.FromResult<ResourceProgress>(new ResourceProgress.Done(null, new()));

    public ValueTask<ResourceModel?> ReadAsync(ResourceRequest request, CancellationToken ct) => ValueTask.FromResult<ResourceModel?>(new());

    private ResourceProgress Create(ResourceRequest request)
    {
        var id = $"{request.StackId}/{request.LogicalResourceId}/{request.ClientToken}";
        if (request.Properties["Handle"] is not { } handle) return new ResourceProgress.Done(id, Data([]));
        if (urls.Read(Values.Text(handle)) is not ("signal", var key, _)) return new ResourceProgress.Failed("", "Invalid WaitCondition handle");
        if (!int.TryParse(Values.Text(request.Properties["Timeout"]), out var seconds) || seconds < 0) return new ResourceProgress.Failed("", "Value of property Timeout must be of type Integer");
        var count = int.TryParse(Values.Text(request.Properties["Count"]), out var given) ? given : 1;
        var signals = store.Current.Where(CloudFormationTables.SignalsByResource, key).ToList();
        if (signals.FirstOrDefault(s => !s.IsSuccess) is { } bad)
            return new ResourceProgress.Failed("", $"WaitCondition received failed message: '{bad.Reason}' for uniqueId: {bad.UniqueId}", id);
        if (signals.Count >= count) return new ResourceProgress.Done(id, Data(signals));
        var timeout = TimeSpan.FromSeconds(seconds);
        var end = request.Since + (timeout < s_longest ? timeout : s_longest);
        var now = clock.GetUtcNow();
        return now < end ? new ResourceProgress.Pending(id, end - now)
            : new ResourceProgress.Failed("", $"WaitCondition timed out. Received {signals.Count} conditions when expecting {count}", id);
    }

    private static ResourceModel Data(IEnumerable<SignalState> signals)
    {
        var data = new JsonObject(signals.Select(s => KeyValuePair.Create(s.UniqueId, (JsonNode?)Values.Of(s.Data ?? ""))));
        return new() { Attributes = new() { ["Data"] = data.ToJsonString() } };
    }
}
