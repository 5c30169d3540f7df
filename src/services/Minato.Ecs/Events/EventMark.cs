using System.Text.Json.Serialization;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Events;

/// <summary>How much of a task, instance, service or service deployment was told to EventBridge.</summary>
internal sealed record EventMark(string Key, long Told)
{
    public static string Of(TaskKey task) => $"task/{task}";

    public static string Of(ContainerInstanceKey instance) => $"instance/{instance}";

    public static string Of(ServiceKey service) => $"service/{service}";

    public static string Of(ServiceDeploymentKey deployment) => $"deployment/{deployment}";
}

internal static class EventTables
{
    public static readonly Table<string, EventMark> Marks = new("ecs.event-marks", m => m.Key, () => EventMarkJson.Default.EventMark);
}

[JsonSerializable(typeof(EventMark))]
internal sealed partial class EventMarkJson : JsonSerializerContext;
