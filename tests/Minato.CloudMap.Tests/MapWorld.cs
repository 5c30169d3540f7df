using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Contracts.Route53;
using Minato.Contracts.Servicediscovery;
using Minato.Ec2;
using Minato.Engines.Dns;
using Minato.Route53;
using Minato.Testing;

namespace Minato.CloudMap.Tests;

/// <summary>Cloud Map over Route 53 in a simulated world.</summary>
internal sealed class MapWorld(World world)
{
    public const string InVpc = "172.31.9.9";

    public World World => world;
    public IServicediscovery Map => world.Client<IServicediscovery>();
    public IRoute53 Route53 => world.Client<IRoute53>();
    public Caller Caller => world.Caller;

    public static void Run(Func<MapWorld, Task> test) => World.Run(1, world => test(new(world)),
        services => services.AddSingleton(new PageTokens("a secret of the test"u8)).AddEc2().AddRoute53().AddCloudMap());

    /// <summary>Waits for an operation to end well and tells its targets.</summary>
    public async Task<ImmutableDictionary<string, string>> DoneAsync(string? operation)
    {
        Operation? seen = null;
        await world.Eventually(async () =>
        {
            seen = (await Map.GetOperationAsync(new() { OperationId = operation ?? "" }, Caller, default)).Operation;
            return seen?.Status is OperationStatus.Success or OperationStatus.Fail;
        }, TimeSpan.FromSeconds(5));
        seen?.Status.ShouldBe(OperationStatus.Success, seen.ErrorMessage);
        return seen?.Targets ?? ImmutableDictionary<string, string>.Empty;
    }

    public async Task<string> PrivateAsync(string name = "corp.local")
    {
        var vpc = ((await world.Client<IEc2>().DescribeVpcsAsync(new(), Caller, default)).Vpcs ?? [])[0].VpcId ?? "";
        return (await DoneAsync((await Map.CreatePrivateDnsNamespaceAsync(new() { Name = name, Vpc = vpc }, Caller, default)).OperationId))["NAMESPACE"];
    }

    public async Task<string> ServiceAsync(string ns, string name = "web", params RecordType[] types) => (await Map.CreateServiceAsync(new()
    {
        Name = name, NamespaceId = ns, HealthCheckCustomConfig = new() { FailureThreshold = 1 },
        DnsConfig = types.Length == 0 ? null : new() { DnsRecords = [.. types.Select(t => new Contracts.Servicediscovery.DnsRecord { Type = t, TTL = 10 })] },
    }, Caller, default)).Service?.Id ?? "";

    public async Task RegisterAsync(string service, string id, params (string Name, string Value)[] attributes) => await DoneAsync((await Map.RegisterInstanceAsync(new()
    {
        ServiceId = service, InstanceId = id, Attributes = attributes.ToImmutableDictionary(a => a.Name, a => a.Value),
    }, Caller, default)).OperationId);

    public async Task<ImmutableArray<string>> AskAsync(string name, string source = InVpc)
    {
        await world.RunFor(TimeSpan.FromMilliseconds(100)); // The table of answers follows the state.
        return [.. ((SimDnsServer)world.Client<IDnsServer>()).Ask(name, DnsTypes.A, source).Answers.Where(a => a.Type == DnsTypes.A).Select(a => new IPAddress(a.Data).ToString()).Order(StringComparer.Ordinal)];
    }

    public async Task<ImmutableArray<string>> DiscoverAsync(string service = "web", HealthStatusFilter? health = null, string ns = "corp.local", params (string Name, string Value)[] query) =>
        [.. ((await Map.DiscoverInstancesAsync(new()
        {
            NamespaceName = ns, ServiceName = service, HealthStatus = health, QueryParameters = query.ToImmutableDictionary(q => q.Name, q => q.Value),
        }, Caller, default)).Instances ?? []).Select(i => i.InstanceId ?? "").Order(StringComparer.Ordinal)]; // They come in any order.

    /// <summary>A service in a public namespace of its own, with a health check of HTTP.</summary>
    public async Task<string> CheckedAsync(string name = "example.com") => (await Map.CreateServiceAsync(new()
    {
        Name = "web", NamespaceId = (await DoneAsync((await Map.CreatePublicDnsNamespaceAsync(new() { Name = name }, Caller, default)).OperationId))["NAMESPACE"],
        DnsConfig = new() { DnsRecords = [new() { Type = RecordType.A, TTL = 10 }] }, HealthCheckConfig = new() { Type = Contracts.Servicediscovery.HealthCheckType.Http, ResourcePath = "/up" },
    }, Caller, default)).Service?.Id ?? "";

    public async Task<ImmutableArray<Contracts.Route53.HealthCheckConfig>> ChecksAsync() =>
        [.. (await Route53.ListHealthChecksAsync(new(), Caller, default)).HealthChecks.Select(c => c.HealthCheckConfig)];
}
