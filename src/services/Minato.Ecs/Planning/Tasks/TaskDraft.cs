using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>A plan while it is made.</summary>
internal sealed class TaskDraft(TaskView view, DateTimeOffset now)
{
    private readonly ImmutableArray<TaskMove>.Builder _moves = ImmutableArray.CreateBuilder<TaskMove>();

    public TaskView View => view;
    public DateTimeOffset Now => now;
    public TaskProgress Progress { get; set; } = view.Task.Progress;
    public DateTimeOffset? Wake { get; private set; }
    public TaskLastStatus Status => Progress.LastStatus;
    public bool IsStopping => Progress.StopCode is not null;
    public bool IsFargate => view.Task.LaunchType == LaunchType.Fargate;
    public ImmutableArray<ContainerDefinition> Definitions => view.Definition.Containers;

    public TaskPlan Result() => new(Progress, _moves.ToImmutable(), Wake);

    public void Add(TaskMove move) => _moves.Add(move);

    public void WakeAt(DateTimeOffset at) => Wake = Wake is { } earlier && earlier < at ? earlier : at;

    /// <summary>Forward only.</summary>
    public void Advance(TaskLastStatus to)
    {
        if (to > Status) Progress = Progress with { LastStatus = to };
    }

    public void Put(ContainerProgress container) => Progress = Progress.With(container);

    public ContainerProgress Container(ContainerDefinition definition) => Progress.Container(definition.Name ?? "");

    public void Stop(TaskStopCode code, string reason)
    {
        if (!IsStopping) Progress = Progress with { StopCode = code, StoppedReason = reason };
    }
}
