using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Minato.Aws;
using Minato.Contracts.CloudWatchLogs;
using Minato.EventBridge.Planning;
using Minato.EventBridge.Reconcile;

namespace Minato.EventBridge.Targets;

/// <summary>A log group of CloudWatch Logs: each event is a line of the rule's own stream in it.</summary>
internal sealed class LogGroupTarget(TimeProvider clock, ICloudWatchLogs? logs = null) : ITargetKind
{
    public bool Takes(Arn target) => logs is not null && target.Service == "logs" && target.Resource.StartsWith("log-group:", StringComparison.Ordinal);

    public async ValueTask<DeliveryOutcome> DeliverAsync(TargetCall call, CancellationToken ct)
    {
        if (logs is null) return new DeliveryOutcome.Failed("NO_RESOURCE", "There are no logs in this installation.", IsFinal: true);
        var group = call.Target.Resource["log-group:".Length..].Split(':')[0];
        var stream = StreamOf(call.Delivery.Rule.Arn);
        var (timestamp, message) = Line(call.Payload);
        var put = new PutLogEventsRequest { LogGroupName = group, LogStreamName = stream, LogEvents = [new() { Timestamp = timestamp, Message = message }] };
        try
        {
            await logs.PutLogEventsAsync(put, call.Caller, ct);
        }
        catch (ResourceNotFoundException)
        {
            // The stream comes with its first line; a group that is missing is said by this call.
            await CreateStreamAsync(group, stream, call.Caller, ct);
            await logs.PutLogEventsAsync(put, call.Caller, ct);
        }

        return new DeliveryOutcome.Delivered();
    }

    private async ValueTask CreateStreamAsync(string group, string stream, Caller caller, CancellationToken ct)
    {
        if (logs is null) return;
        try
        {
            await logs.CreateLogStreamAsync(new() { LogGroupName = group, LogStreamName = stream }, caller, ct);
        }
        catch (ResourceAlreadyExistsException)
        {
            // Another event of the rule came first.
        }
    }

    /// <summary>A UUID that the rule keeps.</summary>
    private static string StreamOf(string rule) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(rule)).AsSpan(0, 16)).ToString();

    /// <summary>AWS: an input of just a timestamp and a message is the line; anything else is its message.</summary>
    private (long Timestamp, string Message) Line(string payload)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (!EventText.IsObject(payload)) return (now, payload);
        using var parsed = JsonDocument.Parse(payload);
        var root = parsed.RootElement;
        return root.EnumerateObject().Count() == 2 && root.TryGetProperty("timestamp", out var at) && at.TryGetInt64(out var ms) && root.TryGetProperty("message", out var text)
            ? (ms, text.ValueKind is JsonValueKind.String ? text.GetString() ?? "" : text.GetRawText()) : (now, payload);
    }
}
