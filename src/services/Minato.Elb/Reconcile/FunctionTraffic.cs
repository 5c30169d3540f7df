using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Planning;
using Minato.Elb.State;
using Minato.Elb.Traffic;
using Minato.Engines.Functions;
using Minato.Engines.Proxy;
using Minato.Platform;

namespace Minato.Elb.Reconcile;

/// <summary>Makes calls of functions out of requests that the proxy forwards to their groups.</summary>
internal sealed class FunctionTraffic(Store store, TimeProvider clock, FunctionMeter meter, IFunctionEngine? functions = null, IFunctionEntrance? entrance = null)
{
    private const int BadRequest = 400;
    private const int Unavailable = 503;

    /// <returns>Where the proxy finds the functions; null while no group has any, or where there is no way to call them.</returns>
    public async ValueTask<int?> PortAsync(IReadState state, CancellationToken ct) =>
        functions is null || entrance is null || !state.All(ElbTables.Groups).Any(g => g.TargetType is TargetTypeEnum.Lambda) ? null : await entrance.OpenAsync(AnswerAsync, ct);

    public async ValueTask<EntranceAnswer> AnswerAsync(EntranceRequest request, CancellationToken ct)
    {
        var state = store.Current;
        if (state.Where(ElbTables.GroupsByProxyId, request.Door).FirstOrDefault(g => g.IsFunction) is not { } group) return EntranceAnswer.Fault(Unavailable);
        var (answer, outcome) = await AskAsync(request, group, FunctionOf(state, group), ct);
        meter.Add(request.Door, answer, outcome);
        return answer;
    }

    public async ValueTask<ProbeOutcome> ProbeAsync(TargetView view, CancellationToken ct)
    {
        if (functions is null) return new ProbeOutcome.Failed("Functions cannot be called here.");
        using var patience = new CancellationTokenSource(view.Group.HealthCheck.Timeout, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        try
        {
            var outcome = await functions.InvokeAsync(view.Target.Key.Id, FunctionEvents.HealthCheck(view.Group.Arn, view.Group.HealthCheck.Path), both.Token);
            var answer = FunctionAnswers.Of(outcome, FunctionGroups.IsMultiValue(view.Group));
            return answer.IsFault ? new ProbeOutcome.Failed("The function failed.") : new ProbeOutcome.Answered(answer.Status);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new ProbeOutcome.TimedOut();
        }
    }

    /// <returns>No outcome when the function was not called.</returns>
    private async ValueTask<(EntranceAnswer Answer, FunctionOutcome? Outcome)> AskAsync(EntranceRequest request, TargetGroupState group, string? function, CancellationToken ct)
    {
        if (request.IsTooLarge) return (EntranceAnswer.Fault(FunctionAnswers.TooLarge), null);
        if (function is null || functions is null) return (EntranceAnswer.Fault(Unavailable), null);
        if (request.Headers.Any(h => h.Key == "upgrade")) return (EntranceAnswer.Fault(BadRequest), null); // AWS: no WebSockets to functions.
        var isMultiValue = FunctionGroups.IsMultiValue(group);
        var outcome = await functions.InvokeAsync(function, FunctionEvents.Of(request, group.Arn, isMultiValue), ct);
        return (FunctionAnswers.Of(outcome, isMultiValue), outcome);
    }

    private static string? FunctionOf(IReadState state, TargetGroupState group) =>
        state.Where(ElbTables.TargetsByGroup, group.Arn).FirstOrDefault(t => t.DrainUntil is null)?.Key.Id;
}
