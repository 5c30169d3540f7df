using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;

namespace Minato.Ecs.Api;

internal sealed partial class EcsApi
{
    // AWS: the apostrophe is a curly one.
    private const string ExecNotReady = "The execute command failed because execute command was not enabled when the task was run or the execute command agent isn’t running. "
        + "Wait and try again or run a new task with execute command enabled and try again.";

    public Task<ExecuteCommandResponse> ExecuteCommandAsync(ExecuteCommandRequest request, Caller caller, CancellationToken ct)
    {
        if (!request.Interactive) throw new InvalidParameterException("Interactive is the only mode supported currently.");
        var command = CommandWords.Split(request.Command);
        if (command.IsDefaultOrEmpty) throw new InvalidParameterException("The command is empty or has a quote that is not closed.");
        var ecs = store.Current;
        var cluster = ecs.RequireCluster(caller, request.Cluster).Key;
        var task = ecs.Find(EcsTables.Tasks, References.TaskKeyOf(cluster, request.Task)) ?? throw new InvalidParameterException("The referenced task was not found.");
        var container = ContainerToExec(task, request.Container);
        if (ExecuteCommandAgent.StatusOf(task, container) is not ContainerLastStatus.Running || container.RuntimeId is not { } runtimeId)
            throw new InvalidParameterException(ExecNotReady);

        var engine = engines.NameOf(task);
        // The engine is what an agent inside the container is on AWS.
        if (engines.IsAway(engine)) throw new TargetNotConnectedException("The execute command failed due to an internal error. Try again later.");
        var session = sessions.Offer(engine, runtimeId, request.Command, command)
            ?? throw new ClientException($"The container has {ExecSessions.MostOfAContainer} sessions, which is as many as it may have.");
        return Answer(new ExecuteCommandResponse
        {
            ClusterArn = cluster.Arn, TaskArn = task.Key.Arn, ContainerArn = task.ContainerArn(container.Name), ContainerName = container.Name,
            Interactive = true, Session = session,
        });
    }

    private static ContainerProgress ContainerToExec(TaskState task, string? name)
    {
        var containers = task.Progress.Containers;
        if (!string.IsNullOrEmpty(name))
            return containers.FirstOrDefault(c => c.Name == name) ?? throw new InvalidParameterException($"The container {name} was not found in the task.");
        return containers is [var only] ? only : throw new InvalidParameterException("The container name must be specified when the task has more than one container.");
    }
}
