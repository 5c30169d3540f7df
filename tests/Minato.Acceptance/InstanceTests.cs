using System.Text.Json.Nodes;

namespace Minato.Acceptance;

/// <summary>EC2 instances that containers play, with the real AWS CLI: what a legacy service is made of.</summary>
[Collection(nameof(Host)), Trait("Floor", "engine")]
public sealed class InstanceTests(Host host) : IDisposable
{
    private readonly LegacyMachines _machines = new(host);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A static program cannot look names up by itself where there is no C library, so the shell asks and fetches step by step.</summary>
    private const string Get = """
        get() { (printf 'GET %s HTTP/1.0\r\nHost: %s\r\n\r\n' "$2" "$1"; sleep 1) | nc -w 5 "$1" 80 | sed '1,/^.$/d'; }
        """;

    [Fact]
    public async Task A_legacy_machine_boots_serves_behind_a_load_balancer_and_others_find_it_by_name_in_the_vpc()
    {
        Assert.SkipWhen(LegacyMachines.Missing is not null, LegacyMachines.Missing ?? "");
        var image = await _machines.RegisterImageAsync("legacy");
        var legacy = await _machines.RunAsync(image, $"""
            #!/bin/sh
            {Get}
            mkdir -p /www
            get 169.254.169.254 /latest/meta-data/instance-id > /www/id
            echo ok > /www/health
            httpd -p 80 -h /www
            """);
        var (balancer, group) = await BehindAsync(legacy);
        await Host.UntilAsync("the health of the instance", async () =>
        {
            var health = (await host.AwsAsync(Ct, "elbv2", "describe-target-health", "--target-group-arn", group))?["TargetHealthDescriptions"]?[0]?["TargetHealth"];
            return ($"{health?["State"]}" == "healthy", $"{health} {await _machines.ConsoleAsync(legacy)}");
        }, Ct, 60);
        using var http = new HttpClient();
        var address = balancer?["AvailabilityZones"]?[0]?["LoadBalancerAddresses"]?[0]?["IpAddress"];
        (await http.GetStringAsync($"http://{address}/id", Ct)).ShouldBe(legacy, "what it learned of itself");

        var client = await _machines.RunAsync(image, $$"""
            #!/bin/sh
            {{Get}}
            for n in 1 2 3 4 5 6 7 8 9 10; do
              get "$(nslookup {{balancer?["DNSName"]}} | awk '/^Address: /{print $2; exit}')" /id | grep . && break
              sleep 1
            done

            """);
        await Host.UntilAsync("the answer of the load balancer inside of the VPC", async () => (await _machines.ConsoleAsync(client) is var said && said.Contains(legacy, StringComparison.Ordinal), said), Ct, 60);

        await host.AwsAsync(Ct, "ec2", "stop-instances", "--instance-ids", legacy);
        await host.AwsAsync(Ct, "ec2", "wait", "instance-stopped", "--instance-ids", legacy);
        var stopped = (await host.AwsAsync(Ct, "elbv2", "describe-target-health", "--target-group-arn", group))?["TargetHealthDescriptions"]?[0]?["TargetHealth"];
        $"{stopped?["State"]} {stopped?["Reason"]}".ShouldBe("unused Target.InvalidState");
        await _machines.TerminateAsync(legacy, client);
        (await Shell.DockerAsync(Ct, "ps", "-aq", "--filter", $"name=minato-{legacy}")).Ok().ShouldBeEmpty();
    }

    public void Dispose() => _machines.Dispose();

    private async Task<(JsonNode? Balancer, string Group)> BehindAsync(string instance)
    {
        var subnets = (await host.AwsAsync(Ct, "ec2", "describe-subnets", "--filters", "Name=default-for-az,Values=true"))?["Subnets"]?.AsArray() ?? [];
        var balancer = (await host.AwsAsync(Ct, ["elbv2", "create-load-balancer", "--name", "legacy", "--subnets", .. subnets.Select(s => $"{s?["SubnetId"]}")]))?["LoadBalancers"]?[0];
        var group = $"{(await host.AwsAsync(Ct, "elbv2", "create-target-group", "--name", "legacy", "--protocol", "HTTP", "--port", "80", "--target-type", "instance",
            "--vpc-id", $"{subnets[0]?["VpcId"]}", "--health-check-path", "/health", "--health-check-interval-seconds", "5", "--health-check-timeout-seconds", "2",
            "--healthy-threshold-count", "2", "--unhealthy-threshold-count", "2"))?["TargetGroups"]?[0]?["TargetGroupArn"]}";
        await host.AwsAsync(Ct, "elbv2", "create-listener", "--load-balancer-arn", $"{balancer?["LoadBalancerArn"]}", "--port", "80", "--protocol", "HTTP",
            "--default-actions", $"Type=forward,TargetGroupArn={group}");
        await host.AwsAsync(Ct, "elbv2", "register-targets", "--target-group-arn", group, "--targets", $"Id={instance}");
        return (balancer, group);
    }
}
