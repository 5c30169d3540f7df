using Minato.Elb.State;
using Minato.Platform;

namespace Minato.Elb.Planning;

/// <summary>A target with all that decides about it.</summary>
internal sealed record TargetView(TargetState Target, TargetGroupState Group, HealthState? Health, Attachment Attachment)
{
    /// <summary>The load balancer's address that the target sees. Where the target is the host's own loopback, nobody else's can be there.</summary>
    public string? Source { get; init; }

    /// <summary>Null for a target that does as well as the others of its group.</summary>
    public AnomalyState? Anomaly { get; init; }

    public static TargetView? Read(IReadState state, TargetKey key) =>
        state.Find(ElbTables.Targets, key) is { } target && state.Find(ElbTables.Groups, key.GroupArn) is { } group
            ? Read(state, target, group, AttachmentsOf(state, group.Arn))
            : null;

    public static IEnumerable<TargetView> ReadAll(IReadState state, TargetGroupState group)
    {
        var balancers = AttachmentsOf(state, group.Arn);
        return state.Where(ElbTables.TargetsByGroup, group.Arn).Select(t => Read(state, t, group, balancers));
    }

    private static TargetView Read(IReadState state, TargetState target, TargetGroupState group, List<BalancerState> balancers)
    {
        var health = state.Find(ElbTables.Health, target.Key);
        var anomaly = state.Find(ElbTables.Anomalies, target.Key);
        return new(target, group, health?.RegisteredAt == target.RegisteredAt ? health : null, AttachmentOf(target, balancers))
        {
            Anomaly = anomaly?.RegisteredAt == target.RegisteredAt ? anomaly : null,
            Source = target.Address.StartsWith("127.", StringComparison.Ordinal) ? null
                : balancers.Select(b => state.Find(ElbTables.Interfaces, b.Arn)?.Source).FirstOrDefault(s => s is not null),
        };
    }

    private static List<BalancerState> AttachmentsOf(IReadState state, string groupArn) =>
        [.. state.Where(ElbTables.UsesByGroup, groupArn).Select(u => u.BalancerArn).Distinct(StringComparer.Ordinal)
            .Select(arn => state.Find(ElbTables.Balancers, arn)).OfType<BalancerState>()];

    private static Attachment AttachmentOf(TargetState target, List<BalancerState> balancers)
    {
        if (target.InstanceState is not null) return Attachment.InstanceNotRunning;
        if (balancers.Count == 0) return Attachment.NotInUse;
        return target.Zone is not { } zone || balancers.Exists(b => b.Zones.Any(z => z.Name == zone)) ? Attachment.InUse : Attachment.ZoneNotEnabled;
    }
}

/// <summary>Whether a load balancer would send anything to a target.</summary>
internal enum Attachment
{
    InUse,

    /// <summary>No rule names the group.</summary>
    NotInUse,

    /// <summary>The load balancer has no subnet in the target's zone.</summary>
    ZoneNotEnabled,

    /// <summary>The target is an instance that is stopped, or on its way there.</summary>
    InstanceNotRunning,
}
