using Minato.Contracts.Ecs;
using Minato.Engines.Hosts;
using Attribute = Minato.Contracts.Ecs.Attribute;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Agents;

/// <summary>How agents join, come back, and are sent away.</summary>
public sealed class RegistrationTests
{
    private static Attribute Rack(string value) => new() { Name = "rack", Value = value };

    [Fact]
    public void Attributes_with_a_value_come_back_and_the_document_adds_its_own() => AgentWorld.Run(1, async world =>
    {
        var host = new AgentHost(world, "one", [Rack("r1")]);
        var instance = await host.RegisterAsync();
        instance.AgentConnected.ShouldBe(false); // Until its order channel is open.
        var attributes = (instance.Attributes ?? []).ToDictionary(a => a.Name, a => a.Value);
        attributes["rack"].ShouldBe("r1");
        attributes["ecs.os-type"].ShouldBe("linux");
        attributes["ecs.availability-zone"].ShouldBe("us-east-1a");
        attributes["ecs.instance-type"].ShouldBe("m5.large");
        attributes.ShouldContainKey("ecs.capability.full-sync");
        instance.RegisteredResources?.Single(r => r.Name == "CPU").IntegerValue.ShouldBe(2048);
        instance.RemainingResources?.Single(r => r.Name == "PORTS").StringSetValue.ShouldBe(["22", "2375", "2376", "51678", "51679"]);
    });

    [Fact]
    public void A_second_registration_keeps_the_ARN_and_custom_attributes() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        await world.Ecs.PutAttributesAsync(new() { Attributes = [Rack("r1") with { TargetId = host.Arn }] }, world.World.Caller, default);
        var arn = host.Arn;
        var again = await host.RegisterAsync();
        again.ContainerInstanceArn.ShouldBe(arn);
        (again.Attributes ?? []).ShouldContain(a => a.Name == "rack" && a.Value == "r1");
        (await world.Ecs.ListContainerInstancesAsync(new(), world.World.Caller, default)).ContainerInstanceArns?.Length.ShouldBe(1);
    });

    [Fact]
    public void An_agent_that_never_heard_the_answer_registers_the_same_machine() => AgentWorld.Run(1, async world =>
    {
        var first = await new AgentHost(world, "one", []).RegisterAsync();
        var second = await new AgentHost(world, "one", []).RegisterAsync();
        second.ContainerInstanceArn.ShouldBe(first.ContainerInstanceArn);
    });

    [Fact]
    public void Another_instance_type_is_another_machine() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        var refused = await world.World.Throws<ClientException>(() => host.RegisterAsync("""{"instanceId":"i-one","instanceType":"m5.xlarge"}"""));
        refused.Message.ShouldContain("Container instance type changes are not supported."); // The words an agent exits for good at.
    });

    [Fact]
    public void A_cluster_that_is_not_there_is_refused_in_the_words_that_make_an_agent_create_default() => AgentWorld.Run(1, async world =>
    {
        await world.Ecs.DeleteClusterAsync(new() { Cluster = "default" }, world.World.Caller, default);
        var refused = await world.World.Throws<ClientException>(() => new AgentHost(world, "one", []).RegisterAsync());
        refused.Message.ShouldContain("Cluster not found.");
    });

    [Fact]
    public void Nobody_else_takes_an_instance_while_its_agent_is_connected() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        var request = new RegisterContainerInstanceRequest { ContainerInstanceArn = host.Arn, Attributes = [new() { Name = "ecs.capability.full-sync" }] };
        await world.World.Throws<AccessDeniedException>(() => world.Ecs.RegisterContainerInstanceAsync(request, AgentWorld.Of("two"), default));
        host.DialOrders(AgentWorld.Of("two").PrincipalArn).Admission.ShouldBeOfType<HostAdmission.Denied>();
        host.Kill();
        await world.WaitAsync(1);
        (await world.Ecs.RegisterContainerInstanceAsync(request, AgentWorld.Of("two"), default)).ContainerInstance?.ContainerInstanceArn.ShouldBe(host.Arn);
    });

    [Fact]
    public void An_unknown_instance_is_not_let_in() => AgentWorld.Run(1, async world =>
    {
        await Task.CompletedTask;
        new AgentHost(world, "one", []).DialOrders().Admission.ShouldBeOfType<HostAdmission.Unknown>();
    });

    [Fact]
    public void DiscoverPollEndpoint_answers_where_the_two_channels_are() => AgentWorld.Run(1, async world =>
    {
        var answer = await world.Ecs.DiscoverPollEndpointAsync(new(), world.World.Caller, default);
        answer.Endpoint.ShouldBe("http://127.0.0.1:4566/_minato/agent/acs/");
        answer.TelemetryEndpoint.ShouldBe("http://127.0.0.1:4566/_minato/agent/tcs/");
    });

    [Fact]
    public void A_deregistered_instance_stops_its_tasks_by_payload_and_is_refused_as_inactive() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        var arn = await world.RunTaskAsync();
        await world.UntilAsync(arn, "RUNNING");
        await world.Ecs.DeregisterContainerInstanceAsync(new() { ContainerInstance = host.Arn, Force = true }, world.World.Caller, default);
        var stopped = await world.UntilAsync(arn, "STOPPED");
        stopped.StoppedReason.ShouldBe("Container instance deregistration forced by user");
        await world.World.Eventually(() => host.Admission is HostAdmission.Inactive, TimeSpan.FromSeconds(30));
        host.Agent.Tasks[arn].IsStopWanted.ShouldBeTrue();
        host.Agent.Closed?.Words.ShouldBe("the container instance was deregistered");
    });

    [Fact]
    public void A_deregistered_instance_whose_agent_is_away_loses_its_tasks_at_once() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        var arn = await world.RunTaskAsync();
        await world.UntilAsync(arn, "RUNNING");
        host.Kill();
        await world.WaitAsync(1);
        await world.Ecs.DeregisterContainerInstanceAsync(new() { ContainerInstance = host.Arn, Force = true }, world.World.Caller, default);
        await world.UntilAsync(arn, "STOPPED", withinSeconds: 5);
    });

    [Fact]
    public void An_external_machine_takes_EXTERNAL_tasks_and_no_others() => AgentWorld.Run(1, async world =>
    {
        await world.JoinAsync("mi-1", new Attribute { Name = "ecs.capability.external" }, new Attribute { Name = "ecs.cpu-architecture", Value = "x86_64" });
        var arn = await world.RunTaskAsync(launchType: LaunchType.External);
        (await world.UntilAsync(arn, "RUNNING")).LaunchType.ShouldBe(LaunchType.External);
        await world.World.Throws<InvalidOperationException>(() => world.RunTaskAsync());
        await world.JoinAsync("two");
        (await world.DescribeAsync(await world.RunTaskAsync())).LaunchType.ShouldBe(LaunchType.Ec2);
    });

    [Fact]
    public void StartTask_names_the_machine_and_its_launch_type_follows() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync("mi-1", new Attribute { Name = "ecs.capability.external" });
        await world.Ecs.RegisterTaskDefinitionAsync(AgentWorld.Definition(), world.World.Caller, default);
        var made = await world.Ecs.StartTaskAsync(new() { TaskDefinition = "web", ContainerInstances = [host.Arn] }, world.World.Caller, default);
        made.Tasks?[0].LaunchType.ShouldBe(LaunchType.External);
        await world.UntilAsync(made.Tasks?[0].TaskArn ?? "", "RUNNING");
        (await world.DescribeHostAsync(host)).Ec2InstanceId.ShouldBe("i-mi-1"); // What its document says; without one, the name it signs with.
    });

    [Fact]
    public void There_is_no_newer_agent_to_be_had() => AgentWorld.Run(1, async world =>
    {
        var host = new AgentHost(world, "one", []);
        await host.RegisterAsync();
        await world.World.Throws<MissingVersionException>(
            () => world.Ecs.UpdateContainerAgentAsync(new() { ContainerInstance = host.Arn }, world.World.Caller, default));
        var joined = await world.JoinAsync("two");
        await world.World.Throws<NoUpdateAvailableException>(
            () => world.Ecs.UpdateContainerAgentAsync(new() { ContainerInstance = joined.Arn }, world.World.Caller, default));
    });
}
