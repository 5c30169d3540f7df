using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services.Traffic;

/// <param name="Failure">Why the deployment has to go back; null when it may go on.</param>
internal readonly record struct HookProgress(bool IsOpen, string? Failure);

/// <summary>The hooks of a stage: begun together, waited for until all have ended.</summary>
internal static class LifecycleHooks
{
    public static HookProgress Run(ServiceDraft draft, TrafficStage stage)
    {
        if (draft.Primary.Traffic is not { } traffic) return default;
        var hooks = traffic.Configuration.LifecycleHooks ?? [];
        var isOpen = false;
        string? failure = null;
        for (var i = 0; i < hooks.Length; i++)
        {
            if (!IsOf(hooks[i], stage, traffic.IsGoingBack)) continue;
            var execution = Advance(draft, Find(draft, i, stage) ?? Begin(draft, hooks[i], i, stage));
            Put(draft, execution);
            isOpen |= execution.IsOpen;
            // On the way back nothing holds the traffic up: what a function says of it is on record.
            if (!traffic.IsGoingBack) failure ??= execution.Failure;
        }

        return new(isOpen, isOpen ? null : failure);
    }

    /// <summary>What is open when the deployment turns has nothing to say any more.</summary>
    public static ImmutableArray<HookExecution> Closed(ImmutableArray<HookExecution> hooks, DateTimeOffset now) => hooks.Any(h => h.IsOpen)
        ? [.. hooks.Select(h => h.IsOpen ? h with { Status = DeploymentLifecycleHookStatus.Failed, EndedAt = now, CallAt = null } : h)] : hooks;

    private static bool IsOf(DeploymentLifecycleHook hook, TrafficStage stage, bool isBack) =>
        (hook.LifecycleStages ?? []).Any(s => TrafficStages.Of(s) == stage) && !(isBack && hook.TargetType == DeploymentLifecycleHookTargetType.Pause);

    private static HookExecution? Find(ServiceDraft draft, int hook, TrafficStage stage) => draft.Primary.Traffic is { } traffic
        ? traffic.Hooks.FirstOrDefault(h => h.Hook == hook && h.Stage == stage && h.Step == traffic.Step && h.IsBack == traffic.IsGoingBack) : null;

    private static HookExecution Begin(ServiceDraft draft, DeploymentLifecycleHook hook, int number, TrafficStage stage)
    {
        var isPause = hook.TargetType == DeploymentLifecycleHookTargetType.Pause;
        var minutes = hook.TimeoutConfiguration?.TimeoutInMinutes ?? TrafficLimits.DefaultHookMinutes;
        return new()
        {
            Id = $"ecs-{(isPause ? "pause" : "lambda")}-{Fingerprint(draft.Primary, number, stage)}",
            Hook = number,
            Stage = stage,
            Step = draft.Primary.Traffic?.Step ?? 0,
            IsBack = draft.Primary.Traffic?.IsGoingBack ?? false,
            Type = hook.TargetType ?? DeploymentLifecycleHookTargetType.AwsLambda,
            TargetArn = hook.HookTargetArn,
            Status = isPause ? DeploymentLifecycleHookStatus.AwaitingAction : DeploymentLifecycleHookStatus.InProgress,
            ExpiresAt = draft.Now.AddMinutes(minutes),
            TimeoutAction = hook.TimeoutConfiguration?.Action ?? DeploymentLifecycleHookAction.Rollback,
            CallAt = isPause ? null : draft.Now,
        };
    }

    private static HookExecution Advance(ServiceDraft draft, HookExecution hook)
    {
        if (!hook.IsOpen) return hook;
        var next = hook.Type == DeploymentLifecycleHookTargetType.Pause ? Decided(draft, hook) : Called(draft, hook);
        if (!next.IsOpen) return next;
        if (draft.Now < hook.ExpiresAt)
        {
            draft.WakeBy(hook.ExpiresAt);
            return next;
        }

        var goesOn = hook.TimeoutAction == DeploymentLifecycleHookAction.Continue;
        return Ended(draft, hook, DeploymentLifecycleHookStatus.TimedOut, goesOn ? null : TrafficWords.HookTimedOut(hook.TargetArn ?? hook.Id));
    }

    private static HookExecution Decided(ServiceDraft draft, HookExecution hook) =>
        draft.View.HookDecisions.FirstOrDefault(d => d.HookId == hook.Id)?.Action switch
        {
            DeploymentLifecycleHookAction.Continue => Ended(draft, hook, DeploymentLifecycleHookStatus.Succeeded, null),
            DeploymentLifecycleHookAction.Rollback => Ended(draft, hook, DeploymentLifecycleHookStatus.Failed, TrafficWords.HookRolledBack(hook.Id)),
            _ => hook,
        };

    private static HookExecution Called(ServiceDraft draft, HookExecution hook)
    {
        if (draft.View.HookAnswers.GetValueOrDefault(hook.Id) is { } answer) return Answered(draft, hook, answer);
        if (draft.View.HooksInFlight.Contains(hook.Id)) return hook;
        if (hook.CallAt > draft.Now) draft.WakeBy(hook.CallAt);
        else draft.Call(hook);
        return hook;
    }

    private static HookExecution Answered(ServiceDraft draft, HookExecution hook, HookAnswer answer)
    {
        draft.Take(hook.Id);
        var name = hook.TargetArn ?? hook.Id;
        switch (answer)
        {
            case HookAnswer.Succeeded: return Ended(draft, hook, DeploymentLifecycleHookStatus.Succeeded, null);
            case HookAnswer.Failed: return Ended(draft, hook, DeploymentLifecycleHookStatus.Failed, TrafficWords.HookSaidFailed(name));
            case HookAnswer.InProgress again:
                if (again.Details is { } details) Remember(draft, hook.Hook, details);
                var at = draft.Now + (again.CallBack ?? TrafficLimits.DefaultCallBack);
                draft.WakeBy(at);
                return hook with { CallAt = at };
            default:
                var reason = (answer as HookAnswer.Broken)?.Reason ?? "it gave no answer";
                return Ended(draft, hook, DeploymentLifecycleHookStatus.Failed, $"the lifecycle hook {name} failed: {reason}");
        }
    }

    private static void Remember(ServiceDraft draft, int hook, string details) => draft.ChangeTraffic(t => t with
    {
        Memories =
        [
            .. t.Memories.Where(m => m.Hook != hook),
            new(hook, HookDetails.Merge(HookDetails.Known(t, hook), details)),
        ],
    });

    private static HookExecution Ended(ServiceDraft draft, HookExecution hook, DeploymentLifecycleHookStatus status, string? failure) =>
        hook with { Status = status, Failure = failure, EndedAt = draft.Now, CallAt = null };

    private static void Put(ServiceDraft draft, HookExecution execution) => draft.ChangeTraffic(t =>
    {
        var known = t.Hooks.FirstOrDefault(h => h.Id == execution.Id);
        return known == execution ? t : t with { Hooks = known is null ? t.Hooks.Add(execution) : t.Hooks.Replace(known, execution) };
    });

    /// <summary>The same hook of the same deployment has the same id however often a plan is made.</summary>
    private static string Fingerprint(DeploymentState deployment, int hook, TrafficStage stage)
    {
        var text = $"{deployment.Id}/{hook}/{stage}/{deployment.Traffic?.Step}/{deployment.Traffic?.IsGoingBack}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..20];
    }
}
