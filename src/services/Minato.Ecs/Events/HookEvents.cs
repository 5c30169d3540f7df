using System.Text.Json.Nodes;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services.Traffic;
using Minato.Ecs.State;

namespace Minato.Ecs.Events;

/// <summary>Pause hooks that wait for somebody, and how they ended. Pure.</summary>
internal static class HookEvents
{
    public static bool HasAny(ServiceState service) => service.Deployments.Any(d => d.Traffic is { Hooks.IsEmpty: false });

    public static string MarkOf(HookExecution hook) => $"hook/{hook.Id}";

    /// <param name="before">Null tells of all hooks of the service.</param>
    public static IEnumerable<EcsEvent> Of(ServiceState? before, ServiceState after, DateTimeOffset now)
    {
        foreach (var deployment in after.Deployments)
        {
            foreach (var hook in deployment.Traffic?.Hooks ?? [])
            {
                if (hook.Type != DeploymentLifecycleHookTargetType.Pause || Stage(hook.Status) is not var (name, version)) continue;
                if (before?.Deployments.Any(d => d.Traffic?.Hooks.Any(h => h.Id == hook.Id && h.Status == hook.Status) is true) is true) continue;
                yield return new(after.Key.Cluster.Scope, MarkOf(hook), version, "ECS Hook State Change", after.Key.Arn, Detail(after, deployment, hook, name, now));
            }
        }
    }

    private static (string Name, int Version)? Stage(DeploymentLifecycleHookStatus status) => status switch
    {
        DeploymentLifecycleHookStatus.AwaitingAction => ("HOOK_AWAITING_ACTION", 1),
        DeploymentLifecycleHookStatus.Succeeded => ("HOOK_SUCCEEDED", 2),
        DeploymentLifecycleHookStatus.Failed => ("HOOK_FAILED", 2),
        DeploymentLifecycleHookStatus.TimedOut => ("HOOK_TIMED_OUT", 2),
        _ => null,
    };

    private static JsonObject Detail(ServiceState service, DeploymentState deployment, HookExecution hook, string name, DateTimeOffset now) => new()
    {
        ["eventType"] = name is "HOOK_FAILED" or "HOOK_TIMED_OUT" ? "ERROR" : "INFO",
        ["eventName"] = name,
        ["hookId"] = hook.Id,
        ["hookType"] = hook.Type.ToWire(),
        ["expiresAt"] = EcsEventText.Time(hook.ExpiresAt),
        ["lifecycleStage"] = TrafficStages.ToWire(hook.Stage).ToWire(),
        ["clusterArn"] = service.Key.Cluster.Arn,
        ["serviceArn"] = service.Key.Arn,
        ["serviceDeploymentArn"] = new ServiceDeploymentKey(service.Key, deployment.ServiceDeploymentId).Arn,
        ["updatedAt"] = EcsEventText.Time(now),
    };
}
