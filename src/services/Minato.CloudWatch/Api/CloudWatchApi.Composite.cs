using System.Collections.Immutable;
using Minato.Aws;
using Minato.CloudWatch.Planning;
using Minato.CloudWatch.State;
using Minato.Contracts.CloudWatch;
using Minato.Platform;

namespace Minato.CloudWatch.Api;

internal sealed partial class CloudWatchApi
{
    private const int MostChildren = 100;
    private const int MostParents = 150;
    private static readonly string[] s_compositeServices = ["sns", "lambda", "ssm", "ssm-incidents"];

    public async Task<PutCompositeAlarmResponse> PutCompositeAlarmAsync(PutCompositeAlarmRequest request, Caller caller, CancellationToken ct)
    {
        var key = new AlarmKey(Home.Of(caller), request.AlarmName);
        AlarmKey[] children = [.. Children(request).Select(c => AlarmKey.Of(key.Home, c)).Distinct()];
        Check(request, children);
        var now = clock.GetUtcNow();
        var asked = new PutMetricAlarmRequest
        {
            AlarmName = request.AlarmName, AlarmDescription = request.AlarmDescription, AlarmActions = request.AlarmActions, OKActions = request.OKActions,
            InsufficientDataActions = request.InsufficientDataActions,
        };
        var composite = new CompositeRule
        {
            AlarmRule = request.AlarmRule, ActionsSuppressor = request.ActionsSuppressor, ActionsSuppressorWaitPeriod = request.ActionsSuppressorWaitPeriod,
            ActionsSuppressorExtensionPeriod = request.ActionsSuppressorExtensionPeriod,
        };
        var (alarm, isNew) = await store.UpdateAsync(tx =>
        {
            DemandThere(tx, request, children);
            var before = tx.Find(CloudWatchTables.Alarms, key);
            if (before is { Composite: null }) throw Invalid($"Could not save the composite alarm as a metric alarm with the name {key.Name} already exists.");
            var after = before is null
                ? new AlarmState
                {
                    Key = key, Asked = asked, Composite = composite, ActionsEnabled = request.ActionsEnabled ?? true, ConfiguredAt = now, StateAt = now, TransitionedAt = now,
                    Tags = Tagging.Add(ImmutableSortedDictionary<string, string>.Empty, request.Tags ?? []),
                }
                : before with { Asked = asked, Composite = composite, ActionsEnabled = request.ActionsEnabled ?? true, ConfiguredAt = now };
            AlarmLinks.Remove(tx, key);
            foreach (var child in children) tx.Put(CloudWatchTables.Links, new AlarmLink(key, child));
            tx.Put(CloudWatchTables.Alarms, after);
            return (after, before is null);
        }, ct);
        await TellAsync(key, AlarmHistory.Configured(alarm, isNew ? "created" : "updated", now), ct);
        return new();
    }

    private static IEnumerable<string> Children(PutCompositeAlarmRequest request)
    {
        try
        {
            return AlarmRuleExpression.Parse(request.AlarmRule).Alarms;
        }
        catch (FormatException e)
        {
            throw Invalid($"AlarmRule is not valid: {e.Message}");
        }
    }

    private static void Check(PutCompositeAlarmRequest request, AlarmKey[] children)
    {
        if (children.Length > MostChildren) throw new LimitExceededFault($"A composite alarm can have at most {MostChildren} child alarms.");
        if (request is { ActionsSuppressor: not null, ActionsSuppressorWaitPeriod: null } or { ActionsSuppressor: not null, ActionsSuppressorExtensionPeriod: null })
            throw Invalid("ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod are required with ActionsSuppressor.");
        // AWS: composite alarms neither scale nor stop anything.
        foreach (var action in (request.AlarmActions ?? []).Concat(request.OKActions ?? []).Concat(request.InsufficientDataActions ?? []))
        {
            if (!Arn.TryParse(action, out var arn) || !s_compositeServices.Contains(arn.Service)) throw Invalid($"Invalid action {action}: composite alarms do not support it.");
        }
    }

    private static void DemandThere(Transaction tx, PutCompositeAlarmRequest request, AlarmKey[] children)
    {
        var missing = children.Where(c => tx.Find(CloudWatchTables.Alarms, c) is null).Select(c => c.Name).ToArray();
        if (missing.Length > 0) throw Invalid($"Could not save the composite alarm as alarms [{string.Join(", ", missing)}] in the alarm rule do not exist");
        if (children.Any(c => c.Name == request.AlarmName)) throw Invalid("Could not save the composite alarm as its alarm rule refers to itself.");
        if (children.FirstOrDefault(c => tx.Count(CloudWatchTables.LinksByChild, c) >= MostParents) is { } full)
            throw new LimitExceededFault($"Alarm {full.Name} is in {MostParents} composite alarms already.");
    }

    private static AwsException Invalid(string message) => new("ValidationError", message);
}
