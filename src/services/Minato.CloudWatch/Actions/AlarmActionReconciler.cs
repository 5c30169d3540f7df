using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.CloudWatch.Planning;
using Minato.CloudWatch.Reconcile;
using Minato.CloudWatch.State;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.Eventbridge;
using Minato.Contracts.Sns;
using Minato.Engines.Alarms;
using Minato.Engines.Functions;
using Minato.Platform;

namespace Minato.CloudWatch.Actions;

internal sealed record AlarmActionKey(string Id);

/// <summary>Carries out one action of an alarm and writes into its history how that went.</summary>
internal sealed class AlarmActionReconciler(
    Store store, AlarmBook book, TimeProvider clock, IEnumerable<IAlarmActionTaker> takers, ISns? topics = null, IEventbridge? events = null, IFunctionEngine? functions = null)
    : IReconciler<AlarmActionKey>
{
    private const int MostAttempts = 5;
    private const string Principal = "cloudwatch.amazonaws.com";
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1); // For a suppressor that may change while actions are held back.

    public async ValueTask<Next> ReconcileAsync(AlarmActionKey key, CancellationToken ct)
    {
        if (store.Current.Find(CloudWatchTables.Actions, key.Id) is not { } action) return Next.Done;
        if (action.RetryAt is { } due && due > clock.GetUtcNow()) return Next.At(due);
        if (HeldBack(action) is { } held) return held;
        var outcome = await TryAsync(action, ct);
        if (outcome is { IsFinal: false } && action.Attempts + 1 < MostAttempts)
        {
            var at = clock.GetUtcNow() + s_retry * Math.Pow(2, action.Attempts);
            await store.UpdateAsync(tx => tx.Put(CloudWatchTables.Actions, action with { Attempts = action.Attempts + 1, RetryAt = at }), ct);
            return Next.At(at);
        }

        // Written first: after a crash in between it is there twice rather than not at all.
        if (action.Action is { } name && outcome is not { IsSilent: true })
            await book.WriteAsync(action.After.Key, [AlarmHistory.CarriedOut(action.After, name, outcome.Published, outcome.Error, clock.GetUtcNow())], ct);
        await store.UpdateAsync(tx => { tx.Delete(CloudWatchTables.Actions, key.Id); }, ct);
        return Next.Done;
    }

    /// <summary>Null when the action is due: most alarms have no suppressor.</summary>
    private Next? HeldBack(AlarmActionState action)
    {
        if (action is not { Action: not null, After.Composite: { ActionsSuppressor: { } name } rule }) return null;
        var suppressor = store.Current.Find(CloudWatchTables.Alarms, AlarmKey.Of(action.After.Key.Home, name));
        var release = Suppression.ReleaseAt(
            action.At, suppressor is null ? null : (suppressor.State, suppressor.TransitionedAt), TimeSpan.FromSeconds(rule.ActionsSuppressorWaitPeriod ?? 0),
            TimeSpan.FromSeconds(rule.ActionsSuppressorExtensionPeriod ?? 0));
        if (release is not { } at) return Next.After(s_look);
        return at > clock.GetUtcNow() ? Next.After(at - clock.GetUtcNow() < s_look ? at - clock.GetUtcNow() : s_look) : null;
    }

    /// <summary>AWS: what was held back is done only if the alarm is still in the state it was for.</summary>
    private bool IsPast(AlarmActionState action) => action is { Action: not null, After.Composite.ActionsSuppressor: not null }
        && store.Current.Find(CloudWatchTables.Alarms, action.After.Key)?.State != action.After.State;

    private sealed record Outcome(string? Error, bool IsFinal = true, string? Published = null, bool IsSilent = false);

    private async ValueTask<Outcome> TryAsync(AlarmActionState action, CancellationToken ct)
    {
        var home = action.After.Key.Home;
        var caller = Caller.ForService(home.AccountId, home.Region, Principal) with { SourceArn = action.After.Key.Arn };
        try
        {
            if (IsPast(action)) return new(null, IsSilent: true);
            if (action.Action is not { } name) return await TellAsync(action, caller, ct);
            if (takers.FirstOrDefault(t => t.Takes(name)) is { } taker) return await ActAsync(taker, name, action, ct);
            return Arn.TryParse(name, out var arn) ? arn.Service switch
            {
                "sns" when topics is not null => await PublishAsync(topics, name, action, caller, ct),
                "lambda" when functions is not null => await CallAsync(functions, name, action, ct),
                var service => new Outcome($"Nothing in this installation acts for {service}."),
            } : new Outcome($"{name} is not an ARN.");
        }
        catch (AwsException e)
        {
            return new(e.Message, IsFinal: e.IsClientFault && !e.Code.Contains("Throttl", StringComparison.Ordinal));
        }
    }

    private async ValueTask<Outcome> TellAsync(AlarmActionState action, Caller caller, CancellationToken ct)
    {
        if (events is null) return new(null);
        var answer = await events.PutEventsAsync(new()
        {
            Entries =
            [
                new()
                {
                    Source = "aws.cloudwatch", DetailType = "CloudWatch Alarm State Change", Resources = [action.After.Key.Arn], Time = action.After.StateAt,
                    Detail = AlarmMessages.Detail(action.Before, action.After).ToJsonString(AlarmMessages.Relaxed),
                },
            ],
        }, caller, ct);
        return new(answer.Entries?.FirstOrDefault()?.ErrorMessage, IsFinal: false);
    }

    private static async ValueTask<Outcome> PublishAsync(ISns topics, string topic, AlarmActionState action, Caller caller, CancellationToken ct)
    {
        var message = AlarmMessages.Notification(action.Before, action.After);
        try
        {
            await topics.PublishAsync(new() { TopicArn = topic, Subject = AlarmMessages.Subject(action.After), Message = message }, caller, ct);
            return new(null, Published: message);
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            return new(e.Message, Published: message);
        }
    }

    private static async ValueTask<Outcome> CallAsync(IFunctionEngine functions, string name, AlarmActionState action, CancellationToken ct) =>
        await functions.InvokeAsync(name, AlarmMessages.FunctionEvent(action.Before, action.After), ct) switch
        {
            FunctionOutcome.Unknown => new($"Function not found: {name}"),
            FunctionOutcome.Failed failed => new(failed.Error, IsFinal: false),
            _ => new(null),
        };

    // A state that lasts is told at each evaluation: only what goes wrong, and the first time, is history.
    private static async ValueTask<Outcome> ActAsync(IAlarmActionTaker taker, string name, AlarmActionState action, CancellationToken ct)
    {
        var notice = new AlarmNotice(name, action.After.Key.Arn, action.After.State.ToWire(), action.At, action.After.Asked.Threshold, Newest(action.After.ReasonData));
        var fault = await taker.TakeAsync(notice, ct);
        return new(fault, IsSilent: fault is null && action.Before.State == action.After.State);
    }

    private static double? Newest(string? reasonData)
    {
        try
        {
            return reasonData is null ? null : JsonNode.Parse(reasonData)?["recentDatapoints"] is JsonArray { Count: > 0 } points && points[^1] is JsonValue last && last.TryGetValue<double>(out var value) ? value : null;
        }
        catch (System.Text.Json.JsonException)
        {
            return null; // Set by somebody, with data of their own.
        }
    }
}
