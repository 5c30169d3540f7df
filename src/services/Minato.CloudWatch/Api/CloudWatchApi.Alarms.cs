using System.Collections.Immutable;
using System.Text.Json;
using Minato.Aws;
using Minato.CloudWatch.Planning;
using Minato.CloudWatch.State;
using Minato.Contracts.CloudWatch;
using Minato.Platform;

namespace Minato.CloudWatch.Api;

internal sealed partial class CloudWatchApi
{
    private const int MostAlarmsDeleted = 100;
    private const int AlarmsOnAPage = 50;

    public async Task<PutMetricAlarmResponse> PutMetricAlarmAsync(PutMetricAlarmRequest request, Caller caller, CancellationToken ct)
    {
        AlarmRules.Check(request);
        var key = new AlarmKey(Home.Of(caller), request.AlarmName);
        var now = clock.GetUtcNow();
        var (alarm, isNew) = await store.UpdateAsync(tx =>
        {
            var before = tx.Find(CloudWatchTables.Alarms, key);
            if (before is { Composite: not null }) throw Invalid($"Could not save the metric alarm as a composite alarm with the name {key.Name} already exists.");
            var asked = request with { Tags = null };
            // AWS: an update replaces the whole configuration, keeps the state, and leaves tags alone.
            var after = before is null
                ? new AlarmState
                {
                    Key = key, Asked = asked, ActionsEnabled = request.ActionsEnabled ?? true, ConfiguredAt = now, StateAt = now, TransitionedAt = now,
                    Tags = Tagging.Add(ImmutableSortedDictionary<string, string>.Empty, request.Tags ?? []),
                }
                : before with { Asked = asked, ActionsEnabled = request.ActionsEnabled ?? true, ConfiguredAt = now };
            tx.Put(CloudWatchTables.Alarms, after);
            return (after, before is null);
        }, ct);
        await TellAsync(key, AlarmHistory.Configured(alarm, isNew ? "created" : "updated", now), ct);
        return new();
    }

    public Task<DescribeAlarmsResponse> DescribeAlarmsAsync(DescribeAlarmsRequest request, Caller caller, CancellationToken ct)
    {
        if (request is { AlarmNames.Length: > 0, AlarmNamePrefix: not null })
            throw new InvalidParameterCombinationException("AlarmNames and AlarmNamePrefix cannot be specified together.");
        var home = Home.Of(caller);
        var state = store.Current;
        var after = Position("DescribeAlarms", request.NextToken);
        IEnumerable<AlarmState> alarms = request.AlarmNames is { Length: > 0 } names
            ? names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(n => state.Find(CloudWatchTables.Alarms, new AlarmKey(home, n))).OfType<AlarmState>()
            : state.Where(CloudWatchTables.AlarmsByHome, home);
        // AWS: composite alarms are told to those who ask for them only.
        var types = request.AlarmTypes is { Length: > 0 } asked ? asked : [AlarmType.MetricAlarm];
        var family = Family(state, home, request);
        var found = alarms
            .Where(a => family is null ? types.Contains(a.Composite is null ? AlarmType.MetricAlarm : AlarmType.CompositeAlarm) : family.Contains(a.Key))
            .Where(a => after is null || string.CompareOrdinal(a.Key.Name, after) > 0)
            .Where(a => request.AlarmNamePrefix is not { } prefix || a.Key.Name.StartsWith(prefix, StringComparison.Ordinal))
            .Where(a => request.StateValue is not { } value || a.State == value)
            .Where(a => request.ActionPrefix is not { } action || Enum.GetValues<StateValue>().SelectMany(v => a.ActionsOf(v)).Any(x => x.StartsWith(action, StringComparison.Ordinal)));
        var (page, next) = Page("DescribeAlarms", found, request.MaxRecords ?? Math.Max(AlarmsOnAPage, request.AlarmNames?.Length ?? 0), a => a.Key.Name);
        return Task.FromResult(new DescribeAlarmsResponse
        {
            MetricAlarms = [.. page.Where(a => a.Composite is null).Select(a => a.ToWire())],
            CompositeAlarms = [.. page.Where(a => a.Composite is not null).Select(a => Composite(state, a))],
            NextToken = next,
        });
    }

    /// <summary>The alarms that one asks about, or that ask about it; null when nobody wants to know.</summary>
    private static HashSet<AlarmKey>? Family(IReadState state, Home home, DescribeAlarmsRequest request) => request switch
    {
        { ChildrenOfAlarmName: { } parent } => [.. state.Where(CloudWatchTables.LinksByParent, new AlarmKey(home, parent)).Select(l => l.Child)],
        { ParentsOfAlarmName: { } child } => [.. state.Where(CloudWatchTables.LinksByChild, new AlarmKey(home, child)).Select(l => l.Parent)],
        _ => null,
    };

    private static CompositeAlarm Composite(IReadState state, AlarmState alarm) => alarm.Composite is { } composite
        ? alarm.ToComposite(composite, composite.ActionsSuppressor is { } by ? state.Find(CloudWatchTables.Alarms, AlarmKey.Of(alarm.Key.Home, by)) : null) : new();

    public Task<DescribeAlarmsForMetricResponse> DescribeAlarmsForMetricAsync(DescribeAlarmsForMetricRequest request, Caller caller, CancellationToken ct)
    {
        var home = Home.Of(caller);
        var metric = MetricKey.Of(home, request.Namespace, request.MetricName, request.Dimensions);
        var found = store.Current.Where(CloudWatchTables.AlarmsByMetric, (home, request.Namespace, request.MetricName))
            .Where(a => a.Metric == metric)
            .Where(a => request.Statistic is null || a.Asked.Statistic == request.Statistic)
            .Where(a => request.ExtendedStatistic is null || a.Asked.ExtendedStatistic == request.ExtendedStatistic)
            .Where(a => request.Period is null || a.Asked.Period == request.Period)
            .Where(a => request.Unit is null || a.Asked.Unit == request.Unit);
        return Task.FromResult(new DescribeAlarmsForMetricResponse { MetricAlarms = [.. found.Select(a => a.ToWire())] });
    }

    public async Task<DeleteAlarmsResponse> DeleteAlarmsAsync(DeleteAlarmsRequest request, Caller caller, CancellationToken ct)
    {
        if (request.AlarmNames.Length > MostAlarmsDeleted)
            throw new InvalidParameterValueException($"At most {MostAlarmsDeleted} alarms can be deleted in one call.");
        var gone = await store.UpdateAsync(tx =>
        {
            // AWS: a name that is unknown does not keep the others from going.
            var found = request.AlarmNames.Distinct(StringComparer.Ordinal).Select(n => tx.Find(CloudWatchTables.Alarms, new AlarmKey(Home.Of(caller), n))).OfType<AlarmState>().ToArray();
            // AWS: an alarm that composite ones ask about stays until they are gone.
            if (found.FirstOrDefault(a => tx.Where(CloudWatchTables.LinksByChild, a.Key).Any(l => found.All(f => f.Key != l.Parent))) is { } asked)
                throw Invalid($"You cannot delete {asked.Key.Name} as there are composite alarm(s) depending on it.");
            foreach (var alarm in found)
            {
                AlarmLinks.Remove(tx, alarm.Key);
                tx.Delete(CloudWatchTables.Alarms, alarm.Key);
            }

            return found;
        }, ct);
        foreach (var alarm in gone) await TellAsync(alarm.Key, AlarmHistory.Configured(alarm, "deleted", clock.GetUtcNow()), ct);
        return new();
    }

    public async Task<EnableAlarmActionsResponse> EnableAlarmActionsAsync(EnableAlarmActionsRequest request, Caller caller, CancellationToken ct)
    {
        await SwitchActionsAsync(request.AlarmNames, true, caller, ct);
        return new();
    }

    public async Task<DisableAlarmActionsResponse> DisableAlarmActionsAsync(DisableAlarmActionsRequest request, Caller caller, CancellationToken ct)
    {
        await SwitchActionsAsync(request.AlarmNames, false, caller, ct);
        return new();
    }

    public async Task<SetAlarmStateResponse> SetAlarmStateAsync(SetAlarmStateRequest request, Caller caller, CancellationToken ct)
    {
        if (request.StateReasonData is { } data && !IsJson(data)) throw new InvalidFormatFault("StateReasonData is not valid JSON.");
        var alarm = Find(store.Current, caller, request.AlarmName);
        if (await book.SetAsync(alarm.Key, request.StateValue, request.StateReason, request.StateReasonData, ct) is null)
            throw new ResourceNotFound($"Alarm {request.AlarmName} does not exist");
        return new();
    }

    private async Task SwitchActionsAsync(ImmutableArray<string> names, bool isOn, Caller caller, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var changed = await store.UpdateAsync(tx =>
        {
            var found = names.Distinct(StringComparer.Ordinal).Select(n => tx.Find(CloudWatchTables.Alarms, new AlarmKey(Home.Of(caller), n)))
                .OfType<AlarmState>().Where(a => a.ActionsEnabled != isOn).Select(a => a with { ActionsEnabled = isOn, ConfiguredAt = now }).ToArray();
            foreach (var alarm in found) tx.Put(CloudWatchTables.Alarms, alarm);
            return found;
        }, ct);
        foreach (var alarm in changed) await TellAsync(alarm.Key, AlarmHistory.Configured(alarm, "updated", now), ct);
    }

    private static bool IsJson(string text)
    {
        try
        {
            using var parsed = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
