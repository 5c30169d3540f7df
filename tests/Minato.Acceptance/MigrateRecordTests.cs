using System.Globalization;
using Minato.Cli.Demo;
using Task = System.Threading.Tasks.Task;

namespace Minato.Acceptance;

/// <summary>The entry is a name: users ask the DNS server, believe its answers for as long as they may, and move when they ask again.</summary>
[Collection(nameof(Host)), Trait("Floor", "engine")]
public sealed class MigrateRecordTests(Host host) : IDisposable
{
    private const string Name = "by-record";
    private const string Domain = "www.by-record.example";
    private const string TestDomain = "test.by-record.example";
    private const int OldTtl = 12;
    private const int AliasTtl = 60;
    private const int Asked = 600;
    private readonly MigrationAtWork _migration = new(host);
    private readonly LegacyMachines _machines = new(host);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Resolvers_move_from_an_instance_to_a_load_balancer_as_their_answers_expire_and_no_request_fails()
    {
        Assert.SkipWhen(LegacyMachines.Missing is not null, LegacyMachines.Missing ?? "");
        Assert.SkipUnless(Shell.Has("dig"), "dig is not installed");
        var machine = await _machines.RunWebAsync(await _machines.RegisterImageAsync(Name), "--security-group-ids", await _machines.OpenGroupAsync(Name)); // No load balancer asks for its users.
        var old = $"{(await _machines.DescribeAsync(machine))?["PrivateIpAddress"]}";
        var world = await OpenAsync(old);
        var @new = world.Url.Host;
        await WritePlanAsync(old, @new);
        (await _migration.RunAsync("check")).Ok().ShouldContain($"entry: {old}");
        var users = new NamedTraffic(host, Domain, clients: 16);
        await using (users)
        {
            using var runner = _migration.Start("start");
            await _migration.UntilAsync("the question for the test stage", s => $"{s["standing"]}" == "waits for the approval of test");
            (await AnswersAsync(TestDomain, 5)).ShouldAllBe(a => a.Address == @new);
            (await AnswersAsync(Domain, 50)).ShouldAllBe(a => a.Address == old && a.Seconds <= 5, "the pair is there, and all of it old");
            (await _migration.RunAsync("approve")).Ok();
            await _migration.WeightAsync(25);
            var answers = await AnswersAsync(Domain, Asked);
            (100.0 * answers.Count(a => a.Address == @new) / Asked).ShouldBeInRange(17, 33); // 25, within four and a half deviations.
            answers.Select(a => a.Seconds).Distinct().ShouldBe([5, AliasTtl], ignoreOrder: true);
            await _migration.StageAsync("100 %");
            await runner.WaitForExitAsync(Ct);
            runner.ExitCode.ShouldBe(0, $"{await _migration.StatusAsync()}");
            (await AnswersAsync(Domain, 50)).ShouldAllBe(a => a.Address == @new);
            await _machines.TerminateAsync(machine); // Nobody believes in it any more.
            await Task.Delay(2000, Ct);
        }

        users.Failures.ShouldBeEmpty($"{users.Sent} requests");
        users.Versions.Keys.ShouldBe(["old", "v1"], ignoreOrder: true);
        users.Sent.ShouldBeGreaterThan(5000);
        await WaitedAsync();
        await host.Minato.Ecs.DeleteServiceAsync(new() { Cluster = world.Cluster, Service = DemoWorld.ServiceName, Force = true }, host.Minato.Caller, Ct);
    }

    public void Dispose()
    {
        _migration.Dispose();
        _machines.Dispose();
    }

    private async Task<DemoWorld> OpenAsync(string address)
    {
        var world = host.World(Name);
        await world.CreateLoadBalancerAsync(Ct);
        var definition = await world.RegisterAsync("v1", Ct);
        await world.CreateServiceAsync(definition, Ct);
        var zone = $"{(await host.AwsAsync(Ct, "route53", "create-hosted-zone", "--name", "by-record.example", "--caller-reference", Name))?["HostedZone"]?["Id"]}";
        await host.AwsAsync(Ct, "route53", "change-resource-record-sets", "--hosted-zone-id", zone, "--change-batch",
            $$$"""{"Changes":[{"Action":"CREATE","ResourceRecordSet":{"Name":"{{{Domain}}}","Type":"A","TTL":{{{OldTtl}}},"ResourceRecords":[{"Value":"{{{address}}}"}]}}]}""");
        await host.SteadyAsync(world, definition, Ct);
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        await Host.UntilAsync("the machine's page", async () =>
        {
            try { return ((await http.GetStringAsync($"http://{address}/cgi-bin/hello", Ct)).StartsWith("version old", StringComparison.Ordinal), "another page"); }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException) { return (false, e.Message); }
        }, Ct, 60);
        return world;
    }

    private Task WritePlanAsync(string old, string @new) => _migration.WriteAsync($$"""
        migration: {{Name}}
        new: { cluster: {{Name}}, service: {{DemoWorld.ServiceName}} }
        entry: { record: { zone: by-record.example, name: {{Domain}}, loadBalancer: {{Name}}, ttl: 5s } }
        test: { host: {{TestDomain}} }
        mirror: { requests: [/cgi-bin/hello, /health], headers: [content-type], ignore: ["version .*"], oldUrl: "http://{{old}}", newUrl: "http://{{@new}}" }
        probes: { path: /cgi-bin/hello, perSecond: 10 }
        gates: { errors: { worseBy: 10, minimumRequests: 50, confidence: 95 } }
        timing: { period: 5s, metricsDelay: 0s }
        stages:
          - { stage: prepare }
          - { stage: test, approval: true }
          - { weight: 25, hold: 10s }
          - { weight: 100, hold: 10s }
          - { stage: retire }
        """);

    /// <summary>How far apart the steps were, by the report: what was replaced had been forgotten before the next one.</summary>
    private async Task WaitedAsync()
    {
        var done = ((await _migration.ReportAsync())["decisions"]?.AsArray() ?? []).Where(d => $"{d?["kind"]}" == "done")
            .ToDictionary(d => $"{d?["words"]}".Split(':')[0], d => DateTimeOffset.Parse($"{d?["at"]}", CultureInfo.InvariantCulture));
        (done["lower-ttl-ttl"] - done["lower-ttl-insync"]).TotalSeconds.ShouldBeGreaterThanOrEqualTo(OldTtl);
        (done["pair-ttl"] - done["pair-insync"]).TotalSeconds.ShouldBeGreaterThanOrEqualTo(5);
        foreach (var step in new[] { "shift-25", "shift-100", "single" }) (done[$"{step}-ttl"] - done[$"{step}-insync"]).TotalSeconds.ShouldBeGreaterThanOrEqualTo(AliasTtl, step);
    }

    private async Task<List<NamedTraffic.Answer>> AnswersAsync(string name, int times) => await NamedTraffic.AskAsync(host, name, times, Ct);
}
