using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Contracts.Servicediscovery;
using Minato.Ecs.Tests.Services;
using Minato.Engines.Containers;
using Minato.Testing;
using Task = System.Threading.Tasks.Task;

namespace Minato.Simulation;

/// <summary>
/// Goal: a name of Service Connect leads to the tasks that run, there is one load balancer for it, and nothing of it outlives its service. Method: crashes of
/// the server, killed containers, absent engines, deleted load balancers, scaling, new versions and changes of mind, by seed.
/// </summary>
public sealed class ConnectStories
{
    private static readonly ServiceConnectConfiguration s_offered = new()
    {
        Enabled = true, Services = [new() { PortName = "http", ClientAliases = [new() { Port = 80, DnsName = "web" }] }],
    };

    [Theory, Seeds(1, 30)]
    public void A_name_leads_to_what_runs_whatever_dies(ulong seed) => Story.Run(seed, async story =>
    {
        var services = story.Services;
        await BeginAsync(story);
        for (var changes = story.Between(1, 3); changes > 0; changes--)
        {
            await ChangeAsync(services, story);
            if (story.OneIn(2)) await story.KillContainersAsync(1, within: 30);
            if (story.OneIn(2)) await services.World.Faults.RestartProcess(1, within: TimeSpan.FromSeconds(20), away: TimeSpan.FromSeconds(1));
        }

        await EndAsync(story);
    });

    [Theory, Seeds(1, 30)]
    public void A_name_that_is_taken_away_and_given_again_leads_to_what_runs(ulong seed) => Story.Run(seed, async story =>
    {
        var services = story.Services;
        await BeginAsync(story);
        for (var changes = story.Between(1, 4); changes > 0; changes--)
        {
            if (story.OneIn(4)) await DeleteBalancerAsync(services);
            await Task.WhenAll(
                services.UpdateAsync(new() { Service = "web", ServiceConnectConfiguration = story.OneIn(2) ? s_offered : new() { Enabled = false } }),
                services.UpdateAsync(new() { Service = "web", DesiredCount = story.Between(1, 4) }));
            await services.World.RunFor(TimeSpan.FromSeconds(1)); // Until it is looked at again, ECS does not know that its load balancer is gone.
            await story.WaitAsync(20);
            if (story.OneIn(3)) await services.World.RestartAsync(story.Within(3));
            if (story.OneIn(4)) services.Host.Faults.EngineAway(story.Within(20), containersDie: story.OneIn(2));
        }

        await services.UpdateAsync(new() { Service = "web", ServiceConnectConfiguration = s_offered, ForceNewDeployment = true });
        await EndAsync(story);
    });

    private static async Task BeginAsync(Story story)
    {
        var services = story.Services;
        ConnectInvariants.Watch(services);
        await services.Ecs.UpdateClusterAsync(new() { Cluster = "default", ServiceConnectDefaults = new() { Namespace = "local" } }, services.World.Caller, default);
        var request = await services.RequestAsync(story.Between(1, 3));
        await DefineAsync(services, ServiceWorld.Good);
        await services.CreateAsync(request with { TaskDefinition = "web", ServiceConnectConfiguration = s_offered });
        if (story.OneIn(2)) await services.World.Faults.RestartProcess(story.Between(1, 3), within: TimeSpan.FromSeconds(5), away: TimeSpan.FromSeconds(1));
        await services.SettledAsync(Story.Patience);
    }

    /// <summary>All is as it was last asked for, and nothing is left of a service that is deleted.</summary>
    private static async Task EndAsync(Story story)
    {
        var services = story.Services;
        await services.SettledAsync(Story.Patience);
        await services.World.RunFor(TimeSpan.FromMinutes(1));
        (await TargetsAsync(services)).ShouldBe(await AddressesAsync(services));
        var address = KnownHosts(services).Distinct(StringComparer.Ordinal).ShouldHaveSingleItem("every task knows the same address of the name");
        address.ShouldStartWith("web:172.31.");
        (await Elb(services).DescribeLoadBalancersAsync(new(), services.World.Caller, default)).LoadBalancers?.Length.ShouldBe(1);
        await DrainsBrieflyAsync(services);

        await services.Ecs.DeleteServiceAsync(new() { Service = "web", Force = true }, services.World.Caller, default);
        if (story.OneIn(2)) await services.World.Faults.RestartProcess(2, within: TimeSpan.FromSeconds(60), away: TimeSpan.FromSeconds(1));
        await services.World.Eventually(async () => await IsCleanAsync(services), TimeSpan.FromMinutes(10), "nothing is left");
    }

    private static IEnumerable<string> KnownHosts(ServiceWorld services) =>
        services.Host.Containers.Where(c => c.Phase == ContainerPhase.Running).SelectMany(c => c.Spec.ExtraHosts);

    private static async Task DeleteBalancerAsync(ServiceWorld services)
    {
        if ((await Elb(services).DescribeLoadBalancersAsync(new(), services.World.Caller, default)).LoadBalancers is [{ LoadBalancerArn: { } arn }])
            await Elb(services).DeleteLoadBalancerAsync(new() { LoadBalancerArn = arn }, services.World.Caller, default);
    }

    /// <summary>Of the process that runs now.</summary>
    private static IElasticLoadBalancingV2 Elb(ServiceWorld services) => services.World.Client<IElasticLoadBalancingV2>();

    private static async Task ChangeAsync(ServiceWorld services, Story story)
    {
        if (story.OneIn(2))
        {
            await services.UpdateAsync(new() { Service = "web", DesiredCount = story.Between(1, 4) });
        }
        else
        {
            await DefineAsync(services, story.OneIn(2) ? ServiceWorld.Better : ServiceWorld.Good);
            await services.UpdateAsync(new() { Service = "web", TaskDefinition = "web" });
        }
    }

    private static Task DefineAsync(ServiceWorld services, string image) => services.Ecs.RegisterTaskDefinitionAsync(new()
    {
        Family = "web", NetworkMode = NetworkMode.Awsvpc, RequiresCompatibilities = [Compatibility.Fargate], Cpu = "256", Memory = "512",
        ContainerDefinitions = [new() { Name = "web", Image = image, PortMappings = [new() { Name = "http", ContainerPort = 80 }] }],
    }, services.World.Caller, default);

    /// <summary>A crash between the steps that make a target group leaves no group that drains for AWS's five minutes.</summary>
    private static async Task DrainsBrieflyAsync(ServiceWorld services)
    {
        var group = (await Elb(services).DescribeTargetGroupsAsync(new(), services.World.Caller, default)).TargetGroups?[0].TargetGroupArn ?? "";
        var attributes = (await Elb(services).DescribeTargetGroupAttributesAsync(new() { TargetGroupArn = group }, services.World.Caller, default)).Attributes ?? [];
        attributes.Single(a => a.Key == "deregistration_delay.timeout_seconds").Value.ShouldBe("5");
    }

    private static async Task<string[]> TargetsAsync(ServiceWorld services)
    {
        if ((await Elb(services).DescribeTargetGroupsAsync(new(), services.World.Caller, default)).TargetGroups is not [var group]) return [];
        var health = await Elb(services).DescribeTargetHealthAsync(new() { TargetGroupArn = group.TargetGroupArn ?? "" }, services.World.Caller, default);
        return [.. (health.TargetHealthDescriptions ?? []).Where(t => t.TargetHealth?.State != TargetHealthStateEnum.Draining).Select(t => t.Target?.Id ?? "").Order(StringComparer.Ordinal)];
    }

    private static async Task<string[]> AddressesAsync(ServiceWorld services)
    {
        var arns = (await services.Ecs.ListTasksAsync(new() { ServiceName = "web" }, services.World.Caller, default)).TaskArns ?? [];
        if (arns.IsEmpty) return [];
        return [.. ((await services.Ecs.DescribeTasksAsync(new() { Tasks = arns }, services.World.Caller, default)).Tasks ?? [])
            .Select(t => t.Attachments?[0].Details?.FirstOrDefault(d => d.Name == "privateIPv4Address")?.Value ?? "").Order(StringComparer.Ordinal)];
    }

    private static async Task<bool> IsCleanAsync(ServiceWorld services) =>
        (await Elb(services).DescribeLoadBalancersAsync(new(), services.World.Caller, default)).LoadBalancers is not { Length: > 0 }
        && (await Elb(services).DescribeTargetGroupsAsync(new(), services.World.Caller, default)).TargetGroups is not { Length: > 0 }
        && (await services.World.Client<IServicediscovery>().ListServicesAsync(new(), services.World.Caller, default)).Services is not { Length: > 0 }
        && services.Running().Length == 0;
}
