using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Contracts.Ecs;
using Minato.Contracts.Iam;
using Minato.Ecs.Inside;
using Minato.Engines.Inside;
using Minato.Iam;
using Minato.Sts;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Tasks;

/// <summary>What a task is answered at 169.254.170.2.</summary>
public sealed class TaskInsideTests
{
    private const string Trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";

    /// <summary>A running task as its own container sees the world.</summary>
    private sealed class Asker(TaskWorld world, string arn, string address, IReadOnlyDictionary<string, string> environment)
    {
        public string Arn => arn;
        public string Address => address;
        public string V4 => Path("ECS_CONTAINER_METADATA_URI_V4");
        public string Credentials => environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"];

        public string Path(string variable) => new Uri(environment[variable]).AbsolutePath;

        public Task<(int Status, string Body)> AskAsync(string path, string method = "GET", string body = "", string? from = null) =>
            world.World.Inside.AskAsync(world.World.Inside.Open.First(n => n is InsideNetwork.Bridge), from ?? address, path, method, body);

        public async Task<JsonObject> JsonAsync(string path)
        {
            var (status, body) = await AskAsync(path);
            status.ShouldBe(200, body);
            return JsonNode.Parse(body)?.AsObject() ?? throw new InvalidOperationException("null");
        }
    }

    private static void Run(Func<TaskWorld, Task> test) => TaskWorld.Run(5, async world =>
    {
        foreach (var role in new[] { "execution", "app" })
            await world.World.Client<IIam>().CreateRoleAsync(new() { RoleName = role, AssumeRolePolicyDocument = Trust }, world.World.Caller, default);
        await test(world);
    }, more: services => services.AddIam("123456789012", "AKIAROOT", "secret").AddSts());

    private static async Task<Asker> StartAsync(TaskWorld world, RegisterTaskDefinitionRequest? definition = null)
    {
        definition ??= TaskWorld.Fargate(TaskWorld.Container() with { Cpu = 64, DockerLabels = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add("team", "x") })
            with { TaskRoleArn = "arn:aws:iam::123456789012:role/app" };
        var before = world.Containers().Select(c => c.Id).ToHashSet(StringComparer.Ordinal);
        var arn = (await world.RunAsync(definition)).TaskArn ?? "";
        var running = await world.UntilAsync(arn, "RUNNING");
        var container = world.Containers().First(c => !before.Contains(c.Id));
        return new(world, arn, running.Containers?[0].NetworkInterfaces?[0].PrivateIpv4Address ?? "", container.Spec.Environment);
    }

    [Fact]
    public void A_container_reads_its_own_metadata() => Run(async world =>
    {
        var asker = await StartAsync(world);
        var me = await asker.JsonAsync(asker.V4);
        ((string?)me["Name"], (string?)me["Image"], (string?)me["KnownStatus"], (string?)me["Type"]).ShouldBe(("app", "app:1", "RUNNING", "NORMAL"));
        ((string?)me["Labels"]?["team"]).ShouldBe("x");
        ((string?)me["Labels"]?["com.amazonaws.ecs.task-arn"]).ShouldBe(asker.Arn);
        ((string?)me["Networks"]?[0]?["IPv4Addresses"]?[0]).ShouldBe(asker.Address);
        ((string?)me["Networks"]?[0]?["NetworkMode"]).ShouldBe("awsvpc");
        ((int?)me["Limits"]?["CPU"]).ShouldBe(64);
        ((string?)me["ContainerARN"]).ShouldBe((await world.DescribeAsync(asker.Arn)).Containers?[0].ContainerArn);
        var old = await asker.JsonAsync(asker.Path("ECS_CONTAINER_METADATA_URI"));
        old.ContainsKey("ContainerARN").ShouldBeFalse(); // AWS: version 3 knows less.
    });

    [Fact]
    public void A_container_reads_its_tasks_metadata() => Run(async world =>
    {
        var asker = await StartAsync(world);
        var task = await asker.JsonAsync($"{asker.V4}/task");
        ((string?)task["TaskARN"], (string?)task["Family"], (string?)task["Revision"], (string?)task["LaunchType"]).ShouldBe((asker.Arn, "web", "1", "FARGATE"));
        ((double?)task["Limits"]?["CPU"], (int?)task["Limits"]?["Memory"]).ShouldBe((0.25, 512));
        task["Containers"]?.AsArray().Count.ShouldBe(1);
        ((string?)task["Cluster"]).ShouldBe("arn:aws:ecs:us-east-1:123456789012:cluster/default");
    });

    [Fact]
    public void A_task_may_ask_only_for_itself() => Run(async world =>
    {
        var one = await StartAsync(world);
        var other = await StartAsync(world, TaskWorld.Fargate(TaskWorld.Container()) with { Family = "other" });
        (await other.AskAsync(one.V4)).Status.ShouldBe(404); // The right id from the wrong address.
        (await other.AskAsync(one.Credentials)).Status.ShouldBe(400);
        (await one.AskAsync(one.V4)).Status.ShouldBe(200);
    });

    [Theory]
    [InlineData("/v4/none", 404, "\"V4 container metadata handler: unable to get container ID from request: unable to get docker ID from v3 endpoint ID: none\"")]
    [InlineData("/v3/none/task", 404, "\"V3 task metadata handler: unable to get task arn from request: unable to get task Arn from v3 endpoint ID: none\"")]
    [InlineData("/v2/credentials", 400, """{"code":"NoIdInRequest","message":"CredentialsV2Request: No Credential ID in the request","HTTPErrorCode":400}""")]
    [InlineData("/v2/credentials/none", 400, """{"code":"InvalidIdInRequest","message":"CredentialsV2Request: Credentials not found","HTTPErrorCode":400}""")]
    [InlineData("/api/none/task-protection/v1/state", 404, """{"error":{"Code":"ResourceNotFoundException","Message":"Failed to find a task for the request"}}""")]
    [InlineData("/", 404, "404 page not found\n")]
    public void Who_asks_wrongly_is_answered_as_by_the_agent(string path, int status, string body) => Run(async world =>
        (await (await StartAsync(world)).AskAsync(path)).ShouldBe((status, body)));

    [Fact]
    public void Credentials_are_those_of_the_task_role_and_change_before_they_end() => Run(async world =>
    {
        var asker = await StartAsync(world);
        var first = await asker.JsonAsync(asker.Credentials);
        ((string?)first["RoleArn"]).ShouldBe("arn:aws:iam::123456789012:role/app");
        var again = await asker.JsonAsync(asker.Credentials);
        ((string?)again["AccessKeyId"]).ShouldBe((string?)first["AccessKeyId"]);

        var end = DateTimeOffset.Parse((string?)first["Expiration"] ?? "", System.Globalization.CultureInfo.InvariantCulture);
        while (world.World.Time.GetUtcNow() < end)
        {
            var now = await asker.JsonAsync(asker.Credentials);
            var left = DateTimeOffset.Parse((string?)now["Expiration"] ?? "", System.Globalization.CultureInfo.InvariantCulture) - world.World.Time.GetUtcNow();
            left.ShouldBeGreaterThan(TimeSpan.FromMinutes(25)); // Whoever asks never gets keys that are about to end.
            await world.World.RunFor(TimeSpan.FromMinutes(5));
        }

        ((string?)(await asker.JsonAsync(asker.Credentials))["AccessKeyId"]).ShouldNotBe((string?)first["AccessKeyId"]);
    });

    [Fact]
    public void A_task_without_a_role_has_no_credentials() => Run(async world =>
    {
        await StartAsync(world, TaskWorld.Fargate(TaskWorld.Container()));
        world.Containers()[0].Spec.Environment.ShouldNotContainKey("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    });

    [Fact]
    public void Statistics_have_rates_of_the_network() => Run(async world =>
    {
        var asker = await StartAsync(world);
        await world.World.RunFor(TimeSpan.FromSeconds(10));
        var stats = await asker.JsonAsync($"{asker.V4}/stats");
        ((double?)stats["network_rate_stats"]?["rx_bytes_per_sec"]).ShouldNotBeNull().ShouldBe(1000, 20);
        ((double?)stats["network_rate_stats"]?["tx_bytes_per_sec"]).ShouldNotBeNull().ShouldBe(500, 20);
        var all = await asker.JsonAsync($"{asker.V4}/task/stats");
        all.Select(s => s.Key).ShouldBe([(await world.DescribeAsync(asker.Arn)).Containers?[0].RuntimeId]);
    });

    [Fact]
    public void A_task_that_asks_too_much_is_told_so() => Run(async world =>
    {
        var asker = await StartAsync(world);
        var answers = await Task.WhenAll(Enumerable.Range(0, RequestBudget.Burst * 2).Select(_ => asker.AskAsync("/v2/credentials/none")));
        answers.ShouldAllBe(a => a.Status == 400); // Nobody's questions are not counted with anybody.
        answers = await Task.WhenAll(Enumerable.Range(0, RequestBudget.Burst * 2).Select(_ => asker.AskAsync(asker.Credentials)));
        answers.Count(a => a.Status == 200).ShouldBeInRange(RequestBudget.Burst, RequestBudget.Burst + 5);
        answers.Last().ShouldBe((429, "You have reached maximum request limit."));
        await world.World.RunFor(TimeSpan.FromSeconds(1));
        (await asker.AskAsync(asker.Credentials)).Status.ShouldBe(200);
    });

    [Fact]
    public void After_a_crash_running_tasks_are_answered_again() => Run(async world =>
    {
        var asker = await StartAsync(world);
        await world.World.RestartAsync();
        await world.World.Eventually(() => world.World.Inside.Open.Count > 0, TimeSpan.FromSeconds(5));
        (await asker.AskAsync(asker.V4)).Status.ShouldBe(200);
        (await asker.AskAsync(asker.Credentials)).Status.ShouldBe(200);
    });

    [Fact]
    public void A_stopped_task_is_a_stranger() => Run(async world =>
    {
        var asker = await StartAsync(world);
        await world.StopAsync(asker.Arn);
        await world.UntilAsync(asker.Arn, "STOPPED");
        (await asker.AskAsync(asker.V4)).Status.ShouldBe(404);
    });

    [Theory]
    [InlineData("{}", "Invalid request: does not contain 'ProtectionEnabled' field")]
    [InlineData("""{"ProtectionEnabled":true,"Other":1}""", "UpdateTaskProtection: failed to decode request")]
    [InlineData("nothing", "UpdateTaskProtection: failed to decode request")]
    public void A_wish_for_protection_is_read_strictly(string body, string words) => Run(async world =>
    {
        var asker = await StartAsync(world);
        var (status, answer) = await asker.AskAsync($"{asker.Path("ECS_AGENT_URI")}/task-protection/v1/state", "PUT", body);
        status.ShouldBe(400);
        JsonNode.Parse(answer)?["error"]?["Message"]?.GetValue<string>().ShouldBe(words);
    });

    [Fact]
    public void Where_the_address_cannot_be_had_tasks_run_all_the_same() => Run(async world =>
    {
        world.World.Inside.Refusal = "nft does not start";
        await StartAsync(world);
        world.World.History.Lines.ShouldContain(l => l.Contains("get neither metadata nor credentials: nft does not start"));
    });
}
