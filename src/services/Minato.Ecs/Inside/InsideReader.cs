using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.Reconcile;
using Minato.Ecs.State;
using Minato.Engines.Containers;
using Minato.Platform;
using Tag = Minato.Contracts.Ecs.Tag;

namespace Minato.Ecs.Inside;

/// <param name="At">When the engine read them.</param>
internal sealed record NetworkReading(DateTimeOffset At, double Received, double Sent);

/// <summary>Asks store and engine what a task is told about itself.</summary>
internal sealed class InsideReader(Store store, TaskBoard board, TaskEngines engines, IEc2 ec2, EcsOptions options, TimeProvider clock)
{
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longAgo = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, string> _subnets = new(StringComparer.Ordinal); // A subnet's range never changes.

    public async Task<TaskFacts?> FactsAsync(TaskState task, CancellationToken ct)
    {
        var ecs = store.Current;
        if (ecs.Find(EcsTables.TaskDefinitions, task.TaskDefinition) is not { } definition) return null;
        var seen = ImmutableDictionary.CreateBuilder<string, EngineContainer>(StringComparer.Ordinal);
        foreach (var container in definition.Containers)
        {
            var known = task.Progress.Container(container.Name ?? "");
            // By name as long as its start is not known here: it asks as soon as it runs.
            if (await engines.Of(task).InspectAsync(known.RuntimeId ?? ContainerNames.Of(task, known), ct) is not { } found) continue;
            seen[known.Name] = found;
            task = task with { Progress = task.Progress.With(ContainerObservation.Fold(known, container, found, clock.GetUtcNow())) };
        }

        var pause = task.Progress.Interface?.PauseId is { } pauseId ? await engines.Of(task).InspectAsync(pauseId, ct) : null;
        ImmutableArray<Tag> instanceTags = task.InstanceKey is { } instance && ecs.Find(EcsTables.Instances, instance) is { } host ? host.Tags : [];
        return new(task, definition, seen.ToImmutable(), pause, await SubnetAsync(task, ct), instanceTags, options.FileSystemDirectory);
    }

    /// <returns>Null when the container does not run.</returns>
    public async Task<JsonNode?> StatsAsync(TaskState task, ContainerProgress container, bool withRates, CancellationToken ct)
    {
        var id = container.RuntimeId ?? ContainerNames.Of(task, container);
        if (await RawAsync(task, id, ct) is not { } stats) return null;
        var networks = await NetworksAsync(task, stats, ct);
        if (networks is null) return stats;
        stats["networks"] = networks.DeepClone();
        if (withRates && await RatesAsync(task, id, stats, networks, ct) is { } rates) stats["network_rate_stats"] = rates;
        return stats;
    }

    // Containers of an awsvpc task have no network of their own: it is their pause container's.
    private async Task<JsonNode?> NetworksAsync(TaskState task, JsonNode stats, CancellationToken ct) =>
        task.Progress.Interface?.PauseId is { } pause ? (await RawAsync(task, pause, ct))?["networks"] : stats["networks"];

    // A rate lies between two readings: the last one counts when it is neither too near nor too far, otherwise a second one is made.
    private async Task<JsonObject?> RatesAsync(TaskState task, string id, JsonNode stats, JsonNode networks, CancellationToken ct)
    {
        var entry = board.Entry(task);
        var now = Reading(networks);
        var before = entry.NetworkReading is { } last && now.At - last.At >= s_between && now.At - last.At <= s_longAgo ? last : null;
        if (before is null)
        {
            await Task.Delay(s_between, clock, ct);
            before = now;
            if (await RawAsync(task, id, ct) is not { } again || await NetworksAsync(task, again, ct) is not { } second) return null;
            now = Reading(second);
        }

        entry.NetworkReading = now;
        var seconds = (now.At - before.At).TotalSeconds;
        return new()
        {
            ["rx_bytes_per_sec"] = Math.Max(0, now.Received - before.Received) / seconds,
            ["tx_bytes_per_sec"] = Math.Max(0, now.Sent - before.Sent) / seconds,
        };
    }

    private NetworkReading Reading(JsonNode networks)
    {
        double received = 0, sent = 0;
        foreach (var (_, network) in networks.AsObject())
        {
            received += network?["rx_bytes"]?.GetValue<double>() ?? 0;
            sent += network?["tx_bytes"]?.GetValue<double>() ?? 0;
        }

        return new(clock.GetUtcNow(), received, sent);
    }

    private async Task<JsonNode?> RawAsync(TaskState task, string id, CancellationToken ct) =>
        await engines.Of(task).RawStatsAsync(id, ct) is { } raw ? JsonNode.Parse(raw.Span) : null;

    private async Task<string?> SubnetAsync(TaskState task, CancellationToken ct)
    {
        if (task.Progress.Interface?.SubnetId is not { } subnet) return null;
        if (_subnets.TryGetValue(subnet, out var known)) return known;
        var answer = await ec2.DescribeSubnetsAsync(new() { SubnetIds = [subnet] }, task.Key.Cluster.Scope.AsService(), ct);
        return answer.Subnets is [{ CidrBlock: { } cidr }, ..] ? _subnets[subnet] = cidr : null;
    }
}
