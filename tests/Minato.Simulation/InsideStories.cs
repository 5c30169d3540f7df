using System.Text.Json.Nodes;
using Minato.Contracts.Ecs;
using Minato.Contracts.Iam;
using Minato.Ecs.Tests.Services;
using Minato.Engines.Inside;
using Minato.Iam;
using Minato.Sts;
using Minato.Testing;
using Task = System.Threading.Tasks.Task;

namespace Minato.Simulation;

/// <summary>Tasks ask 169.254.170.2 who they are while containers die, versions roll and the server restarts: each is told of itself, and of nobody else.</summary>
public sealed class InsideStories
{
    private const string Role = "app";
    private const string Trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";

    [Theory, Seeds(1, 60)]
    public void A_task_is_told_of_itself_and_of_nobody_else(ulong seed) => ServiceWorld.Run(seed, async services =>
    {
        ServiceInvariants.Watch(services);
        var story = new Story(services);
        await services.World.Client<IIam>().CreateRoleAsync(new() { RoleName = Role, AssumeRolePolicyDocument = Trust }, services.World.Caller, default);
        await services.CreateAsync(await services.RequestAsync(story.Between(2, 4)) with { TaskDefinition = await DefineAsync(services, ServiceWorld.Good) });
        await services.SettledAsync(Story.Patience);
        for (var rounds = story.Between(2, 6); rounds > 0; rounds--)
        {
            await DisturbAsync(story);
            await services.SettledAsync(Story.Patience);
            var askers = await AskersAsync(services);
            foreach (var one in askers) await TellsItselfAsync(services, one);
            foreach (var (one, other) in askers.Zip(askers.Skip(1))) (await AskAsync(services, other.Address, $"{one.Path}/task")).Status.ShouldNotBe(200, "it is somebody else's id");
        }

        var last = await AskersAsync(services);
        await story.DeleteAsync();
        foreach (var gone in last) (await AskAsync(services, gone.Address, $"{gone.Path}/task")).Status.ShouldNotBe(200, "the task is gone, and so are its keys");
    }, configure: (_, s) => s.AddIam("123456789012", "AKIAROOT", "secret").AddSts());

    private static async Task DisturbAsync(Story story)
    {
        var services = story.Services;
        switch (story.Between(1, 4))
        {
            case 1:
                await story.KillContainersAsync(2, within: 5);
                break;
            case 2:
                await services.World.RestartAsync(story.Within(60));
                break;
            case 3:
                await services.UpdateAsync(new() { Service = "web", TaskDefinition = await DefineAsync(services, story.OneIn(2) ? ServiceWorld.Good : ServiceWorld.Better) });
                await services.World.RestartAsync(story.Within(5));
                break;
            default:
                await services.UpdateAsync(new() { Service = "web", DesiredCount = story.Between(2, 5) });
                break;
        }
    }

    private static async Task TellsItselfAsync(ServiceWorld services, Asker asker)
    {
        var (status, body) = await AskAsync(services, asker.Address, $"{asker.Path}/task");
        (status, (string?)JsonNode.Parse(body)?["TaskARN"]).ShouldBe((200, asker.Arn), body);
        var (allowed, keys) = await AskAsync(services, asker.Address, asker.Credentials);
        allowed.ShouldBe(200, keys);
        var given = JsonNode.Parse(keys);
        ((string?)given?["RoleArn"]).ShouldBe($"arn:aws:iam::{World.AccountId}:role/{Role}");
        DateTimeOffset.Parse((string?)given?["Expiration"] ?? "", null).ShouldBeGreaterThan(services.World.Time.GetUtcNow());
    }

    private static Task<(int Status, string Body)> AskAsync(ServiceWorld services, string from, string path)
    {
        var inside = services.World.Inside;
        return inside.AskAsync(inside.Open.First(n => n is InsideNetwork.Bridge), from, path);
    }

    private static async Task<Asker[]> AskersAsync(ServiceWorld services)
    {
        var arns = (await services.Ecs.ListTasksAsync(new() { ServiceName = "web" }, services.World.Caller, default)).TaskArns ?? [];
        var tasks = (await services.Ecs.DescribeTasksAsync(new() { Tasks = arns }, services.World.Caller, default)).Tasks ?? [];
        // A container that has just ended, or not begun yet, asks nothing.
        return
        [
            .. from task in tasks
               join container in services.Running() on task.TaskArn equals container.Labels["com.amazonaws.ecs.task-arn"]
               let environment = container.Spec.Environment
               select new Asker(
                   task.TaskArn ?? "", task.Containers?[0].NetworkInterfaces?[0].PrivateIpv4Address ?? "", new Uri(environment["ECS_CONTAINER_METADATA_URI_V4"]).AbsolutePath,
                   environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]),
        ];
    }

    private static async Task<string> DefineAsync(ServiceWorld services, string image) => (await services.Ecs.RegisterTaskDefinitionAsync(new()
    {
        Family = "web", NetworkMode = NetworkMode.Awsvpc, RequiresCompatibilities = [Compatibility.Fargate], Cpu = "256", Memory = "512",
        TaskRoleArn = $"arn:aws:iam::{World.AccountId}:role/{Role}",
        ContainerDefinitions = [new() { Name = "web", Image = image, PortMappings = [new() { ContainerPort = 80 }] }],
    }, services.World.Caller, default)).TaskDefinition?.TaskDefinitionArn ?? "";

    private sealed record Asker(string Arn, string Address, string Path, string Credentials);
}
