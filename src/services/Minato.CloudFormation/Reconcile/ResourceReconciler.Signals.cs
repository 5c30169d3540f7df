using System.Text.Json.Nodes;
using System.Xml;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.Platform;

namespace Minato.CloudFormation.Reconcile;

/// <summary>How many signals a resource waits for after it was made.</summary>
/// <param name="Enough">Of them, in percent: so many successes are enough.</param>
internal sealed record Waiting(int Count, TimeSpan Timeout, int Enough)
{
    private const int All = 100;

    private static readonly TimeSpan s_default = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(12);

    /// <returns>Null when it waits for none.</returns>
    public static Waiting? Of(JsonNode? creationPolicy, string resource)
    {
        if (Values.Member(creationPolicy, "ResourceSignal") is not JsonObject signal) return null;
        var count = Values.Text(signal[nameof(Count)]) is { } text && int.TryParse(text, out var given) ? given : 1;
        var enough = int.TryParse(Values.Text(Values.Member(Values.Member(creationPolicy, "AutoScalingCreationPolicy"), "MinSuccessfulInstancesPercent")), out var percent) ? Math.Clamp(percent, 0, All) : All;
        return count <= 0 ? null : new(count, TimeoutOf(Values.Text(signal[nameof(Timeout)])), enough);
    }

    /// <summary>Successes that are enough.</summary>
    public int Wanted => (Count * Enough + All - 1) / All;

    /// <summary>So many failures leave too few to succeed.</summary>
    public bool IsHopeless(int failures) => Count - failures < Wanted;

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
    private JsonNode? PolicyOf(IReadState state, StackState stack, ResourceState resource, Func<ResourceDefinition, JsonNode?> policy)
    {
        var blueprint = blueprints.Of(state, stack);
        return blueprint.Template.Resources.GetValueOrDefault(resource.LogicalId) is { } definition && policy(definition) is { } said
            ? new Evaluator(blueprint.Scope with { Resource = blueprints.Resources(state, stack.Id) }).Evaluate(said) : null;
    }

    // They were for this step; another one waits for others.
    private static void ForgetSignals(Transaction tx, ResourceState resource, StepState step)
    {
        if (step.Way is not (StepWay.Signals or StepWay.Update)) return;
        foreach (var signal in tx.Where(CloudFormationTables.SignalsByResource, resource.Key).ToList()) tx.Delete(CloudFormationTables.Signals, signal.Key);
    }

    private async ValueTask<Next> WaitForSignalsAsync(IReadState state, StackState stack, ResourceState resource, StepState step, CancellationToken ct)
    {
        var waiting = Waiting.Of(PolicyOf(state, stack, resource, d => d.CreationPolicy), resource.Key);
        var signals = state.Where(CloudFormationTables.SignalsByResource, resource.Key).ToList();
        var (good, bad) = (signals.Count(s => s.IsSuccess), signals.Count(s => !s.IsSuccess));
        var late = waiting is not null && clock.GetUtcNow() >= step.Since + waiting.Timeout;
        // AWS: with enough successes the rest is waited for as well, unless it has failed or its time is over.
        if (waiting is not null && good + bad < waiting.Count && !waiting.IsHopeless(bad) && !late) return Next.At(step.Since + waiting.Timeout);
        await store.UpdateAsync(tx =>
        {
            if (!IsSame(tx, resource, step, out var now, out var newest)) return;
            if (waiting is null || good >= waiting.Wanted) Complete(tx, now, newest, step);
            else Fail(tx, now, newest, step, bad > 0
                ? $"Received {bad} FAILURE signal(s) out of {waiting.Count}.  Unable to satisfy {waiting.Enough}% MinSuccessfulInstancesPercent requirement"
                : $"Failed to receive {waiting.Count - good} resource signal(s) within the specified duration", newest.PhysicalId);
        }, ct);
        return Next.Done;
    }
}
