using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Minato.Cli.Demo;
using Task = System.Threading.Tasks.Task;

namespace Minato.Acceptance;

/// <summary>Real clients, and what bad input gets.</summary>
[Collection(nameof(Host)), Trait("Floor", "engine")]
public sealed class ClientTests(Host host)
{
    private const string Ecs = "AmazonEC2ContainerServiceV20141113";
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_aws_cli_runs_and_stops_a_task_and_reads_its_log()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        Assert.SkipUnless(File.Exists("/usr/bin/aws"), "the AWS CLI is not installed");
        await host.AwsAsync(Ct, "ecs", "create-cluster", "--cluster-name", "cli");
        var definition = new JsonObject
        {
            ["family"] = "my-task", ["networkMode"] = "awsvpc", ["requiresCompatibilities"] = new JsonArray("FARGATE"), ["cpu"] = "256", ["memory"] = "512",
            ["executionRoleArn"] = await ExecutionRole.EnsureAsync(host.Minato, Ct),
            ["containerDefinitions"] = new JsonArray(new JsonObject
            {
                ["name"] = "my-container", ["image"] = host.Image.Name("v1"), ["essential"] = true,
                ["logConfiguration"] = new JsonObject
                {
                    ["logDriver"] = "awslogs",
                    ["options"] = new JsonObject { ["awslogs-group"] = "/ecs/my-task", ["awslogs-region"] = "eu-west-1", ["awslogs-stream-prefix"] = "ecs", ["awslogs-create-group"] = "true" },
                },
            }),
        };
        await host.AwsAsync(Ct, "ecs", "register-task-definition", "--cli-input-json", definition.ToJsonString());
        var subnet = $"{(await host.AwsAsync(Ct, "ec2", "describe-subnets"))?["Subnets"]?[0]?["SubnetId"]}";
        var task = $"{(await host.AwsAsync(Ct, "ecs", "run-task", "--cluster", "cli", "--task-definition", "my-task", "--launch-type", "FARGATE",
            "--network-configuration", $"awsvpcConfiguration={{subnets=[{subnet}]}}"))?["tasks"]?[0]?["taskArn"]}";
        await host.AwsAsync(Ct, "ecs", "wait", "tasks-running", "--cluster", "cli", "--tasks", task);
        var stream = $"ecs/my-container/{task.Split('/')[^1]}";
        await Host.UntilAsync("the log line", async () =>
        {
            var events = await host.AwsAsync(Ct, "logs", "get-log-events", "--log-group-name", "/ecs/my-task", "--log-stream-name", stream);
            return (events?["events"]?.AsArray().Any(e => $"{e?["message"]}" == "version v1 starts") is true, $"{events}");
        }, Ct, 10);
        await host.AwsAsync(Ct, "ecs", "stop-task", "--cluster", "cli", "--task", task, "--reason", "seen enough");
        await host.AwsAsync(Ct, "ecs", "wait", "tasks-stopped", "--cluster", "cli", "--tasks", task);
        var stopped = (await host.AwsAsync(Ct, "ecs", "describe-tasks", "--cluster", "cli", "--tasks", task))?["tasks"]?[0];
        $"{stopped?["stoppedReason"]}".ShouldBe("seen enough");
        $"{stopped?["stopCode"]}".ShouldBe("UserInitiated");
    }

    [Fact]
    public async Task The_aws_cli_prints_errors_as_aws_words_them()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        Assert.SkipUnless(File.Exists("/usr/bin/aws"), "the AWS CLI is not installed");
        (await host.AwsResultAsync(Ct, "ecs", "list-services", "--cluster", "nowhere")).Error
            .ShouldContain("An error occurred (ClusterNotFoundException) when calling the ListServices operation: Cluster not found.");
        (await host.AwsResultAsync(Ct, "elbv2", "describe-load-balancers", "--names", "nobody")).Error
            .ShouldContain("An error occurred (LoadBalancerNotFound) when calling the DescribeLoadBalancers operation");
        (await host.AwsAsync(Ct, "sts", "get-caller-identity"))?["Arn"]?.ToString().ShouldBe("arn:aws:iam::123456789012:root");
    }

    [Theory]
    [InlineData("ListClusters", "{", 400, "SerializationException")]
    [InlineData("NoSuchOperation", "{}", 400, "UnknownOperationException")]
    [InlineData("RunTask", "{}", 400, "InvalidParameterException")]
    [InlineData("ListClusters", "{\"maxResults\":\"many\"}", 400, "SerializationException")]
    public async Task Bad_input_gets_the_exact_error_and_no_stack_trace(string operation, string body, int status, string type)
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        var (code, text) = await SignedAsync(operation, body);
        ((int)code).ShouldBe(status, text);
        $"{JsonNode.Parse(text)?["__type"]}".ShouldContain(type);
        text.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task A_wrong_signature_lets_nobody_in()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        var (code, text) = await SignedAsync("ListClusters", "{}", secret: "not the secret");
        ((int)code).ShouldBe(400, text);
        $"{JsonNode.Parse(text)?["__type"]}".ShouldContain("InvalidSignatureException");
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, host.Minato.Endpoint) { Content = new StringContent("{}", Encoding.UTF8, "application/x-amz-json-1.1") };
        request.Headers.TryAddWithoutValidation("X-Amz-Target", $"{Ecs}.ListClusters");
        using var answer = await http.SendAsync(request, Ct);
        (await answer.Content.ReadAsStringAsync(Ct)).ShouldContain("MissingAuthenticationTokenException");
        answer.IsSuccessStatusCode.ShouldBeFalse();
    }

    [Fact]
    public async Task A_body_over_10_MiB_is_refused()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        var (code, _) = await SignedAsync("ListClusters", "{\"nextToken\":\"" + new string('x', 11 << 20) + "\"}");
        code.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Status_is_json_on_request_and_plain_in_a_pipe()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        var status = JsonNode.Parse((await host.RunAsync(Ct, "status", "--json")).Ok());
        $"{status?["account"]}".ShouldBe("123456789012");
        (await host.RunAsync(Ct, "status")).Ok().ShouldNotContain("\u001b[");
        (await host.RunAsync(Ct, "env")).Ok().ShouldContain($"export AWS_ENDPOINT_URL='{host.Minato.Endpoint.ToString().TrimEnd('/')}'");
    }

    [Theory]
    [InlineData("events nobody", "there is no service nobody. ./minato status shows all of them."), InlineData("events --cluster nowhere", "there is no cluster nowhere. ./minato status shows all of them.")]
    [InlineData("logs nowhere", "there is no log group nowhere. ./minato logs shows all of them.")]
    public async Task What_is_asked_for_and_not_there_is_an_error(string command, string words)
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        var told = await host.RunAsync(Ct, command.Split(' '));
        (told.Code, told.Error).ShouldBe((1, $"minato: {words}\n"));
        (await host.RunAsync(Ct, "logs", "--minutes", $"{int.MaxValue}")).Ok();
    }

    [Fact]
    public async Task A_load_balancer_answers_to_its_name_on_the_endpoint()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        var world = host.World("by-name");
        var v1 = await world.RegisterAsync("v1", Ct);
        await world.CreateLoadBalancerAsync(Ct);
        await world.CreateServiceAsync(v1, Ct);
        await host.SteadyAsync(world, v1, Ct);
        var name = (await host.Minato.Elb.DescribeLoadBalancersAsync(new() { LoadBalancerArns = [world.LoadBalancerArn] }, host.Minato.Caller, Ct)).LoadBalancers?[0].DNSName;
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(host.Minato.Endpoint, "/cgi-bin/hello"));
        request.Headers.Host = name;
        using var answer = await http.SendAsync(request, Ct);
        (await answer.Content.ReadAsStringAsync(Ct)).ShouldStartWith("version v1 from ");
    }

    private async Task<(HttpStatusCode Status, string Text)> SignedAsync(string operation, string body, string? secret = null)
    {
        var key = host.Files.Require().Installation.RootKey;
        using var http = new HttpClient();
        using var request = RawRequest.Sign(host.Minato.Endpoint, $"{Ecs}.{operation}", body, key.AccessKeyId, secret ?? key.SecretAccessKey);
        using var answer = await http.SendAsync(request, Ct);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }
}
