using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Placement;
using Minato.Ecs.State;
using Minato.Platform;
using Attribute = Minato.Contracts.Ecs.Attribute;

namespace Minato.Ecs.Tests.Placement;

/// <summary>Instances and requests for tests of placement.</summary>
internal static class Given
{
    public static readonly ClusterKey Cluster = new(new("123456789012", "us-east-1"), "default");

    public static InstanceView Instance(
        string id, int cpu = 2048, int memory = 4096, string zone = "us-east-1a", string type = "m5.large",
        params (string Name, string Value)[] attributes) => InstanceView.Empty(new()
        {
            Key = new(Cluster, id),
            Ec2InstanceId = $"i-{id}",
            RegisteredAt = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
            Cpu = cpu,
            Memory = memory,
            VersionInfo = new() { AgentVersion = "1.83.0" },
            Attributes =
            [
                new() { Name = "ecs.availability-zone", Value = zone }, new() { Name = "ecs.instance-type", Value = type },
                .. attributes.Select(a => new Attribute { Name = a.Name, Value = a.Value }),
            ],
        });

    public static InstanceView With(this InstanceView view, int tasks, string group = "service:web", int memory = 0, int cpu = 0)
    {
        for (var i = 0; i < tasks; i++) view = view.With(new TaskDemand(cpu, memory, [], []), group);
        return view;
    }

    public static PlacementRequest Task(int cpu = 256, int memory = 512, string group = "service:web", params PlacementStrategy[] strategies) =>
        new() { Demand = new(cpu, memory, [], []), Group = group, Strategies = [.. strategies] };

    public static PlacementStrategy Spread(string field) => new() { Type = PlacementStrategyType.Spread, Field = field };

    public static PlacementStrategy Binpack(string field) => new() { Type = PlacementStrategyType.Binpack, Field = field };

    public static PlacementConstraint MemberOf(string expression) => new() { Type = PlacementConstraintType.MemberOf, Expression = expression };

    /// <summary>Places as many tasks one after another, and tells how many went where; what found no place is under "".</summary>
    public static SortedDictionary<string, int> Place(this PlacementRequest request, int count, params InstanceView[] instances)
    {
        var ids = new Ids(1);
        var ranking = new Ranking(request);
        foreach (var instance in instances) ranking.Put(instance);
        var placed = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var best = ranking.Best(ids);
            var id = best?.Instance.Key.Id ?? "";
            placed[id] = placed.GetValueOrDefault(id) + 1;
            if (best is not null) ranking.Put(best.With(request.Demand, request.Group));
        }

        return placed;
    }
}
