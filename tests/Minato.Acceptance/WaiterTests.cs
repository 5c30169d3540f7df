using System.Text.Json.Nodes;
using Task = System.Threading.Tasks.Task;

namespace Minato.Acceptance;

/// <summary>The waiters of the real AWS CLI, with the answers that let them pass and those that make them give up.</summary>
[Collection(nameof(Host)), Trait("Floor", "engine")]
public sealed class WaiterTests(Host host)
{
    private const int GaveUp = 255;
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Waiters_of_services_and_load_balancers_see_a_service_come_and_go()
    {
        SkipWithout();
        var world = host.World("waiters");
        var definition = await world.RegisterAsync("v1", Ct);
        await world.CreateLoadBalancerAsync(Ct);
        await WaitAsync("elbv2", "load-balancer-exists", "--names", "waiters");
        await WaitAsync("elbv2", "load-balancer-available", "--load-balancer-arns", world.LoadBalancerArn);
        await world.CreateServiceAsync(definition, Ct);
        await WaitAsync("ecs", "services-stable", "--cluster", "waiters", "--services", "web");
        (await world.TasksAsync(Ct)).Length.ShouldBe(3, "stable is when as many run as are wanted");
        await WaitAsync("elbv2", "target-in-service", "--target-group-arn", world.TargetGroupArn);
        var target = (await host.AwsAsync(Ct, "elbv2", "describe-target-health", "--target-group-arn", world.TargetGroupArn))?["TargetHealthDescriptions"]?[0]?["Target"];

        await host.AwsAsync(Ct, "ecs", "delete-service", "--cluster", "waiters", "--service", "web", "--force");
        (await ResultAsync("ecs", "services-stable", "--cluster", "waiters", "--services", "web")).ShouldBe(
            (GaveUp, "Waiter ServicesStable failed: Waiter encountered a terminal failure state: For expression \"services[].status\" we matched expected path: \"DRAINING\" at least once"));
        await WaitAsync("ecs", "services-inactive", "--cluster", "waiters", "--services", "web");
        $"{(await host.AwsAsync(Ct, "ecs", "describe-services", "--cluster", "waiters", "--services", "web"))?["services"]?[0]?["status"]}".ShouldBe("INACTIVE");
        await WaitAsync("elbv2", "target-deregistered", "--target-group-arn", world.TargetGroupArn, "--targets", $"Id={target?["Id"]},Port={target?["Port"]}");
        await host.AwsAsync(Ct, "elbv2", "delete-load-balancer", "--load-balancer-arn", world.LoadBalancerArn);
        await WaitAsync("elbv2", "load-balancers-deleted", "--load-balancer-arns", world.LoadBalancerArn);
    }

    [Theory]
    [InlineData("services-stable", "Waiter ServicesStable failed"), InlineData("services-inactive", "Waiter ServicesInactive failed")]
    public async Task A_service_that_is_not_there_fails_its_waiters_at_once(string waiter, string words)
    {
        SkipWithout();
        await host.AwsAsync(Ct, "ecs", "create-cluster", "--cluster-name", "empty");
        var (code, error) = await ResultAsync("ecs", waiter, "--cluster", "empty", "--services", "nobody");
        (code, error.Contains("MISSING", StringComparison.Ordinal)).ShouldBe((GaveUp, true), error);
        error.ShouldStartWith(words);
    }

    [Fact]
    public async Task Waiters_of_tasks_see_them_run_stop_and_fail()
    {
        SkipWithout();
        await host.AwsAsync(Ct, "ecs", "create-cluster", "--cluster-name", "waited");
        var good = await RunAsync(host.Image.Name("v1"));
        await WaitAsync("ecs", "tasks-running", "--cluster", "waited", "--tasks", good);
        await host.AwsAsync(Ct, "ecs", "stop-task", "--cluster", "waited", "--task", good);
        await WaitAsync("ecs", "tasks-stopped", "--cluster", "waited", "--tasks", good);

        var bad = await RunAsync(host.Image.Name("never-pushed"));
        var (code, error) = await ResultAsync("ecs", "tasks-running", "--cluster", "waited", "--tasks", bad);
        (code, error).ShouldBe((GaveUp, "Waiter TasksRunning failed: Waiter encountered a terminal failure state: For expression \"tasks[].lastStatus\" we matched expected path: \"STOPPED\" at least once"));
        await WaitAsync("ecs", "tasks-stopped", "--cluster", "waited", "--tasks", bad);
        (await ResultAsync("ecs", "tasks-running", "--cluster", "waited", "--tasks", new string('0', 32))).Error.ShouldContain("MISSING");
    }

    private async Task<string> RunAsync(string image)
    {
        var definition = new JsonObject
        {
            ["family"] = "waited", ["networkMode"] = "awsvpc", ["requiresCompatibilities"] = new JsonArray("FARGATE"), ["cpu"] = "256", ["memory"] = "512",
            ["executionRoleArn"] = await Minato.Cli.Demo.ExecutionRole.EnsureAsync(host.Minato, Ct),
            ["containerDefinitions"] = new JsonArray(new JsonObject { ["name"] = "web", ["image"] = image, ["essential"] = true }),
        };
        await host.AwsAsync(Ct, "ecs", "register-task-definition", "--cli-input-json", definition.ToJsonString());
        var subnet = $"{(await host.AwsAsync(Ct, "ec2", "describe-subnets"))?["Subnets"]?[0]?["SubnetId"]}";
        return $"{(await host.AwsAsync(Ct, "ecs", "run-task", "--cluster", "waited", "--task-definition", "waited", "--launch-type", "FARGATE",
            "--network-configuration", $"awsvpcConfiguration={{subnets=[{subnet}]}}"))?["tasks"]?[0]?["taskArn"]}";
    }

    private async Task WaitAsync(string service, string waiter, params string[] arguments) => (await host.AwsResultAsync(Ct, [service, "wait", waiter, .. arguments])).Ok();

    private async Task<(int Code, string Error)> ResultAsync(string service, string waiter, params string[] arguments)
    {
        var result = await host.AwsResultAsync(Ct, [service, "wait", waiter, .. arguments]);
        return (result.Code, result.Error.Trim());
    }

    private static void SkipWithout()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        Assert.SkipUnless(File.Exists("/usr/bin/aws"), "the AWS CLI is not installed");
    }
}
