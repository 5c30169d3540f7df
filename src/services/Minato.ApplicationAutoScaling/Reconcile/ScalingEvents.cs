using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Minato.ApplicationAutoScaling.State;
using Minato.Aws;
using Minato.Contracts.Eventbridge;

namespace Minato.ApplicationAutoScaling.Reconcile;

/// <summary>Tells EventBridge, where there is one, that a target came to its maximum.</summary>
internal sealed partial class ScalingEvents(ILogger<ScalingEvents> log, IEventbridge? bridge = null)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public async ValueTask ReachedMaximumAsync(TargetState target, ActivityState activity, int to, CancellationToken ct)
    {
        if (bridge is null || activity.From is not { } from || to <= from || to != target.Max) return;
        var detail = new JsonObject
        {
            ["startTime"] = activity.StartedAt.UtcDateTime.ToString(TimeFormat), ["endTime"] = activity.EndedAt?.UtcDateTime.ToString(TimeFormat), ["newDesiredCapacity"] = to,
            ["oldDesiredCapacity"] = from, ["minCapacity"] = target.Min, ["maxCapacity"] = target.Max, ["resourceId"] = target.Key.ResourceId,
            ["scalableDimension"] = "ecs:service:DesiredCount", ["serviceNamespace"] = "ecs", ["statusCode"] = "Successful", ["scaledToMax"] = true, ["direction"] = "scale-out",
        };
        try
        {
            await bridge.PutEventsAsync(
                new()
                {
                    Entries = [new() { Source = "aws.application-autoscaling", DetailType = "Application Auto Scaling Scaling Activity State Change", Detail = detail.ToJsonString() }],
                },
                Caller.ForService(target.Key.Home.AccountId, target.Key.Home.Region, "application-autoscaling.amazonaws.com"), ct);
        }
        catch (AwsException e)
        {
            LogRefused(target.Key.ResourceId, e.Message); // The activity stands; nobody scales differently for it.
        }
    }

    [LoggerMessage(3301, LogLevel.Warning, "EventBridge refused an event of {Resource}: {Reason}")]
    private partial void LogRefused(string resource, string reason);
}
