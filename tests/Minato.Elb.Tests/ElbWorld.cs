using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Ec2;
using Minato.Testing;
using Minato.Testing.Proxy;

namespace Minato.Elb.Tests;

/// <summary>The ELB room in a simulated world, with the calls that most tests begin with.</summary>
internal sealed class ElbWorld(World world)
{
    public const string Path = "/health";
    private static readonly CancellationToken None = CancellationToken.None;

    public World World => world;
    public IElasticLoadBalancingV2 Elb => world.Client<IElasticLoadBalancingV2>();
    public SimTargets Targets => world.Targets;
    public SimProxy Proxy => world.Proxy;
    public Caller Caller => world.Caller;

    public static void Run(ulong seed, Func<ElbWorld, Task> test) => World.Run(seed, world => test(new(world)), Configure);

    public static void Configure(IServiceCollection services) => services
        .AddEc2().AddElb()
        .AddSingleton(new PageTokens("a secret of the test"u8));

    public async Task<ImmutableArray<Subnet>> SubnetsAsync() =>
        [.. ((await world.Client<IEc2>().DescribeSubnetsAsync(new(), Caller, None)).Subnets ?? []).OrderBy(s => s.AvailabilityZone, StringComparer.Ordinal)];

    public async Task<LoadBalancer> BalancerAsync(string name = "web", int zones = 3) =>
        (await Elb.CreateLoadBalancerAsync(
            new() { Name = name, Subnets = [.. (await SubnetsAsync()).Take(zones).Select(s => s.SubnetId ?? "")] }, Caller, None)).LoadBalancers?[0] ?? new();

    public async Task<string> GroupAsync(string name = "web", Func<CreateTargetGroupRequest, CreateTargetGroupRequest>? with = null)
    {
        var request = new CreateTargetGroupRequest
        {
            Name = name, Protocol = ProtocolEnum.Http, Port = 80, VpcId = (await SubnetsAsync())[0].VpcId, TargetType = TargetTypeEnum.Ip,
            HealthCheckPath = Path, HealthCheckIntervalSeconds = 10, HealthyThresholdCount = 2, UnhealthyThresholdCount = 2,
        };
        return (await Elb.CreateTargetGroupAsync(with?.Invoke(request) ?? request, Caller, None)).TargetGroups?[0].TargetGroupArn ?? "";
    }

    public async Task<Listener> ListenerAsync(string? balancer, string group, int port = 80) => (await Elb.CreateListenerAsync(
        new() { LoadBalancerArn = balancer ?? "", Protocol = ProtocolEnum.Http, Port = port, DefaultActions = [Forward(group)] }, Caller, None)).Listeners?[0] ?? new();

    /// <summary>A load balancer with a listener and a group.</summary>
    public async Task<(string Balancer, string Listener, string Group)> SetUpAsync(Func<CreateTargetGroupRequest, CreateTargetGroupRequest>? with = null)
    {
        var balancer = await BalancerAsync();
        var group = await GroupAsync(with: with);
        var listener = await ListenerAsync(balancer.LoadBalancerArn, group);
        return (balancer.LoadBalancerArn ?? "", listener.ListenerArn ?? "", group);
    }

    public static Minato.Contracts.ElasticLoadBalancingV2.Action Forward(string group) => new() { Type = ActionTypeEnum.Forward, TargetGroupArn = group };

    public Task RegisterAsync(string group, params string[] addresses) =>
        Elb.RegisterTargetsAsync(new() { TargetGroupArn = group, Targets = [.. addresses.Select(a => new TargetDescription { Id = a })] }, Caller, None);

    public Task DeregisterAsync(string group, params string[] addresses) =>
        Elb.DeregisterTargetsAsync(new() { TargetGroupArn = group, Targets = [.. addresses.Select(a => new TargetDescription { Id = a })] }, Caller, None);

    public Task DelayAsync(string group, int seconds) => AttributeAsync(group, "deregistration_delay.timeout_seconds", seconds.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public Task AttributeAsync(string group, string key, string value) => Elb.ModifyTargetGroupAttributesAsync(
        new() { TargetGroupArn = group, Attributes = [new() { Key = key, Value = value }] }, Caller, None);

    public async Task<TargetHealth?> HealthAsync(string group, string address) =>
        (await AllHealthAsync(group)).FirstOrDefault(d => d.Target?.Id == address)?.TargetHealth;

    public async Task<ImmutableArray<TargetHealthDescription>> AllHealthAsync(string group) =>
        (await Elb.DescribeTargetHealthAsync(new() { TargetGroupArn = group }, Caller, None)).TargetHealthDescriptions ?? [];

    public async Task UntilAsync(string group, string address, TargetHealthStateEnum state, int seconds = 60) =>
        await world.Eventually(async () => (await HealthAsync(group, address))?.State == state, TimeSpan.FromSeconds(seconds));

    /// <summary>How many of a number of requests each answer got: a server's id, or a status when there was none.</summary>
    public Dictionary<string, int> Ask(int requests, ProxyCall? call = null)
    {
        var listener = Proxy.Serving.Listeners.Single().Id;
        return Enumerable.Range(0, requests).Select(_ => Proxy.Route(listener, call ?? new()))
            .GroupBy(a => a?.Server ?? a?.Status.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "nobody").ToDictionary(g => g.Key, g => g.Count());
    }

    public static async Task<AwsException> RefusedAsync(Func<Task> call, string code)
    {
        try
        {
            await call();
        }
        catch (AwsException e)
        {
            e.Code.ShouldBe(code);
            return e;
        }
        throw new InvalidOperationException($"Not refused, but {code} was expected.");
    }
}
