using Minato.Ecs.Planning.Placement;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Reads what tasks take of their container instances, each instance once.</summary>
internal sealed class TaskRooms(IReadState ecs)
{
    private readonly Dictionary<ContainerInstanceKey, InstanceView?> _instances = [];

    public TaskRoom Of(TaskState task)
    {
        if (task.InstanceKey is not { } key) return default;
        if (!_instances.TryGetValue(key, out var view))
            _instances.Add(key, view = ecs.Find(EcsTables.Instances, key) is { } instance ? InstanceView.Of(ecs, instance) : null);
        return view is null ? default : new(task.Demand.Cpu, view.CpuLeft, task.Demand.Memory, view.MemoryLeft);
    }
}
