using System.Text.Json.Nodes;
using Task = System.Threading.Tasks.Task;

namespace Minato.Acceptance;

/// <summary>What a pipeline and a person on call see of a bad version, on real engines.</summary>
[Collection(nameof(Host)), Trait("Floor", "engine")]
public sealed class DeployTests(Host host)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bad_version_fails_the_deploy_and_why_names_the_probe_and_the_last_lines()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        var world = host.World("deploys");
        var v1 = await world.RegisterAsync("v1", Ct);
        await world.CreateLoadBalancerAsync(Ct);
        await world.CreateServiceAsync(v1, Ct);
        await host.SteadyAsync(world, v1, Ct);

        var plan = await host.RunAsync(Ct, "plan", "web", "--cluster", "deploys", "--image", $"web={host.Image.Name("gone")}");
        plan.Code.ShouldBe(1, plan.Output);
        plan.Output.ShouldContain("is not in its repository");
        (await host.RunAsync(Ct, "plan", "web", "--cluster", "deploys", "--image", $"web={host.Image.Name("bad")}")).Ok();
        var rehearsal = await host.RunAsync(Ct, "rehearse", "web", "--cluster", "deploys", "--failure-rate", "1");
        rehearsal.Code.ShouldBe(1, rehearsal.Output);
        rehearsal.Output.ShouldContain("ROLLBACK_SUCCESSFUL");

        var deploy = await host.RunAsync(Ct, "deploy", "web", "--cluster", "deploys", "--image", $"web={host.Image.Name("bad")}");
        deploy.Code.ShouldBe(1, deploy.Output);
        deploy.Output.ShouldContain("was rolled back to deploys-web:1: 3 tasks: Task failed ELB health checks in (target-group deploys-web): Health checks failed with these codes: [404]");

        // The last of the three may still be leaving its load balancer.
        JsonNode? story = null, container = null;
        await Host.UntilAsync("the exit code", async () =>
        {
            story = JsonNode.Parse((await host.RunAsync(Ct, "why", "web", "--cluster", "deploys", "--json")).Ok());
            container = story?["tasks"]?[0]?["containers"]?[0];
            return (container?["exitCode"] is not null, story?["tasks"]?.ToJsonString() ?? "");
        }, Ct, 30);
        ((string?)story?["verdict"]).ShouldBe("rolled back to deploys-web:1: 3 tasks of deploys-web:2 failed the health check /health on port 80 with 404");
        container?["lastLines"]?.AsArray().Select(l => (string?)l?["text"]).ShouldContain("version bad forgot its health page");
        ((string?)container?["imageDigest"]).ShouldNotBeNull().ShouldStartWith("sha256:");

        (await host.RunAsync(Ct, "deploy", "web", "--cluster", "deploys", "--image", $"web={host.Image.Name("v2")}")).Ok().ShouldContain("is out after");
    }
}
