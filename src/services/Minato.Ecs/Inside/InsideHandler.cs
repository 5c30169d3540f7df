using System.Globalization;
using System.Text.Json.Nodes;
using Minato.Contracts.Ecs;
using Minato.Ecs.Reconcile;
using Minato.Ecs.State;
using Minato.Engines.Containers;
using Minato.Engines.Inside;
using Minato.Platform;

namespace Minato.Ecs.Inside;

/// <summary>Answers a task: by an id that cannot be guessed, and only when the question comes from where that task is.</summary>
internal sealed class InsideHandler(Store store, TaskBoard board, InsideReader reader, RoleCredentials roles, TimeProvider clock, IServiceProvider services)
    : IInsideHandler
{
    private const int DigitsOfContainer = 2;

    public async ValueTask<InsideAnswer> AnswerAsync(InsideRequest request, CancellationToken ct)
    {
        if (InsideRoute.Of(request.Path) is not { } route) return Answers.NotFound;
        var found = route.Topic == InsideTopic.Credentials ? FindByCredentials(route.Id) : FindByEndpoint(route.Id);
        var asker = found is { } it && IsFrom(it, request) ? found : null;
        // Somebody who guesses is counted with whoever he pretends to be: nobody.
        if (asker is { Task: var task } && !BudgetOf(task).TryTake(clock.GetUtcNow())) return Answers.TooMany;
        try
        {
            return route.Topic switch
            {
                InsideTopic.Credentials => await CredentialsAsync(route, asker?.Task, ct),
                InsideTopic.Protection => await ProtectionAsync(request, asker?.Task, ct),
                _ when request.Method != "GET" => Answers.Plain(405, ""),
                InsideTopic.ContainerStats or InsideTopic.TaskStats => await StatsAsync(route, asker, ct),
                _ => await MetadataAsync(route, asker, ct),
            };
        }
        catch (EngineUnavailableException e)
        {
            return Answers.Words(500, $"V{route.Version} metadata handler: {e.Message}");
        }
    }

    private async Task<InsideAnswer> MetadataAsync(InsideRoute route, Asker? asker, CancellationToken ct)
    {
        var isContainer = route.Topic == InsideTopic.Container;
        if (asker is not { } it || await reader.FactsAsync(it.Task, ct) is not { } facts) return Unknown(route, isContainer ? "container" : "task", "metadata");
        return Answers.Json(isContainer
            ? TaskMetadata.Container(facts, it.Container, route.Version)
            : TaskMetadata.Task(facts, route.Version, withTags: route.Topic == InsideTopic.TaskWithTags));
    }

    private async Task<InsideAnswer> StatsAsync(InsideRoute route, Asker? asker, CancellationToken ct)
    {
        var isContainer = route.Topic == InsideTopic.ContainerStats;
        if (asker is not { } it) return Unknown(route, isContainer ? "container" : "task", "stats");
        if (isContainer)
        {
            var one = it.Task.Progress.Containers[it.Container];
            return await reader.StatsAsync(it.Task, one, route.Version >= 4, ct) is { } stats ? Answers.Json(stats)
                : Answers.Words(500, $"V{route.Version} container stats handler: unable to get container stats");
        }

        if (await reader.FactsAsync(it.Task, ct) is not { Task: var task }) return Unknown(route, "task", "stats");
        var all = new JsonObject();
        foreach (var container in task.Progress.Containers.Where(c => c.RuntimeId is not null))
            all[TaskMetadata.DockerId(task, container)] = await reader.StatsAsync(task, container, route.Version >= 4, ct);
        return Answers.Json(all);
    }

    private async Task<InsideAnswer> CredentialsAsync(InsideRoute route, TaskState? task, CancellationToken ct)
    {
        if (route.Id.Length == 0) return Answers.CredentialsError(400, "NoIdInRequest", "No Credential ID in the request");
        if (task is null || store.Current.Find(EcsTables.TaskDefinitions, task.TaskDefinition)?.TaskRoleOf(task) is not { } role)
            return Answers.CredentialsError(400, "InvalidIdInRequest", "Credentials not found");
        try
        {
            var keys = await roles.GetAsync(task.Key, role, ct);
            return Answers.Json(new JsonObject
            {
                ["RoleArn"] = keys.RoleArn, ["AccessKeyId"] = keys.AccessKeyId, ["SecretAccessKey"] = keys.SecretAccessKey, ["Token"] = keys.Token,
                ["Expiration"] = keys.Expiration.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            });
        }
        catch (Aws.AwsException)
        {
            return Answers.CredentialsError(503, "CredentialsUninitialized", "Credentials uninitialized for ID");
        }
    }

    private async Task<InsideAnswer> ProtectionAsync(InsideRequest request, TaskState? task, CancellationToken ct)
    {
        if (task is null) return TaskProtection.Error(404, "", "ResourceNotFoundException", "Failed to find a task for the request");
        var role = store.Current.Find(EcsTables.TaskDefinitions, task.TaskDefinition)?.TaskRoleOf(task);
        var caller = task.Key.Cluster.Scope.AsService();
        if (roles.AreServed)
        {
            // AWS: the call is the task's own, with its role.
            if (role is null)
                return TaskProtection.Error(403, task.Key.Arn, "AccessDeniedException", "Invalid Request: no task IAM role credentials available for task");
            caller = (await roles.GetAsync(task.Key, role, ct)).Caller(task.Key.Cluster.Scope, caller.Region);
        }

        // Not injected: the API stands on reconcilers that stand on this.
        return services.GetService(typeof(IEcs)) is IEcs ecs ? await TaskProtection.AnswerAsync(ecs, request, task, caller, ct) : Answers.NotFound;
    }

    private Asker? FindByEndpoint(string id)
    {
        if (id.Length <= DigitsOfContainer) return null;
        var key = id[..^DigitsOfContainer];
        if (!int.TryParse(id.AsSpan(key.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var container)) return null;
        return store.Current.Where(EcsTables.TasksByEndpoint, key).FirstOrDefault() is { } task && container < task.Progress.Containers.Length
            ? new(AsItIs(task), container) : null;
    }

    private Asker? FindByCredentials(string id) =>
        store.Current.Where(EcsTables.TasksByCredentials, id).FirstOrDefault() is { } task ? new(AsItIs(task), 0) : null;

    private TaskState AsItIs(TaskState task) => board.Find(task.Key)?.Unwritten is { } progress ? task with { Progress = progress } : task;

    /// <summary>An id alone is not enough: it may have been read in somebody's log.</summary>
    private static bool IsFrom(Asker asker, InsideRequest request) => asker.Task switch
    {
        { Progress.Interface: { } eni } => request.Network is InsideNetwork.Bridge && eni.PrivateIp == request.Source,
        { NetworkMode: NetworkMode.Host } => request.Network is InsideNetwork.Host,
        // Until the engine has told a container's address its id has to do.
        var task => request.Network is InsideNetwork.Bridge
            && task.Progress.Containers.Any(c => c.Address == request.Source || (c.Address is null && c.LastStatus != ContainerLastStatus.Stopped)),
    };

    private RequestBudget BudgetOf(TaskState task) => board.Entry(task).Budget ??= new(clock.GetUtcNow());

    private static InsideAnswer Unknown(InsideRoute route, string noun, string what) => Answers.Words(404, noun == "container"
        ? $"V{route.Version} container {what} handler: unable to get container ID from request: unable to get docker ID from v3 endpoint ID: {route.Id}"
        : $"V{route.Version} task {what} handler: unable to get task arn from request: unable to get task Arn from v3 endpoint ID: {route.Id}");

    /// <param name="Container">Which of the task's containers.</param>
    private readonly record struct Asker(TaskState Task, int Container);
}
