using System.Collections.Immutable;
using Minato.Aws;
using Minato.CloudMap.Planning;
using Minato.Contracts.Route53;
using Minato.Contracts.Servicediscovery;
using Change = Minato.Contracts.Route53.Change;
using InvalidInput = Minato.Contracts.Servicediscovery.InvalidInput;

namespace Minato.CloudMap.Tests;

/// <summary>What becomes of instances in DNS, in health checks and for those who look for them.</summary>
public sealed class InstanceTests
{
    [Fact]
    public void An_instance_at_another_address_is_checked_there_and_the_old_check_goes() => MapWorld.Run(async w =>
    {
        var service = await w.CheckedAsync();
        w.World.Endpoints.Put("192.0.2.2", 8080, true);
        await w.RegisterAsync(service, "a", ("AWS_INSTANCE_IPV4", "192.0.2.1"));
        await w.World.RunFor(TimeSpan.FromMinutes(2));
        await w.RegisterAsync(service, "a", ("AWS_INSTANCE_IPV4", "192.0.2.2"), ("AWS_INSTANCE_PORT", "8080"));
        (await w.ChecksAsync()).Select(c => (c.IPAddress, c.Port)).ShouldBe([("192.0.2.2", 8080)]);
        await w.World.RunFor(TimeSpan.FromMinutes(2));
        (await w.Map.GetInstancesHealthStatusAsync(new() { ServiceId = service }, w.Caller, default)).Status?["a"].ShouldBe(HealthStatus.Healthy);
    });

    [Fact]
    public void A_service_that_checks_otherwise_changes_the_checks_and_without_any_deletes_them() => MapWorld.Run(async w =>
    {
        var service = await w.CheckedAsync();
        await w.RegisterAsync(service, "a", ("AWS_INSTANCE_IPV4", "192.0.2.1"));
        async Task ChangeAsync(Contracts.Servicediscovery.HealthCheckConfig? check) => await w.DoneAsync((await w.Map.UpdateServiceAsync(
            new() { Id = service, Service = new() { DnsConfig = new() { DnsRecords = [new() { Type = RecordType.A, TTL = 30 }] }, HealthCheckConfig = check } }, w.Caller, default)).OperationId);
        await ChangeAsync(new() { Type = Contracts.Servicediscovery.HealthCheckType.Tcp, FailureThreshold = 2 });
        (await w.ChecksAsync()).Select(c => (c.Type, c.FailureThreshold)).ShouldBe([(Contracts.Route53.HealthCheckType.Tcp, 2)]);
        await ChangeAsync(null);
        (await w.ChecksAsync()).ShouldBeEmpty();
        (await w.Map.GetServiceAsync(new() { Id = service }, w.Caller, default)).Service?.HealthCheckConfig.ShouldBeNull();
    });

    [Fact]
    public void Instances_that_share_a_creator_have_checks_of_their_own() => MapWorld.Run(async w =>
    {
        var service = await w.CheckedAsync();
        foreach (var (id, address) in new[] { ("a", "192.0.2.1"), ("b", "192.0.2.2") })
        {
            await w.DoneAsync((await w.Map.RegisterInstanceAsync(new()
            {
                ServiceId = service, InstanceId = id, CreatorRequestId = "the same", Attributes = ImmutableDictionary<string, string>.Empty.Add("AWS_INSTANCE_IPV4", address),
            }, w.Caller, default)).OperationId);
        }

        (await w.ChecksAsync()).Length.ShouldBe(2);
    });

    [Fact]
    public void A_check_of_Cloud_Map_is_changed_by_nobody_else() => MapWorld.Run(async w =>
    {
        await w.RegisterAsync(await w.CheckedAsync(), "a", ("AWS_INSTANCE_IPV4", "192.0.2.1"));
        var check = (await w.Route53.ListHealthChecksAsync(new(), w.Caller, default)).HealthChecks[0].Id;
        (await w.World.Throws<AwsException>(() => w.Route53.UpdateHealthCheckAsync(new() { HealthCheckId = check, Port = 81 }, w.Caller, default))).Code.ShouldBe("AccessDenied");
    });

    [Fact]
    public void A_health_check_is_for_public_and_HTTP_namespaces() => MapWorld.Run(async w =>
    {
        var http = (await w.DoneAsync((await w.Map.CreateHttpNamespaceAsync(new() { Name = "app" }, w.Caller, default)).OperationId))["NAMESPACE"];
        CreateServiceRequest Checked(string ns) => new() { Name = "web", NamespaceId = ns, HealthCheckConfig = new() { Type = Contracts.Servicediscovery.HealthCheckType.Tcp } };
        var service = (await w.Map.CreateServiceAsync(Checked(http), w.Caller, default)).Service?.Id ?? "";
        await w.RegisterAsync(service, "a", ("AWS_INSTANCE_IPV4", "192.0.2.1"), ("AWS_INSTANCE_PORT", "5432"));
        (await w.ChecksAsync()).Select(c => (c.Type, c.Port)).ShouldBe([(Contracts.Route53.HealthCheckType.Tcp, 5432)]);
        var inside = await w.PrivateAsync();
        await w.World.Throws<InvalidInput>(() => w.Map.CreateServiceAsync(Checked(inside), w.Caller, default));
    });

    [Fact]
    public void A_service_leaves_the_records_of_another_whose_name_ends_with_its_own() => MapWorld.Run(async w =>
    {
        var ns = await w.PrivateAsync();
        var (web, api) = (await w.ServiceAsync(ns, "web", RecordType.Srv), await w.ServiceAsync(ns, "api.web", RecordType.Srv));
        await w.RegisterAsync(api, "one", ("AWS_INSTANCE_IPV4", "172.31.0.1"), ("AWS_INSTANCE_PORT", "80"));
        await w.RegisterAsync(web, "two", ("AWS_INSTANCE_IPV4", "172.31.0.2"), ("AWS_INSTANCE_PORT", "80"));
        (await w.AskAsync("one.api.web.corp.local")).ShouldBe(["172.31.0.1"]);
        (await w.AskAsync("two.web.corp.local")).ShouldBe(["172.31.0.2"]);
        await w.DoneAsync((await w.Map.DeregisterInstanceAsync(new() { ServiceId = web, InstanceId = "two" }, w.Caller, default)).OperationId);
        (await w.AskAsync("two.web.corp.local")).ShouldBeEmpty();
        (await w.AskAsync("one.api.web.corp.local")).ShouldBe(["172.31.0.1"]);
    });

    [Fact]
    public void Ids_that_differ_in_case_do_not_stop_their_service() => MapWorld.Run(async w =>
    {
        var service = await w.ServiceAsync(await w.PrivateAsync(), "api", RecordType.Srv);
        await w.RegisterAsync(service, "Task", ("AWS_INSTANCE_IPV4", "172.31.0.1"), ("AWS_INSTANCE_PORT", "80"));
        await w.RegisterAsync(service, "task", ("AWS_INSTANCE_IPV4", "172.31.0.2"), ("AWS_INSTANCE_PORT", "80"));
        (await w.AskAsync("task.api.corp.local")).Length.ShouldBe(1);
    });

    [Fact]
    public void Ids_that_DNS_writes_otherwise_do_not_stop_their_service() => MapWorld.Run(async w =>
    {
        var service = await w.ServiceAsync(await w.PrivateAsync(), "api", RecordType.Srv);
        await w.RegisterAsync(service, "10.0.0.1:80", ("AWS_INSTANCE_IPV4", "172.31.0.1"), ("AWS_INSTANCE_PORT", "80"));
        await w.RegisterAsync(service, "10.0.0.2:80", ("AWS_INSTANCE_IPV4", "172.31.0.2"), ("AWS_INSTANCE_PORT", "80"));
        (await w.AskAsync("10.0.0.1:80.api.corp.local")).ShouldBe(["172.31.0.1"]);
        await w.RegisterAsync(service, "10.0.0.1:80", ("AWS_INSTANCE_IPV4", "172.31.0.3"), ("AWS_INSTANCE_PORT", "80"));
        (await w.AskAsync("10.0.0.1:80.api.corp.local")).ShouldBe(["172.31.0.3"]);
        (await w.AskAsync("10.0.0.2:80.api.corp.local")).ShouldBe(["172.31.0.2"]);
    });

    [Theory]
    [InlineData(RecordType.A, "i-1", "AWS_INSTANCE_IPV4", "010.0.0.1")]
    [InlineData(RecordType.Aaaa, "i-1", "AWS_INSTANCE_IPV6", "[::1]")]
    [InlineData(RecordType.Srv, "a..b", "AWS_INSTANCE_IPV4", "10.0.0.1")]
    [InlineData(RecordType.Srv, "i-1", "stage", "one")] // AWS: its host needs an address.
    public void What_DNS_would_not_take_is_refused_before_it_holds_up_others(RecordType type, string id, string name, string value) => MapWorld.Run(async w =>
    {
        var service = await w.ServiceAsync(await w.PrivateAsync(), "web", type);
        await w.World.Throws<InvalidInput>(() => w.RegisterAsync(service, id, (name, value), ("AWS_INSTANCE_PORT", "80")));
    });

    [Fact]
    public void A_service_has_more_instances_than_a_name_has_record_sets_elsewhere() => MapWorld.Run(async w =>
    {
        var service = await w.ServiceAsync(await w.PrivateAsync(), "web", RecordType.A);
        for (var i = 0; i < 120; i++)
        {
            await w.Map.RegisterInstanceAsync(new()
            {
                ServiceId = service, InstanceId = $"i-{i}", Attributes = ImmutableDictionary<string, string>.Empty.Add("AWS_INSTANCE_IPV4", $"172.31.1.{i}"),
            }, w.Caller, default);
        }

        await w.RegisterAsync(service, "last", ("AWS_INSTANCE_IPV4", "172.31.2.1"));
        (await w.AskAsync("web.corp.local")).Length.ShouldBe(8);
    });

    [Fact]
    public void Changes_are_parted_by_values_and_by_characters()
    {
        Change Of(int i, int length) => new()
        {
            Action = ChangeAction.Upsert, ResourceRecordSet = new() { Name = $"n{i}.a.com", Type = RRType.Txt, TTL = 1, ResourceRecords = [new() { Value = new('x', length) }] },
        };
        ChangeBatches.Of(Enumerable.Range(0, 1200).Select(i => Of(i, 10))).Select(b => b.Count).ShouldBe([500, 500, 200]);
        ChangeBatches.Of(Enumerable.Range(0, 9).Select(i => Of(i, 4000))).Select(b => b.Count).ShouldBe([4, 4, 1]);
        ChangeBatches.Of([]).ShouldBeEmpty();
    }

    [Fact]
    public void An_operation_of_what_was_deleted_before_it_was_done_ends() => MapWorld.Run(async w =>
    {
        var service = await w.ServiceAsync(await w.PrivateAsync(), "web", RecordType.A);
        var operation = (await w.Map.UpdateServiceAsync(new() { Id = service, Service = new() { Description = "d" } }, w.Caller, default)).OperationId;
        await w.Map.DeleteServiceAsync(new() { Id = service }, w.Caller, default);
        await w.DoneAsync(operation);
    });

    [Fact]
    public void A_service_without_checks_shows_all_instances_whatever_health_is_asked_for() => MapWorld.Run(async w =>
    {
        var ns = (await w.DoneAsync((await w.Map.CreateHttpNamespaceAsync(new() { Name = "corp.local" }, w.Caller, default)).OperationId))["NAMESPACE"];
        var service = (await w.Map.CreateServiceAsync(new() { Name = "web", NamespaceId = ns }, w.Caller, default)).Service?.Id ?? "";
        await w.RegisterAsync(service, "a", ("stage", "one"));
        (await w.DiscoverAsync(health: HealthStatusFilter.Unhealthy)).ShouldBe(["a"]);
    });

    [Fact]
    public void Whoever_takes_one_instance_finds_now_this_one_now_that() => MapWorld.Run(async w =>
    {
        var ns = (await w.DoneAsync((await w.Map.CreateHttpNamespaceAsync(new() { Name = "corp.local" }, w.Caller, default)).OperationId))["NAMESPACE"];
        var service = await w.ServiceAsync(ns);
        foreach (var id in new[] { "a", "b", "c" }) await w.RegisterAsync(service, id, ("stage", "one"));
        var found = new HashSet<string>();
        for (var i = 0; i < 50; i++)
            found.Add((await w.Map.DiscoverInstancesAsync(new() { NamespaceName = "corp.local", ServiceName = "web", MaxResults = 1 }, w.Caller, default)).Instances?[0].InstanceId ?? "");
        found.Count.ShouldBe(3);
    });

    [Fact]
    public void An_instance_of_EC2_is_named_in_HTTP_namespaces_by_its_id_alone() => MapWorld.Run(async w =>
    {
        var ns = (await w.DoneAsync((await w.Map.CreateHttpNamespaceAsync(new() { Name = "app" }, w.Caller, default)).OperationId))["NAMESPACE"];
        var (http, dns) = (await w.ServiceAsync(ns), await w.ServiceAsync(await w.PrivateAsync(), "web", RecordType.A));
        (await w.World.Throws<InvalidInput>(() => w.RegisterAsync(http, "a", ("AWS_EC2_INSTANCE_ID", "i-0123456789abcdef0")))).Message.ShouldBe("The EC2 instance i-0123456789abcdef0 can't be found.");
        await w.World.Throws<InvalidInput>(() => w.RegisterAsync(http, "a", ("AWS_EC2_INSTANCE_ID", "i-0123456789abcdef0"), ("stage", "one")));
        await w.World.Throws<InvalidInput>(() => w.RegisterAsync(dns, "a", ("AWS_EC2_INSTANCE_ID", "i-0123456789abcdef0")));
    });

    [Fact]
    public void Records_of_a_service_get_another_TTL_and_no_other_types() => MapWorld.Run(async w =>
    {
        var service = await w.ServiceAsync(await w.PrivateAsync(), "web", RecordType.A);
        UpdateServiceRequest With(params RecordType[] types) => new() { Id = service, Service = new() { DnsConfig = new() { DnsRecords = [.. types.Select(t => new Contracts.Servicediscovery.DnsRecord { Type = t, TTL = 77 })] } } };
        await w.World.Throws<InvalidInput>(() => w.Map.UpdateServiceAsync(With(RecordType.A, RecordType.Aaaa), w.Caller, default));
        await w.DoneAsync((await w.Map.UpdateServiceAsync(With(RecordType.A), w.Caller, default)).OperationId);
        (await w.Map.GetServiceAsync(new() { Id = service }, w.Caller, default)).Service?.DnsConfig?.DnsRecords[0].TTL.ShouldBe(77);
    });
}
