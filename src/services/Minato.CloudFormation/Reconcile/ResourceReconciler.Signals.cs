using System.Text.Json.Nodes;
using System.Xml;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.Platform;

namespace Minato.CloudFormation.Reconcile;

/// <summary>How many signals a resource waits for after it was made.</summary>
internal sealed record Waiting(int Count, TimeSpan Timeout)
{
    private static readonly TimeSpan s_default = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(12);

    /// <returns>Null when it waits for none.</returns>
    public static Waiting? Of(JsonNode? creationPolicy, string resource)
    {
        if ((creationPolicy as JsonObject)?["ResourceSignal"] is not JsonObject signal) return null;
        var count = Values.Text(signal[nameof(Count)]) is { } text && int.TryParse(text, out var given) ? given : 1;
        return count <= 0 ? null : new(count, TimeoutOf(Values.Text(signal[nameof(Timeout)])));
    }

    private static TimeSpan TimeoutOf(string? text)
    {
        if (text is null) return s_default;
        try
        {
            var span = XmlConvert.ToTimeSpan(text);
            return span > s_longest ? s_longest : span;
        }
        catch (FormatException)
        {
            return s_default;
        }
    }
}

// A resource that was made may have to say that it works.
internal sealed partial class ResourceReconciler
{
    private JsonNode? PolicyOf(IReadState state, StackState stack, ResourceState resource)
    {
        var blueprint = blueprints.Of(state, stack);
        return blueprint.Template.Resources.GetValueOrDefault(resource.LogicalId)?.CreationPolicy is { } policy ? new Evaluator(blueprint.Scope).Evaluate(policy) : null;
    }

    private async ValueTask<Next> WaitForSignalsAsync(IReadState state, StackState stack, ResourceState resource, StepState step, CancellationToken ct)
    {
        var waiting = Waiting.Of(PolicyOf(state, stack, resource), resource.Key);
        var signals = state.Where(CloudFormationTables.SignalsByResource, resource.Key).ToList();
        var (good, bad) = (signals.Count(s => s.IsSuccess), signals.Count(s => !s.IsSuccess));
        var late = waiting is not null && clock.GetUtcNow() >= step.Since + waiting.Timeout;
        if (waiting is not null && good < waiting.Count && bad == 0 && !late) return Next.At(step.Since + waiting.Timeout);
        await store.UpdateAsync(tx =>
        {
            if (!IsSame(tx, resource, step, out var now, out var newest)) return;
            foreach (var signal in signals) tx.Delete(CloudFormationTables.Signals, signal.Key);
            if (waiting is null || good >= waiting.Count) Complete(tx, now, newest, step);
            else Fail(tx, now, newest, step, bad > 0
                ? $"Received {bad} FAILURE signal(s) out of {waiting.Count}.  Unable to satisfy 100% MinSuccessfulInstancesPercent requirement"
                : $"Failed to receive {waiting.Count - good} resource signal(s) within the specified duration", newest.PhysicalId);
        }, ct);
        return Next.Done;
    }
}
