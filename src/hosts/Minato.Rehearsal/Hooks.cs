using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services.Traffic;
using Minato.Ecs.State;
using Minato.Engines.Functions;
using Minato.Platform;
using Task = System.Threading.Tasks.Task;

namespace Minato.Rehearsal;

/// <summary>Answers the lifecycle hooks of the service as the what-if says: functions by what they return, pauses as a person would.</summary>
internal sealed class Hooks(IEcs ecs, Store store, RehearsalInput input, WhatIf whatIf, TimeProvider time, Caller caller)
{
    private static readonly TrafficStage[] s_stages = Enum.GetValues<TrafficStage>();

    private readonly Dictionary<string, long> _begun = new(StringComparer.Ordinal);

    private static DeploymentLifecycleHook[] Of(RehearsalInput input) => [.. input.Service.DeploymentConfiguration?.LifecycleHooks ?? []];

    /// <exception cref="RehearsalException">A stage is to answer that has no hooks.</exception>
    public static void Check(RehearsalInput input, WhatIf whatIf)
    {
        var stages = Of(input).SelectMany(h => h.LifecycleStages ?? []).ToHashSet();
        if (whatIf.Hooks.FirstOrDefault(h => !stages.Contains(h.Stage)) is not { } unknown) return;
        var there = stages.Count == 0 ? "the service has no lifecycle hooks." : $"its hooks are in {string.Join(", ", stages.Order().Select(s => s.ToWire()))}.";
        throw new RehearsalException($"no lifecycle hook is in the stage {unknown.Stage.ToWire()}: {there}");
    }

    public static bool AreThere(RehearsalInput input) => Of(input).Length > 0;

    public void Answer(SimFunctions functions, Action<string> tell)
    {
        foreach (var arn in Of(input).Select(h => h.HookTargetArn).OfType<string>().Distinct(StringComparer.Ordinal))
            functions.Put(arn, payload => new FunctionOutcome.Returned(Answer(payload, tell)));
    }

    /// <summary>Says of each pause what a person would say, in time.</summary>
    public async Task AnswerPausesAsync(ServiceKey service, CancellationToken ct)
    {
        var answered = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            await Task.Delay(Spectator.LookAgain, time, ct);
            if (store.Current.Find(ServiceTables.Services, service)?.Deployments is not [{ Traffic: { } traffic } green, ..]) continue;
            foreach (var pause in traffic.Hooks.Where(h => h is { IsOpen: true, Type: DeploymentLifecycleHookTargetType.Pause } && !answered.Contains(h.Id)))
            {
                if (Left(pause.Id, pause.Stage, out var end) > TimeSpan.Zero) continue;
                answered.Add(pause.Id);
                await ecs.ContinueServiceDeploymentAsync(
                    new()
                    {
                        ServiceDeploymentArn = new ServiceDeploymentKey(service, green.ServiceDeploymentId).Arn, HookId = pause.Id,
                        Action = end is HookEnd.Failed ? DeploymentLifecycleHookAction.Rollback : DeploymentLifecycleHookAction.Continue,
                    },
                    caller, ct);
            }
        }
    }

    private string Answer(string payload, Action<string> tell)
    {
        var call = JsonNode.Parse(payload);
        var name = (string?)call?["lifecycleStage"] ?? "";
        var left = Left((string?)call?["executionId"] ?? "", s_stages.FirstOrDefault(s => TrafficStages.Name(s) == name), out var end);
        var answer = new JsonObject { ["hookStatus"] = left > TimeSpan.Zero ? "IN_PROGRESS" : end is HookEnd.Failed ? "FAILED" : "SUCCEEDED" };
        if (left > TimeSpan.Zero && left < TimeSpan.MaxValue) answer["callBackDelay"] = Math.Ceiling(left.TotalSeconds);
        tell($"hook in {name} answers {answer["hookStatus"]}");
        return answer.ToJsonString();
    }

    /// <returns>How long it still says IN_PROGRESS.</returns>
    private TimeSpan Left(string execution, TrafficStage stage, out HookEnd end)
    {
        end = HookEnd.Succeeded;
        if (whatIf.Hooks.FirstOrDefault(h => TrafficStages.Of(h.Stage) == stage) is not { } script) return TimeSpan.Zero;
        end = script.End;
        if (end is HookEnd.InProgress) return TimeSpan.MaxValue;
        if (!_begun.TryGetValue(execution, out var since)) _begun[execution] = since = time.GetTimestamp();
        return script.After - time.GetElapsedTime(since);
    }
}
