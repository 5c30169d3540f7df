using System.Text.Json.Nodes;
using Minato.Cli.Demo;

namespace Minato.Acceptance;

/// <summary>Security groups and packets: real containers, real nftables, a real load balancer.</summary>
[Collection(nameof(Host)), Trait("Floor", "engine")]
public sealed class SecurityGroupTests(Host host)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_group_that_does_not_open_the_port_makes_the_target_time_out_and_one_that_does_makes_it_healthy()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        Assert.SkipUnless(File.Exists("/usr/bin/aws") && File.Exists("/usr/sbin/nft"), "the AWS CLI or nftables is not installed");
        var subnets = (await host.AwsAsync(Ct, "ec2", "describe-subnets"))?["Subnets"]?.AsArray() ?? [];
        var vpc = $"{subnets[0]?["VpcId"]}";
        var group = $"{(await host.AwsAsync(Ct, "ec2", "create-security-group", "--group-name", "closed", "--description", "closed", "--vpc-id", vpc))?["GroupId"]}";
        var target = await BehindAsync("closed", vpc, subnets);
        var task = await RunAsync($"{subnets[0]?["SubnetId"]}", group);
        await host.AwsAsync(Ct, "elbv2", "register-targets", "--target-group-arn", target, "--targets", $"Id={task}");
        await BecomesAsync(target, "unhealthy Target.Timeout");
        var peers = $"{(await host.AwsAsync(Ct, "ec2", "describe-security-groups", "--group-names", "default"))?["SecurityGroups"]?[0]?["GroupId"]}";
        await host.AwsAsync(Ct, "ec2", "authorize-security-group-ingress", "--group-id", group, "--ip-permissions",
            $"IpProtocol=tcp,FromPort=80,ToPort=80,UserIdGroupPairs=[{{GroupId={peers}}}]");
        await BecomesAsync(target, "healthy ");
    }

    private async Task<string> BehindAsync(string name, string vpc, JsonArray subnets)
    {
        var balancer = (await host.AwsAsync(Ct, ["elbv2", "create-load-balancer", "--name", name, "--subnets", .. subnets.Select(s => $"{s?["SubnetId"]}")]))
            ?["LoadBalancers"]?[0]?["LoadBalancerArn"];
        var target = $"{(await host.AwsAsync(Ct, "elbv2", "create-target-group", "--name", name, "--protocol", "HTTP", "--port", "80", "--target-type", "ip",
            "--vpc-id", vpc, "--health-check-path", "/health", "--health-check-interval-seconds", "5", "--health-check-timeout-seconds", "2", "--healthy-threshold-count", "2",
            "--unhealthy-threshold-count", "2"))?["TargetGroups"]?[0]?["TargetGroupArn"]}";
        await host.AwsAsync(Ct, "elbv2", "create-listener", "--load-balancer-arn", $"{balancer}", "--port", "80", "--protocol", "HTTP",
            "--default-actions", $"Type=forward,TargetGroupArn={target}");
        return target;
    }

    private async Task<string> RunAsync(string subnet, string group)
    {
        await host.AwsAsync(Ct, "ecs", "create-cluster", "--cluster-name", "closed");
        await host.AwsAsync(Ct, "ecs", "register-task-definition", "--family", "closed", "--network-mode", "awsvpc", "--requires-compatibilities", "FARGATE",
            "--cpu", "256", "--memory", "512", "--execution-role-arn", await ExecutionRole.EnsureAsync(host.Minato, Ct),
            "--container-definitions", $"[{{\"name\":\"web\",\"image\":\"{host.Image.Name("v1")}\"}}]");
        var task = $"{(await host.AwsAsync(Ct, "ecs", "run-task", "--cluster", "closed", "--task-definition", "closed", "--launch-type", "FARGATE",
            "--network-configuration", $"awsvpcConfiguration={{subnets=[{subnet}],securityGroups=[{group}]}}"))?["tasks"]?[0]?["taskArn"]}";
        await host.AwsAsync(Ct, "ecs", "wait", "tasks-running", "--cluster", "closed", "--tasks", task);
        return $"{(await host.AwsAsync(Ct, "ecs", "describe-tasks", "--cluster", "closed", "--tasks", task))?["tasks"]?[0]?["containers"]?[0]?["networkInterfaces"]?[0]?["privateIpv4Address"]}";
    }

    private Task BecomesAsync(string target, string wanted) => Host.UntilAsync(wanted, async () =>
    {
        var health = (await host.AwsAsync(Ct, "elbv2", "describe-target-health", "--target-group-arn", target))?["TargetHealthDescriptions"]?[0]?["TargetHealth"];
        return ($"{health?["State"]} {health?["Reason"]}" == wanted, $"{health}");
    }, Ct, 60);
}
