using System.Net;
using Minato.Contracts.Ecs;
using Minato.Contracts.Servicediscovery;
using Minato.Engines.Dns;
using InvalidParameterException = Minato.Contracts.Ecs.InvalidParameterException;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services;

/// <summary>Services that are found by name: ECS registers their tasks in Cloud Map.</summary>
public sealed class RegistryTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    private static async Task<string> RegistryAsync(ServiceWorld w, RecordType type = RecordType.A)
    {
        var map = w.World.Client<IServicediscovery>();
        await map.CreatePrivateDnsNamespaceAsync(new() { Name = "corp.local", Vpc = await w.VpcAsync() }, w.World.Caller, default);
        await w.World.Eventually(async () => (await map.ListNamespacesAsync(new(), w.World.Caller, default)).Namespaces?.Length == 1, TimeSpan.FromSeconds(5));
        var ns = (await map.ListNamespacesAsync(new(), w.World.Caller, default)).Namespaces?[0].Id;
        return (await map.CreateServiceAsync(new()
        {
            Name = "web", NamespaceId = ns, HealthCheckCustomConfig = new() { FailureThreshold = 1 }, DnsConfig = new() { DnsRecords = [new() { Type = type, TTL = 10 }] },
        }, w.World.Caller, default)).Service?.Arn ?? "";
    }

    private static async Task<string[]> AnswersAsync(ServiceWorld w)
    {
        await w.World.RunFor(TimeSpan.FromMilliseconds(200));
        return [.. ((SimDnsServer)w.World.Client<IDnsServer>()).Ask("web.corp.local", DnsTypes.A, "172.31.200.200").Answers.Select(a => new IPAddress(a.Data).ToString()).Order(StringComparer.Ordinal)];
    }

    private static async Task<string[]> AddressesAsync(ServiceWorld w)
    {
        var tasks = (await w.Ecs.ListTasksAsync(new() { ServiceName = "web", DesiredStatus = DesiredStatus.Running }, w.World.Caller, default)).TaskArns ?? [];
        if (tasks.IsEmpty) return [];
        return [.. ((await w.Ecs.DescribeTasksAsync(new() { Tasks = tasks }, w.World.Caller, default)).Tasks ?? [])
            .Select(t => t.Attachments?[0].Details?.First(d => d.Name == "privateIPv4Address").Value ?? "").Order(StringComparer.Ordinal)];
    }

    private static async Task<bool> AreAnsweredAsync(ServiceWorld w)
    {
        var answers = await AnswersAsync(w);
        var addresses = await AddressesAsync(w);
        return answers.SequenceEqual(addresses);
    }

    [Fact]
    public void Tasks_are_answered_while_they_run_through_scaling_and_a_deployment() => ServiceWorld.Run(1, async w =>
    {
        var registry = await RegistryAsync(w);
        var service = await w.CreateAsync(await w.RequestAsync(3) with { ServiceRegistries = [new() { RegistryArn = registry }] });
        service.ServiceRegistries?[0].RegistryArn.ShouldBe(registry);
        await w.StableAsync(s_patience);
        (await AnswersAsync(w)).ShouldBe(await AddressesAsync(w));
        await w.UpdateAsync(new() { Service = "web", DesiredCount = 1 });
        await w.StableAsync(s_patience);
        await w.World.Eventually(async () => (await AnswersAsync(w)).Length == 1, s_patience);
        var before = await AddressesAsync(w);
        await w.RollAsync(ServiceWorld.Better);
        await w.SettledAsync(s_patience);
        await w.World.Eventually(() => AreAnsweredAsync(w), s_patience);
        (await AnswersAsync(w)).ShouldNotBe(before);
        await w.UpdateAsync(new() { Service = "web", DesiredCount = 0 });
        await w.World.Eventually(async () => (await AnswersAsync(w)).Length == 0, s_patience);
    });

    [Fact]
    public void An_instance_says_of_itself_what_ECS_says() => ServiceWorld.Run(2, async w =>
    {
        var registry = await RegistryAsync(w, RecordType.Srv);
        await w.CreateAsync(await w.RequestAsync(1) with { ServiceRegistries = [new() { RegistryArn = registry, ContainerName = "web", ContainerPort = 80 }] });
        await w.StableAsync(s_patience);
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        var found = (await w.World.Client<IServicediscovery>().DiscoverInstancesAsync(new() { NamespaceName = "corp.local", ServiceName = "web" }, w.World.Caller, default)).Instances?[0];
        var task = (await w.Ecs.ListTasksAsync(new() { ServiceName = "web" }, w.World.Caller, default)).TaskArns?[0] ?? "";
        found?.InstanceId.ShouldBe(task.Split('/')[^1]);
        found?.HealthStatus.ShouldBe(Contracts.Servicediscovery.HealthStatus.Healthy);
        var said = found?.Attributes ?? [];
        said["AWS_INSTANCE_IPV4"].ShouldBe((await AddressesAsync(w))[0]);
        (said["AWS_INSTANCE_PORT"], said["REGION"], said["ECS_CLUSTER_NAME"], said["ECS_SERVICE_NAME"], said["ECS_TASK_DEFINITION_FAMILY"]).ShouldBe(("80", "us-east-1", "default", "web", "web"));
        said["AVAILABILITY_ZONE"].ShouldStartWith("us-east-1");
    });

    [Fact]
    public void A_task_whose_container_is_ill_is_not_answered() => ServiceWorld.Run(3, async w =>
    {
        var registry = await RegistryAsync(w);
        var request = await w.RequestAsync(1) with
        {
            ServiceRegistries = [new() { RegistryArn = registry }],
            TaskDefinition = await w.DefineAsync(ServiceWorld.Sick, new() { Command = ["CMD", "true"], Interval = 5, Retries = 2 }), DeploymentConfiguration = null,
        };
        await w.CreateAsync(request);
        var map = w.World.Client<IServicediscovery>();
        await w.World.Eventually(async () => ((await map.DiscoverInstancesAsync(new() { NamespaceName = "corp.local", ServiceName = "web", HealthStatus = HealthStatusFilter.Unhealthy }, w.World.Caller, default)).Instances ?? []).Length > 0, s_patience);
        ((await map.DiscoverInstancesAsync(new() { NamespaceName = "corp.local", ServiceName = "web", HealthStatus = HealthStatusFilter.Healthy }, w.World.Caller, default)).Instances ?? []).ShouldBeEmpty();
    });

    [Fact]
    public void A_restart_leaves_nobody_registered_who_is_gone() => ServiceWorld.Run(4, async w =>
    {
        var registry = await RegistryAsync(w);
        await w.CreateAsync(await w.RequestAsync(2) with { ServiceRegistries = [new() { RegistryArn = registry }] });
        await w.StableAsync(s_patience);
        (await AnswersAsync(w)).Length.ShouldBe(2);
        await w.UpdateAsync(new() { Service = "web", DesiredCount = 1 });
        await w.World.RestartAsync();
        await w.World.Eventually(() => AreAnsweredAsync(w), s_patience);
        (await AnswersAsync(w)).Length.ShouldBe(1);
    });

    [Fact]
    public void A_registry_that_is_not_there_or_needs_a_port_is_refused() => ServiceWorld.Run(5, async w =>
    {
        var request = await w.RequestAsync(1);
        async Task<string> Refused(params ServiceRegistry[] registries) =>
            (await w.World.Throws<InvalidParameterException>(() => w.CreateAsync(request with { ServiceRegistries = [.. registries] }))).Message;
        (await Refused(new ServiceRegistry { RegistryArn = "arn:aws:servicediscovery:us-east-1:123456789012:service/srv-none" })).ShouldContain("can't be found");
        var registry = await RegistryAsync(w, RecordType.Srv);
        (await Refused(new ServiceRegistry { RegistryArn = registry })).ShouldContain("you must specify a port");
        (await Refused(new() { RegistryArn = registry, Port = 80 }, new() { RegistryArn = registry, Port = 80 })).ShouldContain("at most one");
        (await Refused(new ServiceRegistry { RegistryArn = registry, ContainerName = "none", ContainerPort = 80 })).ShouldContain("does not exist in the task definition");
    });
}
