using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.CloudWatch;
using Minato.Contracts.Ec2;
using Minato.Contracts.Route53;
using Minato.Ec2;
using Minato.Elb;
using Minato.Engines.Dns;
using Minato.Route53.Planning;
using Minato.Testing;

namespace Minato.Route53.Tests;

/// <summary>Route 53 in a simulated world, with the calls that most tests begin with.</summary>
internal sealed class DnsWorld(World world)
{
    public World World => world;
    public IRoute53 Route53 => world.Client<IRoute53>();
    public Caller Caller => world.Caller;
    public SimDnsServer Server => (SimDnsServer)world.Client<IDnsServer>();
    public SimEndpoints Endpoints => world.Endpoints;

    public static void Run(Func<DnsWorld, Task> test, params SourceRange[] sources) => World.Run(1, world => test(new(world)), services => services
        .AddSingleton(new PageTokens("a secret of the test"u8)).AddEc2().AddElb().AddCloudWatch().AddRoute53(new() { Sources = [.. sources] }));

    public async Task<string> ZoneAsync(string name = "example.com") => ResourceIds.Plain((await Route53.CreateHostedZoneAsync(
        new() { Name = name, CallerReference = $"{name} {world.Chance.Next(int.MaxValue)}" }, Caller, default)).HostedZone.Id);

    public Task<ChangeResourceRecordSetsResponse> ChangeAsync(string zone, params (ChangeAction Action, ResourceRecordSet Set)[] changes) =>
        Route53.ChangeResourceRecordSetsAsync(new()
        {
            HostedZoneId = zone, ChangeBatch = new() { Changes = [.. changes.Select(c => new Change { Action = c.Action, ResourceRecordSet = c.Set })] },
        }, Caller, default);

    public async Task PutAsync(string zone, params ResourceRecordSet[] sets)
    {
        var change = await ChangeAsync(zone, [.. sets.Select(s => (ChangeAction.Upsert, s))]);
        await InSyncAsync(change.ChangeInfo.Id);
    }

    public Task InSyncAsync(string change) => world.Eventually(
        async () => (await Route53.GetChangeAsync(new() { Id = change }, Caller, default)).ChangeInfo.Status == ChangeStatus.Insync, TimeSpan.FromSeconds(1));

    public static ResourceRecordSet Set(string name, RRType type, params string[] values) => new()
    {
        Name = name, Type = type, TTL = 60, ResourceRecords = [.. values.Select(v => new ResourceRecord { Value = v })],
    };

    public static ResourceRecordSet Weighted(string name, string id, long weight, string value, string? check = null) =>
        Set(name, RRType.A, value) with { SetIdentifier = id, Weight = weight, HealthCheckId = check };

    public static ResourceRecordSet Alias(string name, RRType type, string zone, string target, bool evaluates = false) => new()
    {
        Name = name, Type = type, AliasTarget = new() { HostedZoneId = zone, DNSName = target, EvaluateTargetHealth = evaluates },
    };

    /// <summary>What is answered, as text: values alone, in the order they come.</summary>
    public ImmutableArray<string> Ask(string name, RRType type = RRType.A, string source = "127.0.0.1") =>
        [.. Server.Ask(name, RecordTypes.Number(type), source).Answers.Select(a => RecordText.Of(a.Type, a.Data))];

    /// <summary>How often each value came among so many questions.</summary>
    public Dictionary<string, int> Count(string name, int questions = 10_000) =>
        Enumerable.Range(0, questions).Select(_ => Ask(name) is [var one] ? one : "").CountBy(v => v).ToDictionary(StringComparer.Ordinal);

    public async Task<string> CheckAsync(string address = "10.0.0.1", int port = 80, Func<HealthCheckConfig, HealthCheckConfig>? with = null)
    {
        var config = new HealthCheckConfig { Type = HealthCheckType.Http, IPAddress = address, Port = port, RequestInterval = 10, FailureThreshold = 2 };
        return (await Route53.CreateHealthCheckAsync(new() { CallerReference = $"check {world.Chance.Next(int.MaxValue)}", HealthCheckConfig = with?.Invoke(config) ?? config }, Caller, default)).HealthCheck.Id;
    }

    public async Task<string> RefusalAsync(string zone, params (ChangeAction Action, ResourceRecordSet Set)[] changes) =>
        (await world.Throws<InvalidChangeBatch>(() => ChangeAsync(zone, changes))).Message;

    public async Task<Vpc> VpcAsync() => ((await world.Client<IEc2>().DescribeVpcsAsync(new(), Caller, default)).Vpcs ?? [])[0];
}
