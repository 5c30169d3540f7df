using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Minato.Ecs.State;
using Minato.Ecs.Tests.Services;
using Minato.Platform;
using Minato.Testing;
using Task = System.Threading.Tasks.Task;

namespace Minato.Simulation;

/// <summary>Whatever happened to a world: what ended in it is on record, and once.</summary>
internal static class Outcomes
{
    private static readonly ServiceKey s_web = new(new ClusterKey(new AccountRegion(World.AccountId, "us-east-1"), "default"), "web");

    public static async Task AreOnRecordOnceAsync(ServiceWorld services)
    {
        await services.World.Eventually(() => Ended(services).All(k => services.World.Store.Current.IsRecorded(k)), TimeSpan.FromMinutes(5), "every outcome is on record");
        var log = services.World.Services.GetRequiredService<IAppendLog>();
        // One that ends at this very moment is on record a moment later.
        foreach (var key in Ended(services).Where(services.World.Store.Current.IsRecorded).ToArray())
        {
            var entries = await log.ReadAsync(key.Partition, new(), default);
            var ends = key.Kind == RecordKind.Task ? entries.Count
                : entries.Count(e => JsonSerializer.Deserialize(e.Entry.Payload.Span, RecordJson.Default.DiaryEntry)?.Outcome is not null);
            ends.ShouldBe(1, key.ToString());
        }
    }

    private static IEnumerable<RecordKey> Ended(ServiceWorld services)
    {
        var ecs = services.World.Store.Current;
        foreach (var deployment in ecs.Where(ServiceTables.ServiceDeploymentsByService, s_web))
            if (deployment.IsOver) yield return RecordKey.Of(deployment.Key);
        foreach (var task in ecs.Where(EcsTables.TasksByService, s_web))
            if (task.IsStopped) yield return RecordKey.Of(task.Key);
    }
}
