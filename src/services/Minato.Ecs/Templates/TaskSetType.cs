using Minato.Aws.Templates;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.Templates;

/// <summary>Ref is <c>cluster|service|id</c>.</summary>
internal sealed class TaskSetType(IEcs ecs, TimeProvider clock) : ResourceHandler("AWS::ECS::TaskSet", clock)
{
    private static readonly ResourceTypeSchema s_all = TemplateShape.SchemaOf<CreateTaskSetRequest>();

    public override ResourceTypeSchema Schema { get; } = s_all with
    {
        CreateOnly = [.. s_all.Properties.Where(p => p is not ("Scale" or "Tags"))], Attributes = ["Id"], Identifiers = ["Cluster", "Service", "Id"],
    };

    protected override bool TakesSystemTags => true;

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        var made = await ecs.CreateTaskSetAsync(r.As<CreateTaskSetRequest>(), r.Caller, ct);
        r.Id = $"{r.Text("Cluster")}|{r.Text("Service")}|{made.TaskSet?.Id}";
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        var (cluster, service, id) = PartsOf(r.Id);
        if (r.Changed("Scale") && r.Has("Scale"))
            await ecs.UpdateTaskSetAsync(r.As<UpdateTaskSetRequest>(("Cluster", cluster), ("Service", service), ("TaskSet", id)), r.Caller, ct);
        if (r.Changed("Tags") && await SetAsync(r, ct) is { TaskSetArn: { } arn }) await ecs.RetagAsync(r, arn, ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        var (cluster, service, id) = PartsOf(r.Id);
        return ecs.DeleteTaskSetAsync(new() { Cluster = cluster, Service = service, TaskSet = id, Force = true }, r.Caller, ct);
    }

    protected override async Task<bool> IsGoneAsync(TemplateResource r, CancellationToken ct) => await DescribedOrNull(() => SetAsync(r, ct)) is null;

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await SetAsync(r, ct) is not { } set) return null;
        var model = r.Model(set, ("Id", set.Id));
        var (cluster, service, _) = PartsOf(r.Id);
        (model.Properties["Cluster"], model.Properties["Service"]) = (cluster, service);
        return model;
    }

    private async Task<TaskSet?> SetAsync(TemplateResource r, CancellationToken ct)
    {
        var (cluster, service, id) = PartsOf(r.Id);
        var found = await ecs.DescribeTaskSetsAsync(new() { Cluster = cluster, Service = service, TaskSets = [id], Include = [TaskSetField.Tags] }, r.Caller, ct);
        return found.TaskSets?.FirstOrDefault();
    }

    private static (string Cluster, string Service, string Id) PartsOf(string reference) =>
        reference.Split('|') is [var cluster, var service, var id] ? (cluster, service, id) : ("", "", reference);
}

/// <summary>Which task set of a service takes the traffic. It goes with the service: there is no service with task sets and no primary one.</summary>
internal sealed class PrimaryTaskSetType(IEcs ecs, TimeProvider clock) : ResourceHandler("AWS::ECS::PrimaryTaskSet", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<UpdateServicePrimaryTaskSetRequest>("PrimaryTaskSet").And("TaskSetId") with
    {
        Required = ["Cluster", "Service", "TaskSetId"], CreateOnly = ["Cluster", "Service"], Identifiers = ["Cluster", "Service"],
    };

    protected override IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string> { ["TaskSetId"] = "primaryTaskSet" };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await ChangeAsync(r, ct);
        r.Id = $"{r.Text("Cluster")}|{r.Text("Service")}";
    }

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) =>
        ecs.UpdateServicePrimaryTaskSetAsync(r.As<UpdateServicePrimaryTaskSetRequest>(), r.Caller, ct);

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => Task.CompletedTask;

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Id.Split('|') is not [var cluster, var service]) return null;
        var sets = (await ecs.DescribeTaskSetsAsync(new() { Cluster = cluster, Service = service }, r.Caller, ct)).TaskSets ?? [];
        if (sets.FirstOrDefault(s => s.Status is "PRIMARY") is not { } primary) return null;
        return r.ModelOf(new() { ["Cluster"] = cluster, ["Service"] = service, ["TaskSetId"] = primary.Id });
    }
}
