using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Minato.Contracts.ElasticLoadBalancingV2;
using Task = System.Threading.Tasks.Task;

namespace Minato.Acceptance;

/// <summary>How a server comes and goes: what is in its way, who still talks to it, and what the shell around it is like.</summary>
[Trait("Floor", "engine")]
public sealed class ServerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Down_waits_neither_for_those_who_follow_events_nor_for_a_request_that_never_ends()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        await using var host = new Host();
        await host.StartAsync(Ct);
        var (installation, running) = host.Files.Require();
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(running.Endpoint, "/_minato/events"));
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{installation.RootKey.AccessKeyId}:{installation.RootKey.SecretAccessKey}")));
        using var events = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        await StopAsync(host, within: 3);
        (await events.Content.ReadAsStringAsync(Ct)).ShouldBe("", "an end, and not a broken connection");

        await host.UpAsync(Ct);
        await host.Minato.Ecr.CreateRepositoryAsync(new() { RepositoryName = "half" }, host.Minato.Caller, Ct);
        var login = (await host.Minato.Ecr.GetAuthorizationTokenAsync(new(), host.Minato.Caller, Ct)).AuthorizationData?[0].AuthorizationToken;
        using var half = new TcpClient("127.0.0.1", host.Minato.Endpoint.Port);
        await half.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /v2/half/blobs/uploads/?digest=sha256:{new string('0', 64)} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {login}\r\nContent-Length: 100\r\n\r\nx"), Ct);
        await Task.Delay(500, Ct);
        await StopAsync(host, within: 12);
    }

    [Theory, InlineData("logs -f"), InlineData("events -f"), InlineData("events --bus")]
    public async Task What_follows_ends_when_nobody_reads_any_more(string command)
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        await using var host = new Host();
        await host.StartAsync(Ct);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        var told = await Shell.RunAsync("/bin/bash", ["-c", $"'{Host.Cli}' --data '{host.Data}' {command} | true; echo ${{PIPESTATUS[0]}}"], limit.Token);
        (told.Output, told.Error).ShouldBe(("141\n", ""));
    }

    [Fact]
    public async Task Env_turns_an_environment_around_whatever_it_pointed_at()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        await using var host = new Host { Data = Path.Combine(Path.GetTempPath(), $"minato it's; \"odd\" {Guid.NewGuid():N}") };
        await host.StartAsync(Ct);
        var elsewhere = new Dictionary<string, string>
        {
            ["AWS_PROFILE"] = "nobody", ["AWS_DEFAULT_PROFILE"] = "nobody", ["AWS_SESSION_TOKEN"] = "old", ["AWS_SECURITY_TOKEN"] = "older",
            ["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true", ["HTTP_PROXY"] = "http://127.0.0.1:9", ["AWS_REGION"] = "eu-north-1", ["MINATO_DATA"] = host.Data,
        };
        var asked = await Shell.RunAsync("/bin/sh", ["-c", $"eval \"$({Host.Cli} env --data \"$MINATO_DATA\")\" && aws sts get-caller-identity --query Account --output text"], Ct, elsewhere);
        (asked.Code, asked.Output, asked.Error).ShouldBe((0, "123456789012\n", ""));

        // The proxy has a word to say about the folder, too.
        var subnets = (await host.Minato.Ec2.DescribeSubnetsAsync(new(), host.Minato.Caller, Ct)).Subnets ?? [];
        var balancer = (await host.Minato.Elb.CreateLoadBalancerAsync(new() { Name = "odd", Subnets = [.. subnets.Select(s => s.SubnetId ?? "")] }, host.Minato.Caller, Ct)).LoadBalancers?[0];
        await host.Minato.Elb.CreateListenerAsync(new()
        {
            LoadBalancerArn = balancer?.LoadBalancerArn ?? "", Protocol = ProtocolEnum.Http, Port = 80,
            DefaultActions = [new() { Type = ActionTypeEnum.FixedResponse, FixedResponseConfig = new() { StatusCode = "200", MessageBody = "here" } }],
        }, host.Minato.Caller, Ct);
        using var http = new HttpClient();
        await Host.UntilAsync("the load balancer's answer", async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, host.Minato.Endpoint);
            request.Headers.Host = balancer?.DNSName;
            using var answer = await http.SendAsync(request, Ct);
            var text = await answer.Content.ReadAsStringAsync(Ct);
            return (text == "here", text);
        }, Ct, 20);
    }

    [Fact]
    public async Task Up_says_in_a_line_why_a_folder_does_not_do()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        await using var host = new Host();
        Directory.CreateDirectory(Path.Combine(host.Data, "server.json.new"));
        var up = await host.RunAsync(Ct, "up", "--detach", "--no-install", "--port", "0");
        up.Code.ShouldBe(1);
        up.Error.ShouldStartWith($"minato: the server stopped at once: the data directory {host.Data} cannot be written: ");
        up.Error.ShouldEndWith("or choose another with --data DIR.\n");
        (await host.RunAsync(Ct, "down", "--purge")).Ok();
        Directory.Delete(host.Data, recursive: true); // What was there before is left.

        await using var other = new Host(new Dictionary<string, string> { ["MINATO_MASTER_KEY"] = "short" });
        up = await other.RunAsync(Ct, "up", "--detach", "--no-install", "--port", "0");
        (up.Code, up.Error).ShouldBe((1, "minato: the server stopped at once: MINATO_MASTER_KEY is not a key: it must be 32 bytes in Base64 or hexadecimal digits.\n"));
    }

    [Fact]
    public async Task Up_down_and_reset_answer_in_json()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        await using var host = new Host();
        var up = await Json(host, "up", "--detach", "--no-install", "--port", "0");
        $"{up?["endpoint"]}/".ShouldBe($"{host.Files.Require().Running.Endpoint}");
        $"{(await Json(host, "reset"))?["status"]}".ShouldBe("reset");
        var down = await Json(host, "down", "--purge");
        ((bool?)down?["stopped"], (int?)down?["containersRemoved"]).ShouldBe((true, 0));
        ((bool?)(await Json(host, "down"))?["stopped"]).ShouldBe(false);
    }

    private static async Task<System.Text.Json.Nodes.JsonNode?> Json(Host host, params string[] command) =>
        System.Text.Json.Nodes.JsonNode.Parse((await host.RunAsync(Ct, [.. command, "--json"])).Ok());

    private static async Task StopAsync(Host host, int within)
    {
        var watch = Stopwatch.StartNew();
        (await host.RunAsync(Ct, "down")).Ok();
        watch.Elapsed.TotalSeconds.ShouldBeLessThan(within);
    }
}
