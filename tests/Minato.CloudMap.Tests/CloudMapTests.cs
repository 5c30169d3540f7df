using Minato.Aws;
using Minato.Contracts.Route53;
using Minato.Contracts.Servicediscovery;

namespace Minato.CloudMap.Tests;

public sealed class CloudMapTests
{
    [Fact]
    public void A_private_namespace_has_a_private_zone_that_others_may_not_change() => MapWorld.Run(async w =>
    {
        var ns = await w.PrivateAsync();
        var got = (await w.Map.GetNamespaceAsync(new() { Id = ns }, w.Caller, default)).Namespace;
        got?.Type.ShouldBe(NamespaceType.DnsPrivate);
        var zone = got?.Properties?.DnsProperties?.HostedZoneId ?? "";
        var hosted = (await w.Route53.GetHostedZoneAsync(new() { Id = zone }, w.Caller, default)).HostedZone;
        (hosted.Name, hosted.Config?.PrivateZone, hosted.LinkedService?.ServicePrincipal).ShouldBe(("corp.local.", true, "servicediscovery.amazonaws.com"));
        (await w.World.Throws<AwsException>(() => w.Route53.DeleteHostedZoneAsync(new() { Id = zone }, w.Caller, default))).Code.ShouldBe("AccessDenied");
        await w.DoneAsync((await w.Map.DeleteNamespaceAsync(new() { Id = ns }, w.Caller, default)).OperationId);
        await w.World.Throws<NamespaceNotFound>(() => w.Map.GetNamespaceAsync(new() { Id = ns }, w.Caller, default));
        await w.World.Throws<NoSuchHostedZone>(() => w.Route53.GetHostedZoneAsync(new() { Id = zone }, w.Caller, default));
    });

    [Fact]
    public void A_namespace_whose_zone_conflicts_fails_its_operation() => MapWorld.Run(async w =>
    {
        var vpc = ((await w.World.Client<Contracts.Ec2.IEc2>().DescribeVpcsAsync(new(), w.Caller, default)).Vpcs ?? [])[0].VpcId;
        await w.Route53.CreateHostedZoneAsync(new() { Name = "corp.local", CallerReference = "mine", VPC = new() { VPCId = vpc, VPCRegion = VPCRegion.UsEast1 } }, w.Caller, default);
        var operation = (await w.Map.CreatePrivateDnsNamespaceAsync(new() { Name = "corp.local", Vpc = vpc ?? "" }, w.Caller, default)).OperationId;
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        var seen = (await w.Map.GetOperationAsync(new() { OperationId = operation ?? "" }, w.Caller, default)).Operation;
        (seen?.Status, seen?.ErrorCode).ShouldBe((OperationStatus.Fail, "ConflictingDomainExists"));
        (await w.Map.ListNamespacesAsync(new(), w.Caller, default)).Namespaces?.Length.ShouldBe(0);
    });

    [Fact]
    public void Instances_are_answered_while_they_are_registered_and_well() => MapWorld.Run(async w =>
    {
        var service = await w.ServiceAsync(await w.PrivateAsync(), "web", RecordType.A);
        await w.RegisterAsync(service, "i-1", ("AWS_INSTANCE_IPV4", "172.31.0.1"));
        await w.RegisterAsync(service, "i-2", ("AWS_INSTANCE_IPV4", "172.31.0.2"));
        (await w.AskAsync("web.corp.local")).ShouldBe(["172.31.0.1", "172.31.0.2"]);
        (await w.AskAsync("web.corp.local", "127.0.0.1")).ShouldBeEmpty(); // Nobody outside the VPC.
        await w.Map.UpdateInstanceCustomHealthStatusAsync(new() { ServiceId = service, InstanceId = "i-1", Status = CustomHealthStatus.Unhealthy }, w.Caller, default);
        (await w.AskAsync("web.corp.local")).ShouldBe(["172.31.0.2"]);
        (await w.DiscoverAsync()).ShouldBe(["i-2"]);
        await w.Map.UpdateInstanceCustomHealthStatusAsync(new() { ServiceId = service, InstanceId = "i-2", Status = CustomHealthStatus.Unhealthy }, w.Caller, default);
        (await w.AskAsync("web.corp.local")).ShouldBe(["172.31.0.1", "172.31.0.2"]); // All ill: all are answered.
        (await w.DiscoverAsync()).ShouldBe(["i-1", "i-2"]);
        (await w.DiscoverAsync(health: HealthStatusFilter.Healthy)).ShouldBeEmpty();
        await w.DoneAsync((await w.Map.DeregisterInstanceAsync(new() { ServiceId = service, InstanceId = "i-1" }, w.Caller, default)).OperationId);
        (await w.AskAsync("web.corp.local")).ShouldBe(["172.31.0.2"]);
        await w.World.Throws<InstanceNotFound>(() => w.Map.GetInstanceAsync(new() { ServiceId = service, InstanceId = "i-1" }, w.Caller, default));
    });

    [Fact]
    public void An_SRV_record_names_the_port_and_a_host_that_has_an_address() => MapWorld.Run(async w =>
    {
        var ns = await w.PrivateAsync();
        var service = await w.ServiceAsync(ns, "api", RecordType.Srv);
        await w.RegisterAsync(service, "task1", ("AWS_INSTANCE_IPV4", "172.31.0.1"), ("AWS_INSTANCE_PORT", "8080"));
        var zone = (await w.Map.GetNamespaceAsync(new() { Id = ns }, w.Caller, default)).Namespace?.Properties?.DnsProperties?.HostedZoneId ?? "";
        var sets = (await w.Route53.ListResourceRecordSetsAsync(new() { HostedZoneId = zone, StartRecordName = "api.corp.local" }, w.Caller, default)).ResourceRecordSets;
        sets.Select(s => (s.Name, s.Type, s.ResourceRecords?[0].Value)).ShouldBe(
            [("api.corp.local.", RRType.Srv, "1 1 8080 task1.api.corp.local."), ("task1.api.corp.local.", RRType.A, "172.31.0.1")]);
        (await w.AskAsync("task1.api.corp.local")).ShouldBe(["172.31.0.1"]);
        (await w.World.Throws<Contracts.Servicediscovery.InvalidInput>(() => w.RegisterAsync(service, "task2", ("AWS_INSTANCE_IPV4", "172.31.0.1")))).Message.ShouldContain("AWS_INSTANCE_PORT");
    });

    [Fact]
    public void What_is_used_stays() => MapWorld.Run(async w =>
    {
        var ns = await w.PrivateAsync();
        var service = await w.ServiceAsync(ns, "web", RecordType.A);
        await w.RegisterAsync(service, "i-1", ("AWS_INSTANCE_IPV4", "172.31.0.1"));
        await w.World.Throws<ResourceInUse>(() => w.Map.DeleteNamespaceAsync(new() { Id = ns }, w.Caller, default));
        (await w.World.Throws<ResourceInUse>(() => w.Map.DeleteServiceAsync(new() { Id = service }, w.Caller, default))).Message
            .ShouldBe("Service contains registered instances; delete the instances before deleting the service");
        await w.World.Throws<ServiceAlreadyExists>(() => w.ServiceAsync(ns, "WEB"));
    });

    [Fact]
    public void In_an_HTTP_namespace_instances_are_found_by_their_attributes() => MapWorld.Run(async w =>
    {
        var ns = (await w.DoneAsync((await w.Map.CreateHttpNamespaceAsync(new() { Name = "corp.local" }, w.Caller, default)).OperationId))["NAMESPACE"];
        await w.World.Throws<Contracts.Servicediscovery.InvalidInput>(() => w.ServiceAsync(ns, "web", RecordType.A));
        var service = await w.ServiceAsync(ns);
        await w.RegisterAsync(service, "blue", ("stage", "one"), ("colour", "blue"));
        await w.RegisterAsync(service, "red", ("stage", "one"), ("colour", "red"));
        (await w.DiscoverAsync(query: ("colour", "red"))).ShouldBe(["red"]);
        (await w.DiscoverAsync(query: ("stage", "one"))).ShouldBe(["blue", "red"]);
        var before = (await w.Map.DiscoverInstancesRevisionAsync(new() { NamespaceName = "corp.local", ServiceName = "web" }, w.Caller, default)).InstancesRevision;
        await w.RegisterAsync(service, "red", ("colour", "dark red"));
        (await w.Map.DiscoverInstancesRevisionAsync(new() { NamespaceName = "corp.local", ServiceName = "web" }, w.Caller, default)).InstancesRevision.ShouldBe(before + 1);
        (await w.DiscoverAsync(query: ("stage", "one"))).ShouldBe(["blue"]);
    });

    [Fact]
    public void Names_are_weighted_one_each_and_a_CNAME_only_so() => MapWorld.Run(async w =>
    {
        var ns = await w.PrivateAsync();
        var service = (await w.Map.CreateServiceAsync(new()
        {
            Name = "web", NamespaceId = ns, DnsConfig = new() { RoutingPolicy = RoutingPolicy.Weighted, DnsRecords = [new() { Type = RecordType.Cname, TTL = 10 }] },
        }, w.Caller, default)).Service?.Id ?? "";
        await w.RegisterAsync(service, "a", ("AWS_INSTANCE_CNAME", "a.example.com"));
        await w.World.Throws<Contracts.Servicediscovery.InvalidInput>(() => w.Map.CreateServiceAsync(new()
        {
            Name = "other", NamespaceId = ns, DnsConfig = new() { DnsRecords = [new() { Type = RecordType.Cname, TTL = 10 }] },
        }, w.Caller, default));
    });

    [Fact]
    public void A_public_service_checks_its_instances_through_Route_53() => MapWorld.Run(async w =>
    {
        var ns = (await w.DoneAsync((await w.Map.CreatePublicDnsNamespaceAsync(new() { Name = "example.com" }, w.Caller, default)).OperationId))["NAMESPACE"];
        var service = (await w.Map.CreateServiceAsync(new()
        {
            Name = "web", NamespaceId = ns, DnsConfig = new() { DnsRecords = [new() { Type = RecordType.A, TTL = 10 }] }, HealthCheckConfig = new() { Type = Contracts.Servicediscovery.HealthCheckType.Http, ResourcePath = "/up" },
        }, w.Caller, default)).Service?.Id ?? "";
        w.World.Endpoints.Put("192.0.2.1", 80, true);
        await w.RegisterAsync(service, "a", ("AWS_INSTANCE_IPV4", "192.0.2.1"));
        await w.RegisterAsync(service, "b", ("AWS_INSTANCE_IPV4", "192.0.2.2"));
        await w.World.RunFor(TimeSpan.FromMinutes(2));
        (await w.AskAsync("web.example.com", "127.0.0.1")).ShouldBe(["192.0.2.1"]);
        (await w.Map.GetInstancesHealthStatusAsync(new() { ServiceId = service }, w.Caller, default)).Status?["b"].ShouldBe(HealthStatus.Unhealthy);
        await w.DoneAsync((await w.Map.DeregisterInstanceAsync(new() { ServiceId = service, InstanceId = "b" }, w.Caller, default)).OperationId);
        (await w.Route53.GetHealthCheckCountAsync(new(), w.Caller, default)).HealthCheckCount.ShouldBe(1);
    });

    [Fact]
    public void Work_that_a_crash_broke_off_is_finished() => MapWorld.Run(async w =>
    {
        var service = await w.ServiceAsync(await w.PrivateAsync(), "web", RecordType.A);
        var operation = (await w.Map.RegisterInstanceAsync(new() { ServiceId = service, InstanceId = "i-1", Attributes = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add("AWS_INSTANCE_IPV4", "172.31.0.1") }, w.Caller, default)).OperationId;
        await w.World.RestartAsync();
        await w.DoneAsync(operation);
        (await w.AskAsync("web.corp.local")).ShouldBe(["172.31.0.1"]);
    });
}
