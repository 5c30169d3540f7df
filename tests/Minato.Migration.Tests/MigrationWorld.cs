using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Minato.Acm;
using Minato.Aws;
using Minato.CloudWatch;
using Minato.Contracts.Acm;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancing;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Contracts.Route53;
using Minato.Ec2;
using Minato.Ecs;
using Minato.Elb;
using Minato.Logs;
using Minato.Migration.Journal;
using Minato.Migration.Planning;
using Minato.Migration.Plans;
using Minato.Migration.Running;
using Minato.Route53;
using Minato.Testing;
using Dimension = Minato.Contracts.CloudWatch.Dimension;
using Rule = Minato.Contracts.ElasticLoadBalancingV2.Rule;
using Task = System.Threading.Tasks.Task;

namespace Minato.Migration.Tests;

/// <summary>
/// A load balancer with nobody behind its default rule, an ECS service, two machines outside, and users whose requests show up in
/// CloudWatch as the live weights divide them.
/// </summary>
internal sealed class MigrationWorld(World world)
{
    public const string Short = """
        migration: web
        old: { targets: ["10.9.0.10:8080", "10.9.0.11:8080"], healthPath: /health }
        new: { service: web }
        entry: { listenerRule: { loadBalancer: public, port: 80 } }
        stages:
          - { stage: prepare }
          - { stage: test }
          - { weight: 10, hold: 4m }
          - { weight: 50, hold: 4m }
          - { weight: 100, hold: 4m }
          - { stage: retire }
        """;

    private static readonly CancellationToken None = CancellationToken.None;

    public World World => world;
    public IElasticLoadBalancingV2 Elb => world.Client<IElasticLoadBalancingV2>();
    public MemoryJournal Journal { get; } = new();
    public SimSender Sender { get; } = new();

    /// <summary>Requests a minute of all users; 0 for a site without metrics.</summary>
    public int PerMinute { get; set; } = 60_000;

    /// <summary>Whether requests flow through the load balancer elsewhere, so that groups without any are told as such.</summary>
    public bool TellsZeros { get; set; }
    public double OldErrors { get; set; } = 0.001;
    public double NewErrors { get; set; } = 0.001;
    public double NewSeconds { get; set; } = 0.02;
    public double NewUnanswered { get; set; }
    public string Listener { get; private set; } = "";
    public string NewGroup { get; private set; } = "";

    /// <summary>What the runner meets instead of the room, to fail or crash it.</summary>
    public IElasticLoadBalancingV2? ElbOfRunner { get; set; }

    public IRoute53? Route53OfRunner { get; set; }
    public ICloudWatch? CloudWatchOfRunner { get; set; }

    /// <summary>Where users come in; null for the default rule.</summary>
    public int? EntryPriority { get; set; }

    public MigrationState State => MigrationState.Of(Journal.Read());

    public static void Run(Func<MigrationWorld, Task> test) => World.Run(1, async world =>
    {
        world.Host.AddImage(new("web:1") { Digest = "sha256:" + new string('1', 64), Listens = [80] });
        world.Targets.Set("10.9.0.10", 8080);
        world.Targets.Set("10.9.0.11", 8080);
        var migration = new MigrationWorld(world);
        await migration.OpenAsync();
        _ = migration.UseAsync();
        await test(migration);
    }, services => services.AddSingleton(new EcsOptions()).AddSingleton(new PageTokens("a secret of the test"u8)).AddEc2().AddElb().AddAcm().AddLogs().AddCloudWatch().AddEcs().AddRoute53());

    /// <summary>ARN of a certificate that listeners can present.</summary>
    public async Task<string> CertificateAsync()
    {
        var acm = world.Client<IAcm>();
        var arn = (await acm.RequestCertificateAsync(new() { DomainName = "www.example.com", ValidationMethod = ValidationMethod.Dns }, world.Caller, default)).CertificateArn ?? "";
        await world.Eventually(
            async () => (await acm.DescribeCertificateAsync(new() { CertificateArn = arn }, world.Caller, default)).Certificate?.Status is CertificateStatus.Issued, TimeSpan.FromSeconds(5));
        return arn;
    }

    public void Begin(string plan = Short) => Write(new Begun(State.Attempt + 1, plan, "somebody"));

    public void Write(JournalEntry entry) => Journal.Append(entry with { At = world.Time.GetUtcNow() });

    /// <summary>A runner that takes up the journal, to its end.</summary>
    public async Task<Outcome> RunAsync() => (await Runner().RunAsync(world.Stopping)).Outcome;

    public MigrationRunner Runner() => Migrator(State.Plan).Runner(Journal);

    public async Task<IReadOnlyList<string>> CheckAsync(string plan) => (await Migrator(plan).CheckAsync(world.Stopping)).Lines;

    public Task UntilAsync(Func<MigrationState, bool> holds, double minutes = 60) => world.Eventually(() => holds(State), TimeSpan.FromMinutes(minutes), State.Facts.Count + " facts");

    public async Task<(int Old, int New)> WeightsAsync()
    {
        var groups = (await RuleAsync()).Actions?[0].ForwardConfig?.TargetGroups ?? [];
        return (groups.Where(g => g.TargetGroupArn != NewGroup).Sum(g => g.Weight ?? 0), groups.Where(g => g.TargetGroupArn == NewGroup).Sum(g => g.Weight ?? 0));
    }

    public async Task<Rule> RuleAsync() => (await RulesAsync()).Single(r => EntryPriority is { } priority ? r.Priority == $"{priority}" : r.IsDefault is true);

    /// <summary>An entry that is a rule of its own, on which nobody is yet.</summary>
    public async Task<Rule> AddEntryAsync(params RuleCondition[] conditions)
    {
        EntryPriority = 500;
        return ((await Elb.CreateRuleAsync(new()
        {
            ListenerArn = Listener, Priority = 500, Conditions = [.. conditions], Actions = [new() { Type = ActionTypeEnum.FixedResponse, FixedResponseConfig = new() { StatusCode = "404" } }],
        }, world.Caller, None)).Rules ?? [])[0];
    }

    /// <summary>A target group of somebody's own, with all users in it when that is asked for.</summary>
    public async Task<string> GroupAsync(string name, bool hasUsers = false)
    {
        var vpc = ((await world.Client<IEc2>().DescribeVpcsAsync(new(), world.Caller, None)).Vpcs ?? [])[0].VpcId;
        var group = (await Elb.CreateTargetGroupAsync(
            new() { Name = name, Protocol = ProtocolEnum.Http, Port = 8080, VpcId = vpc, TargetType = TargetTypeEnum.Ip, HealthCheckPath = "/health" }, world.Caller, None)).TargetGroups?[0].TargetGroupArn ?? "";
        await Elb.RegisterTargetsAsync(new() { TargetGroupArn = group, Targets = [new() { Id = "10.9.0.10", Port = 8080, AvailabilityZone = "all" }] }, world.Caller, None);
        if (hasUsers) await Elb.ModifyListenerAsync(new() { ListenerArn = Listener, DefaultActions = [new() { Type = ActionTypeEnum.Forward, TargetGroupArn = group }] }, world.Caller, None);
        return group;
    }

    public async Task<ImmutableArray<Rule>> RulesAsync() => (await Elb.DescribeRulesAsync(new() { ListenerArn = Listener }, world.Caller, None)).Rules ?? [];

    public async Task<string[]> GroupsAsync() => [.. ((await Elb.DescribeTargetGroupsAsync(new(), world.Caller, None)).TargetGroups ?? []).Select(g => g.TargetGroupName ?? "")];

    /// <summary>Somebody else's hand.</summary>
    public async Task SetWeightsAsync(int old, int @new)
    {
        var groups = (await RuleAsync()).Actions?[0].ForwardConfig?.TargetGroups ?? [];
        var changed = groups.Select(g => g with { Weight = g.TargetGroupArn == NewGroup ? @new : old }).ToImmutableArray();
        await Elb.ModifyListenerAsync(new() { ListenerArn = Listener, DefaultActions = [new() { Type = ActionTypeEnum.Forward, ForwardConfig = new() { TargetGroups = changed } }] }, world.Caller, None);
    }

    public Task AlarmAsync(StateValue state) => world.Client<ICloudWatch>().SetAlarmStateAsync(new() { AlarmName = "pager", StateValue = state, StateReason = "test" }, world.Caller, None);

    /// <summary>A minute of a target group, as its load balancer publishes it.</summary>
    /// <param name="unanswered">Share of requests that the target lets hang or breaks off: the load balancer answers 504, which counts for no group.</param>
    public async Task PublishAsync(string group, int requests, double errors, double seconds, double unanswered = 0)
    {
        ImmutableArray<Dimension> dimensions =
        [
            new() { Name = "LoadBalancer", Value = string.Join('/', Listener.Split('/')[1..4]) }, new() { Name = "TargetGroup", Value = group[(group.LastIndexOf(':') + 1)..] },
        ];
        await world.Client<ICloudWatch>().PutMetricDataAsync(new()
        {
            Namespace = "AWS/ApplicationELB",
            MetricData =
            [
                new() { MetricName = "RequestCount", Value = requests, Dimensions = dimensions },
                new() { MetricName = "HTTPCode_Target_5XX_Count", Value = Math.Round(requests * errors), Dimensions = dimensions },
                new() { MetricName = "HTTPCode_Target_2XX_Count", Value = requests - Math.Round(requests * errors) - Math.Round(requests * unanswered), Dimensions = dimensions },
                new() { MetricName = "HTTPCode_ELB_504_Count", Value = Math.Round(requests * unanswered), Dimensions = [dimensions[0]] },
                new() { MetricName = "TargetResponseTime", Values = [seconds / 2, seconds, seconds * 2], Counts = [50, 40, 10], Dimensions = dimensions },
            ],
        }, world.Caller with { PrincipalArn = "elasticloadbalancing.amazonaws.com" }, None);
    }

    private Migrator Migrator(string plan)
    {
        var aws = new MigrationAws(ElbOfRunner ?? Elb, world.Client<IElasticLoadBalancing>(), world.Client<IEcs>(), world.Client<IEc2>(), CloudWatchOfRunner ?? world.Client<ICloudWatch>(), Route53OfRunner ?? world.Client<IRoute53>(), world.Caller, world.Caller);
        return new(PlanReader.Read(plan), "", aws, Sender, world.Time);
    }

    private async Task OpenAsync()
    {
        var subnets = (await world.Client<IEc2>().DescribeSubnetsAsync(new(), world.Caller, None)).Subnets ?? [];
        ImmutableArray<string> ids = [.. subnets.Select(s => s.SubnetId ?? "")];
        var balancer = (await Elb.CreateLoadBalancerAsync(new() { Name = "public", Subnets = ids }, world.Caller, None)).LoadBalancers?[0].LoadBalancerArn ?? "";
        Listener = (await Elb.CreateListenerAsync(new()
        {
            LoadBalancerArn = balancer, Port = 80, Protocol = ProtocolEnum.Http,
            DefaultActions = [new() { Type = ActionTypeEnum.FixedResponse, FixedResponseConfig = new() { StatusCode = "404" } }],
        }, world.Caller, None)).Listeners?[0].ListenerArn ?? "";
        NewGroup = (await Elb.CreateTargetGroupAsync(new()
        {
            Name = "web-ecs", Protocol = ProtocolEnum.Http, Port = 80, TargetType = TargetTypeEnum.Ip, VpcId = subnets[0].VpcId, HealthCheckIntervalSeconds = 5,
            HealthCheckTimeoutSeconds = 2, HealthyThresholdCount = 2, UnhealthyThresholdCount = 2,
        }, world.Caller, None)).TargetGroups?[0].TargetGroupArn ?? "";
        // AWS: the target group of a service must belong to a load balancer.
        await Elb.CreateRuleAsync(new()
        {
            ListenerArn = Listener, Priority = 900, Conditions = [new() { Field = "path-pattern", Values = ["/never"] }], Actions = [new() { Type = ActionTypeEnum.Forward, TargetGroupArn = NewGroup }],
        }, world.Caller, None);
        await world.Client<IEcs>().CreateClusterAsync(new(), world.Caller, None);
        var definition = await world.Client<IEcs>().RegisterTaskDefinitionAsync(new()
        {
            Family = "web", NetworkMode = NetworkMode.Awsvpc, RequiresCompatibilities = [Compatibility.Fargate], Cpu = "256", Memory = "512",
            ContainerDefinitions = [new() { Name = "web", Image = "web:1", PortMappings = [new() { ContainerPort = 80 }] }],
        }, world.Caller, None);
        await world.Client<IEcs>().CreateServiceAsync(new()
        {
            ServiceName = "web", TaskDefinition = definition.TaskDefinition?.TaskDefinitionArn, DesiredCount = 2, LaunchType = LaunchType.Fargate,
            NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = ids } }, LoadBalancers = [new() { TargetGroupArn = NewGroup, ContainerName = "web", ContainerPort = 80 }],
        }, world.Caller, None);
    }

    /// <summary>Publishes at the end of every minute what the load balancer would.</summary>
    private async Task UseAsync()
    {
        while (!world.Stopping.IsCancellationRequested)
        {
            await world.RunFor(TimeSpan.FromSeconds(59 - world.Time.GetUtcNow().Second % 60 is var left and > 0 ? left : 60));
            if (PerMinute == 0 && !TellsZeros) continue;
            foreach (var group in (await RuleAsync()).Actions?[0].ForwardConfig?.TargetGroups ?? [])
            {
                var all = (await WeightsAsync()) is var (old, @new) ? old + @new : 0;
                var requests = all == 0 ? 0 : PerMinute * (group.Weight ?? 0) / all;
                if (requests > 0 || TellsZeros) await PublishAsync(group.TargetGroupArn ?? "", requests, group.TargetGroupArn == NewGroup ? NewErrors : OldErrors, group.TargetGroupArn == NewGroup ? NewSeconds : 0.02, group.TargetGroupArn == NewGroup ? NewUnanswered : 0);
            }
        }
    }
}
