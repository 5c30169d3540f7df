using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Engines.Functions;
using Minato.Testing;
using LoadBalancer = Minato.Contracts.Ecs.LoadBalancer;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services.Traffic;

/// <summary>A service with a pair of target groups, a production rule and a test listener, and short words for what a test asks of it.</summary>
public sealed class TrafficScene(ServiceWorld services)
{
    public const string Function = "arn:aws:lambda:us-east-1:123456789012:function:check";
    private const string Role = "arn:aws:iam::123456789012:role/ecs";
    public static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    public ServiceWorld Services => services;
    public World World => services.World;
    public string Blue { get; private set; } = "";
    public string Green { get; private set; } = "";
    public string Production { get; private set; } = "";
    public string Test { get; private set; } = "";
    public IElasticLoadBalancingV2 Elb => World.Client<IElasticLoadBalancingV2>();
    private static CancellationToken None => CancellationToken.None;

    public static void Run(ulong seed, Func<TrafficScene, Task> test) => ServiceWorld.Run(seed, async services =>
    {
        var scene = new TrafficScene(services);
        await scene.SetAsync();
        await test(scene);
    });

    public static DeploymentLifecycleHook Hook(params DeploymentLifecycleHookStage[] stages) => new()
    {
        TargetType = DeploymentLifecycleHookTargetType.AwsLambda, HookTargetArn = Function, RoleArn = Role, LifecycleStages = [.. stages],
    };

    public static DeploymentLifecycleHook Pause(DeploymentLifecycleHookStage stage) =>
        new() { TargetType = DeploymentLifecycleHookTargetType.Pause, LifecycleStages = [stage] };

    public static FunctionOutcome Says(string status, string more = "") => new FunctionOutcome.Returned($"{{\"hookStatus\":\"{status}\"{more}}}");

    /// <summary>A settled service of the first version.</summary>
    public async Task<Service> BeginAsync(DeploymentConfiguration configuration, int desired = 2, bool isTested = true)
    {
        var request = await services.RequestAsync(desired);
        var service = await services.CreateAsync(request with { LoadBalancers = [Balancer(isTested)], DeploymentConfiguration = configuration });
        await services.SettledAsync(Patience);
        return service;
    }

    public LoadBalancer Balancer(bool isTested = true) => new()
    {
        TargetGroupArn = Blue, ContainerName = "web", ContainerPort = 80,
        AdvancedConfiguration = new()
        {
            AlternateTargetGroupArn = Green, ProductionListenerRule = Production, TestListenerRule = isTested ? Test : null, RoleArn = Role,
        },
    };

    /// <summary>The newest service deployment.</summary>
    public async Task<ServiceDeployment> DeploymentAsync()
    {
        var newest = (await services.DeploymentsAsync())[0].ServiceDeploymentArn ?? "";
        return await DescribeAsync(newest);
    }

    public async Task<ServiceDeployment> DescribeAsync(string arn) =>
        (await services.Ecs.DescribeServiceDeploymentsAsync(new() { ServiceDeploymentArns = [arn] }, World.Caller, None)).ServiceDeployments?[0]
        ?? throw new InvalidOperationException("There is no service deployment.");

    public Task StageAsync(ServiceDeploymentLifecycleStage stage) =>
        World.Eventually(async () => (await DeploymentAsync()).LifecycleStage == stage, Patience, $"stage {stage}");

    public async Task<ServiceDeployment> EndAsync(ServiceDeploymentStatus status)
    {
        ServiceDeployment? seen = null;
        try
        {
            await World.Eventually(async () => (seen = await DeploymentAsync()).Status == status, Patience, $"{status}");
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}: {seen?.Status} {seen?.LifecycleStage} {seen?.StatusReason} | {string.Join(" | ", await services.EventsAsync())}", e);
        }

        return seen ?? throw new InvalidOperationException();
    }

    /// <summary>"blue 90 green 10", without those that get nothing.</summary>
    public async Task<string> WeightsAsync(string? rule = null)
    {
        var found = (await Elb.DescribeRulesAsync(new() { RuleArns = [rule ?? Production] }, World.Caller, None)).Rules?[0];
        var groups = found?.Actions?[0].ForwardConfig?.TargetGroups ?? [];
        var sum = groups.Sum(g => g.Weight ?? 0);
        return string.Join(' ', groups.Where(g => g.Weight > 0).OrderBy(g => g.TargetGroupArn == Blue ? 0 : 1)
            .Select(g => $"{(g.TargetGroupArn == Blue ? "blue" : "green")} {Math.Round(100.0 * (g.Weight ?? 0) / sum, 1).ToString(CultureInfo.InvariantCulture)}"));
    }

    public async Task ForwardAsync(string rule, int blue, int green) => await Elb.ModifyRuleAsync(new()
    {
        RuleArn = rule,
        Actions = [Forward((Blue, blue), (Green, green))],
    }, World.Caller, None);

    public Task<int> HealthyAsync(string group) => HealthyOfAsync(group);

    /// <summary>Stages of the calls so far, with green's production weight.</summary>
    public string[] Called() => [.. World.Functions.Invocations.Select(i => JsonNode.Parse(i.Payload)).Select(p =>
        $"{p?["lifecycleStage"]} {p?["executionDetails"]?["productionTrafficWeights"]?[$"{p["executionDetails"]?["targetServiceRevisionArn"]}"]}")];

    private async Task<int> HealthyOfAsync(string group) =>
        ((await Elb.DescribeTargetHealthAsync(new() { TargetGroupArn = group }, World.Caller, None)).TargetHealthDescriptions ?? [])
        .Count(t => t.TargetHealth?.State == TargetHealthStateEnum.Healthy);

    private async Task SetAsync()
    {
        var balancer = (await Elb.CreateLoadBalancerAsync(new() { Name = "web", Subnets = await services.SubnetsAsync() }, World.Caller, None)).LoadBalancers?[0].LoadBalancerArn ?? "";
        Blue = await GroupAsync("blue");
        Green = await GroupAsync("green");
        Production = await RuleAsync(await ListenerAsync(balancer, 80), 1, 0);
        Test = await RuleAsync(await ListenerAsync(balancer, 8080), 1, 0);
    }

    private async Task<string> GroupAsync(string name)
    {
        var group = (await Elb.CreateTargetGroupAsync(new()
        {
            Name = name, Protocol = ProtocolEnum.Http, Port = 80, TargetType = TargetTypeEnum.Ip, VpcId = await services.VpcAsync(),
            HealthCheckIntervalSeconds = 5, HealthCheckTimeoutSeconds = 2, HealthyThresholdCount = 2, UnhealthyThresholdCount = 2,
        }, World.Caller, None)).TargetGroups?[0].TargetGroupArn ?? "";
        ImmutableArray<TargetGroupAttribute> attributes = [new() { Key = "deregistration_delay.timeout_seconds", Value = "2" }];
        await Elb.ModifyTargetGroupAttributesAsync(new() { TargetGroupArn = group, Attributes = attributes }, World.Caller, None);
        return group;
    }

    private async Task<string> ListenerAsync(string balancer, int port) => (await Elb.CreateListenerAsync(new()
    {
        LoadBalancerArn = balancer, Port = port, Protocol = ProtocolEnum.Http,
        DefaultActions = [new() { Type = ActionTypeEnum.FixedResponse, FixedResponseConfig = new() { StatusCode = "404" } }],
    }, World.Caller, None)).Listeners?[0].ListenerArn ?? "";

    private async Task<string> RuleAsync(string listener, int blue, int green) => (await Elb.CreateRuleAsync(new()
    {
        ListenerArn = listener, Priority = 1, Conditions = [new() { Field = "path-pattern", Values = ["/*"] }],
        Actions = [Forward((Blue, blue), (Green, green))],
    }, World.Caller, None)).Rules?[0].RuleArn ?? "";

    private static Minato.Contracts.ElasticLoadBalancingV2.Action Forward(params (string Group, int Weight)[] groups) => new()
    {
        Type = ActionTypeEnum.Forward,
        ForwardConfig = new() { TargetGroups = [.. groups.Select(g => new TargetGroupTuple { TargetGroupArn = g.Group, Weight = g.Weight })] },
    };
}
