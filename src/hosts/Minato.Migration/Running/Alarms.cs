using System.Collections.Immutable;
using Minato.Contracts.CloudWatch;

namespace Minato.Migration.Running;

/// <summary>Alarms that gates name: of metrics, and composite ones, which AWS shows only to who asks for them.</summary>
internal static class Alarms
{
    private const int MostAtOnce = 100; // AWS: names, and alarms of one answer.

    /// <returns>State by name; those that are not there are missing.</returns>
    public static async Task<ImmutableSortedDictionary<string, string?>> ReadAsync(MigrationAws aws, ImmutableArray<string> names, CancellationToken ct)
    {
        if (names.IsEmpty) return ImmutableSortedDictionary<string, string?>.Empty;
        var found = await aws.CloudWatch.DescribeAlarmsAsync(
            new() { AlarmNames = names, AlarmTypes = [AlarmType.MetricAlarm, AlarmType.CompositeAlarm], MaxRecords = MostAtOnce }, aws.Caller, ct);
        var states = (found.MetricAlarms ?? []).Select(a => (a.AlarmName, a.StateValue)).Concat((found.CompositeAlarms ?? []).Select(a => (a.AlarmName, a.StateValue)));
        return states.ToImmutableSortedDictionary(s => s.AlarmName ?? "", s => s.StateValue?.ToWire(), StringComparer.Ordinal);
    }
}
