using Minato.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Minato.Acceptance;

/// <summary>ECS Exec from the command line through the server into a real container.</summary>
[Collection(nameof(Host)), Trait("Floor", "engine")]
public sealed class ExecTests(Host host)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Exec_shows_what_a_command_writes_and_ends_with_its_exit_code()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        var (ecs, caller) = (host.Minato.Ecs, host.Minato.Caller);
        await ecs.CreateClusterAsync(new() { ClusterName = "exec" }, caller, Ct);
        var definition = await host.World("exec").RegisterAsync("v1", Ct);
        var subnet = (await host.Minato.Ec2.DescribeSubnetsAsync(new(), caller, Ct)).Subnets?[0].SubnetId ?? "";
        var started = await ecs.RunTaskAsync(new()
        {
            Cluster = "exec", TaskDefinition = definition, LaunchType = LaunchType.Fargate, EnableExecuteCommand = true,
            NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = [subnet] } },
        }, caller, Ct);
        var arn = started.Tasks?[0].TaskArn ?? "";
        await Host.UntilAsync("the task", async () =>
        {
            var status = (await ecs.DescribeTasksAsync(new() { Cluster = "exec", Tasks = [arn] }, caller, Ct)).Tasks?[0].LastStatus;
            return (status == "RUNNING", status ?? "");
        }, Ct, 30);

        var result = await host.RunAsync(Ct, "exec", arn, "--cluster", "exec", "--container", "web", "--", "/bin/busybox", "sh", "-c", "echo hi; exit 3");
        await ecs.StopTaskAsync(new() { Cluster = "exec", Task = arn }, caller, Ct);
        (result.Code, result.Output.Trim()).ShouldBe((3, "hi"));
    }
}
