using Minato.Contracts.CloudWatch;
using Minato.Contracts.Ec2;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Contracts.Route53;
using Minato.Engines.Dns;
using Minato.Engines.Proxy;
using Minato.Route53.State;
using static Minato.Route53.Tests.DnsWorld;

namespace Minato.Route53.Tests;

public sealed class HealthCheckTests
{
    private static bool IsHealthy(DnsWorld w, string id) => w.World.Store.Current.Find(Route53Tables.HealthStatuses, id)?.IsHealthy ?? true;

    [Fact]
    public void Defaults_are_filled_in() => Run(async w =>
    {
        var made = (await w.Route53.CreateHealthCheckAsync(new() { CallerReference = "c", HealthCheckConfig = new() { Type = HealthCheckType.Http, IPAddress = "10.0.0.1" } }, w.Caller, default)).HealthCheck;
        made.HealthCheckVersion.ShouldBe(1);
        var config = made.HealthCheckConfig;
        (config.Port, config.RequestInterval, config.FailureThreshold, config.Disabled, config.EnableSNI, config.Inverted, config.MeasureLatency)
            .ShouldBe((80, 30, 3, false, false, false, false));
    });

    [Fact]
    public void A_reference_with_other_settings_is_refused_and_an_exact_repeat_answered() => Run(async w =>
    {
        CreateHealthCheckRequest request = new() { CallerReference = "c", HealthCheckConfig = new() { Type = HealthCheckType.Http, IPAddress = "10.0.0.1" } };
        var id = (await w.Route53.CreateHealthCheckAsync(request, w.Caller, default)).HealthCheck.Id;
        (await w.Route53.CreateHealthCheckAsync(request, w.Caller, default)).HealthCheck.Id.ShouldBe(id);
        (await w.World.Throws<HealthCheckAlreadyExists>(() => w.Route53.CreateHealthCheckAsync(
            request with { HealthCheckConfig = request.HealthCheckConfig with { Port = 81 } }, w.Caller, default))).HttpStatus.ShouldBe(409);
        await w.World.Throws<HealthCheckVersionMismatch>(() => w.Route53.UpdateHealthCheckAsync(new() { HealthCheckId = id, HealthCheckVersion = 2, Port = 81 }, w.Caller, default));
        (await w.Route53.UpdateHealthCheckAsync(new() { HealthCheckId = id, HealthCheckVersion = 1, Port = 81 }, w.Caller, default)).HealthCheck.HealthCheckVersion.ShouldBe(2);
    });

    [Fact]
    public void As_many_results_in_a_row_as_the_threshold_decide_both_ways() => Run(async w =>
    {
        w.Endpoints.Put("10.0.0.1", 80, true);
        var check = await w.CheckAsync("10.0.0.1", with: c => c with { FailureThreshold = 3 });
        await w.World.RunFor(TimeSpan.FromSeconds(35));
        w.Endpoints.Put("10.0.0.1", 80, false);
        await w.World.RunFor(TimeSpan.FromSeconds(20));
        IsHealthy(w, check).ShouldBeTrue(); // Two failures.
        await w.World.RunFor(TimeSpan.FromSeconds(11));
        IsHealthy(w, check).ShouldBeFalse();
        w.Endpoints.Put("10.0.0.1", 80, true);
        await w.World.RunFor(TimeSpan.FromSeconds(20));
        IsHealthy(w, check).ShouldBeFalse();
        await w.World.RunFor(TimeSpan.FromSeconds(11));
        IsHealthy(w, check).ShouldBeTrue();
        var seen = await w.Route53.GetHealthCheckStatusAsync(new() { HealthCheckId = check }, w.Caller, default);
        seen.HealthCheckObservations[0].StatusReport?.Status.ShouldBe("Success: HTTP Status Code 200, OK");
        (await w.Route53.GetHealthCheckLastFailureReasonAsync(new() { HealthCheckId = check }, w.Caller, default))
            .HealthCheckObservations[0].StatusReport?.Status.ShouldBe("Failure: HTTP Status Code 503, Service Unavailable");
    });

    [Fact]
    public void Inverted_is_the_contrary_and_disabled_is_well() => Run(async w =>
    {
        w.Endpoints.Put("10.0.0.1", 80, true);
        var inverted = await w.CheckAsync("10.0.0.1", with: c => c with { Inverted = true });
        var disabled = await w.CheckAsync("10.0.0.2", with: c => c with { Disabled = true });
        var both = await w.CheckAsync("10.0.0.3", with: c => c with { Disabled = true, Inverted = true });
        (IsHealthy(w, inverted), IsHealthy(w, both)).ShouldBe((false, false)); // AWS: so they count until there are data.
        await w.World.RunFor(TimeSpan.FromMinutes(1));
        (IsHealthy(w, inverted), IsHealthy(w, disabled), IsHealthy(w, both)).ShouldBe((false, true, false));
        w.Endpoints.Put("10.0.0.1", 80, false);
        await w.World.RunFor(TimeSpan.FromMinutes(1));
        IsHealthy(w, inverted).ShouldBeTrue();
    });

    [Fact]
    public void A_check_that_is_inverted_says_the_contrary_at_once() => Run(async w =>
    {
        w.Endpoints.Put("10.0.0.1", 80, true);
        var check = await w.CheckAsync("10.0.0.1", with: c => c with { RequestInterval = 30, FailureThreshold = 10 });
        await w.World.RunFor(TimeSpan.FromSeconds(40));
        await w.Route53.UpdateHealthCheckAsync(new() { HealthCheckId = check, Inverted = true }, w.Caller, default);
        IsHealthy(w, check).ShouldBeFalse();
        await w.Route53.UpdateHealthCheckAsync(new() { HealthCheckId = check, FailureThreshold = 5 }, w.Caller, default);
        IsHealthy(w, check).ShouldBeFalse();
        await w.Route53.UpdateHealthCheckAsync(new() { HealthCheckId = check, Inverted = false }, w.Caller, default);
        IsHealthy(w, check).ShouldBeTrue();
    });

    [Fact]
    public void A_calculated_check_counts_its_children() => Run(async w =>
    {
        w.Endpoints.Put("10.0.0.1", 80, true);
        w.Endpoints.Put("10.0.0.2", 80, true);
        string[] children = [await w.CheckAsync("10.0.0.1"), await w.CheckAsync("10.0.0.2")];
        Task<string> Of(int threshold) => w.CheckAsync(with: _ => new() { Type = HealthCheckType.Calculated, HealthThreshold = threshold, ChildHealthChecks = [.. children] });
        var (none, both, more) = (await Of(0), await Of(2), await Of(3));
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        (IsHealthy(w, none), IsHealthy(w, both), IsHealthy(w, more)).ShouldBe((true, true, false));
        w.Endpoints.Put("10.0.0.2", 80, false);
        await w.World.Eventually(() => !IsHealthy(w, both), TimeSpan.FromMinutes(1));
        IsHealthy(w, none).ShouldBeTrue();
    });

    [Fact]
    public void A_check_of_an_alarm_follows_it() => Run(async w =>
    {
        await w.World.Client<ICloudWatch>().PutMetricAlarmAsync(new()
        {
            AlarmName = "errors", Namespace = "app", MetricName = "errors", Statistic = Contracts.CloudWatch.Statistic.Sum, Period = 60, EvaluationPeriods = 1, Threshold = 1,
            ComparisonOperator = Contracts.CloudWatch.ComparisonOperator.GreaterThanThreshold,
        }, w.Caller, default);
        var check = await w.CheckAsync(with: _ => new()
        {
            Type = HealthCheckType.CloudwatchMetric, AlarmIdentifier = new() { Region = CloudWatchRegion.UsEast1, Name = "errors" }, InsufficientDataHealthStatus = InsufficientDataHealthStatus.Unhealthy,
        });
        await w.World.Eventually(() => !IsHealthy(w, check), TimeSpan.FromSeconds(30));
        await w.World.Client<ICloudWatch>().SetAlarmStateAsync(new() { AlarmName = "errors", StateValue = StateValue.Ok, StateReason = "test" }, w.Caller, default);
        await w.World.Eventually(() => IsHealthy(w, check), TimeSpan.FromSeconds(30));
    });

    [Fact]
    public void CloudWatch_is_told_by_the_minute_how_checks_stand() => Run(async w =>
    {
        w.Endpoints.Put("10.0.0.1", 80, true);
        var check = await w.CheckAsync("10.0.0.1");
        var inverted = await w.CheckAsync("10.0.0.1", with: c => c with { Inverted = true });
        var disabled = await w.CheckAsync("10.0.0.1", with: c => c with { Disabled = true });
        var calculated = await w.CheckAsync(with: _ => new() { Type = HealthCheckType.Calculated, HealthThreshold = 1, ChildHealthChecks = [check, inverted] });
        await w.World.RunFor(TimeSpan.FromMinutes(3));
        w.Endpoints.Put("10.0.0.1", 80, false);
        await w.World.RunFor(TimeSpan.FromMinutes(3));
        (await Ends("HealthCheckStatus", check)).ShouldBe((1, 0));
        (await Ends("HealthCheckPercentageHealthy", check)).ShouldBe((100, 0));
        (await Ends("HealthCheckStatus", inverted)).ShouldBe((0, 1));
        (await Ends("HealthCheckPercentageHealthy", inverted)).ShouldBe((100, 0));
        (await Ends("HealthCheckStatus", disabled)).ShouldBe((1, 1));
        (await Ends("HealthCheckPercentageHealthy", disabled)).ShouldBe((null, null));
        (await Ends("HealthCheckStatus", calculated)).ShouldBe((1, 1));
        (await Ends("ChildHealthCheckHealthyCount", calculated)).ShouldBe((1, 1));

        async Task<(double? First, double? Last)> Ends(string metric, string id)
        {
            var now = w.World.Time.GetUtcNow();
            var points = (await w.World.Client<ICloudWatch>().GetMetricStatisticsAsync(new()
            {
                Namespace = "AWS/Route53", MetricName = metric, Dimensions = [new() { Name = "HealthCheckId", Value = id }], StartTime = now.AddHours(-1), EndTime = now, Period = 60,
                Statistics = [Contracts.CloudWatch.Statistic.Minimum],
            }, w.Caller with { Region = "us-east-1" }, default)).Datapoints ?? [];
            var values = points.OrderBy(p => p.Timestamp).Select(p => p.Minimum).ToList();
            return (values.FirstOrDefault(), values.LastOrDefault());
        }
    });

    [Fact]
    public void A_name_of_a_zone_is_probed_at_its_address() => Run(async w =>
    {
        await w.PutAsync(await w.ZoneAsync(), Set("web.example.com", RRType.A, "10.0.0.7"));
        EndpointProbe? seen = null;
        w.Endpoints.Put("10.0.0.7", 8080, probe => { seen = probe; return new EndpointOutcome.Well("Success"); });
        await w.CheckAsync(with: _ => new() { Type = HealthCheckType.HttpStrMatch, FullyQualifiedDomainName = "web.example.com", Port = 8080, ResourcePath = "/up?x=1", SearchString = "fine" });
        await w.World.RunFor(TimeSpan.FromSeconds(5));
        seen.ShouldBe(new EndpointProbe("10.0.0.7", 8080, false, false, "web.example.com", "/up?x=1", "fine"));
    });

    [Fact]
    public void What_cannot_be_checked_is_refused() => Run(async w =>
    {
        foreach (var config in new HealthCheckConfig[]
        {
            new() { Type = HealthCheckType.Http }, new() { Type = HealthCheckType.Tcp, IPAddress = "10.0.0.1" }, new() { Type = HealthCheckType.HttpStrMatch, IPAddress = "10.0.0.1" },
            new() { Type = HealthCheckType.Http, IPAddress = "10.0.0.1", Regions = [HealthCheckRegion.EuWest1] }, new() { Type = HealthCheckType.RecoveryControl },
            new() { Type = HealthCheckType.Calculated, ChildHealthChecks = ["none"] },
        }) await w.World.Throws<InvalidInput>(() => w.CheckAsync(with: _ => config));
    });

    [Fact]
    public void What_does_not_go_together_is_refused_in_Route_53_s_words() => Run(async w =>
    {
        var child = await w.CheckAsync();
        var calculated = new HealthCheckConfig { Type = HealthCheckType.Calculated, HealthThreshold = 1, ChildHealthChecks = [child] };
        var tcp = new HealthCheckConfig { Type = HealthCheckType.Tcp, IPAddress = "10.0.0.1", Port = 80 };
        foreach (var (config, words) in new[]
        {
            (calculated with { HealthThreshold = null }, "Invalid parameter : Calculated health checks must have a health threshold specified."),
            (calculated with { FailureThreshold = 3 }, "Invalid parameter : Calculated health checks must not have a failure threshold specified."),
            (tcp with { ResourcePath = "/" }, "TCP health checks must not have a resource path specified."),
            (tcp with { FullyQualifiedDomainName = "www.example.com" }, "TCP health checks that have IP address must not have a fully qualified domain name specified."),
            (tcp with { AlarmIdentifier = new() { Region = CloudWatchRegion.UsEast1, Name = "errors" } }, "Invalid parameter : Basic health checks must not have an metric region specified."),
            (tcp with { InsufficientDataHealthStatus = InsufficientDataHealthStatus.Healthy }, "Invalid parameter : Basic health checks must not have an insufficient data health state specified."),
        }) (await w.World.Throws<InvalidInput>(() => w.CheckAsync(with: _ => config))).Message.ShouldBe(words);
        await w.CheckAsync(with: _ => calculated with { HealthThreshold = 0 });
        await w.CheckAsync(with: _ => tcp);
    });

    [Fact]
    public void An_alias_answers_its_load_balancer_and_an_empty_target_group_makes_it_ill() => Run(async w =>
    {
        var elb = w.World.Client<IElasticLoadBalancingV2>();
        var subnets = ((await w.World.Client<IEc2>().DescribeSubnetsAsync(new(), w.Caller, default)).Subnets ?? []).OrderBy(s => s.AvailabilityZone, StringComparer.Ordinal).ToArray();
        var balancer = (await elb.CreateLoadBalancerAsync(new() { Name = "web", Subnets = [.. subnets.Take(2).Select(s => s.SubnetId ?? "")] }, w.Caller, default)).LoadBalancers?[0] ?? new();
        var group = (await elb.CreateTargetGroupAsync(new() { Name = "web", Protocol = ProtocolEnum.Http, Port = 80, VpcId = subnets[0].VpcId, TargetType = TargetTypeEnum.Ip, HealthCheckIntervalSeconds = 10 }, w.Caller, default)).TargetGroups?[0].TargetGroupArn ?? "";
        await elb.CreateListenerAsync(new() { LoadBalancerArn = balancer.LoadBalancerArn ?? "", Protocol = ProtocolEnum.Http, Port = 80, DefaultActions = [new() { Type = ActionTypeEnum.Forward, TargetGroupArn = group }] }, w.Caller, default);
        var zone = await w.ZoneAsync();
        await w.PutAsync(zone,
            Alias("www.example.com", RRType.A, balancer.CanonicalHostedZoneId ?? "", "dualstack." + balancer.DNSName, evaluates: true) with { SetIdentifier = "1", Failover = ResourceRecordSetFailover.Primary },
            Set("www.example.com", RRType.A, "10.9.9.9") with { SetIdentifier = "2", Failover = ResourceRecordSetFailover.Secondary });
        await w.World.Eventually(() => w.Ask("www.example.com") is ["10.9.9.9"], TimeSpan.FromMinutes(1));
        var address = subnets[0].CidrBlock?.Replace("0/20", "9", StringComparison.Ordinal) ?? "";
        w.World.Targets.Set(address, 80);
        await elb.RegisterTargetsAsync(new() { TargetGroupArn = group, Targets = [new() { Id = address, Port = 80 }] }, w.Caller, default);
        await w.World.Eventually(() => w.Ask("www.example.com") is [var one] && one.StartsWith("127.", StringComparison.Ordinal), TimeSpan.FromMinutes(2));
        w.Ask(balancer.DNSName ?? "").ShouldBe(w.Ask("www.example.com")); // The balancer's own names, too.
        w.Ask($"dualstack.{balancer.DNSName}").ShouldBe(w.Ask("www.example.com"));
        w.Server.Ask("www.example.com", DnsTypes.A).Answers[0].Ttl.ShouldBe(60u);
    });

    [Fact]
    public void No_is_said_of_a_load_balancer_with_the_SOA_of_its_zone() => Run(async w =>
    {
        var subnets = (await w.World.Client<IEc2>().DescribeSubnetsAsync(new(), w.Caller, default)).Subnets ?? [];
        var balancer = (await w.World.Client<IElasticLoadBalancingV2>().CreateLoadBalancerAsync(
            new() { Name = "web", Subnets = [.. subnets.Take(2).Select(s => s.SubnetId ?? "")] }, w.Caller, default)).LoadBalancers?[0] ?? new();
        await w.PutAsync(await w.ZoneAsync(), Set("www.example.com", RRType.Cname, balancer.DNSName ?? ""));
        await w.World.Eventually(() => w.Ask(balancer.DNSName ?? "").Length > 0, TimeSpan.FromMinutes(1));
        foreach (var (name, answers) in new[] { (balancer.DNSName ?? "", 0), ("www.example.com", 1) })
        {
            var reply = w.Server.Ask(name, DnsTypes.Aaaa);
            (reply.Result, reply.Answers.Count, reply.Authority.Count).ShouldBe((DnsResult.Success, answers, 1));
            (reply.Authority[0].Type, reply.Authority[0].Owner?.ToString()).ShouldBe((DnsTypes.Soa, "us-east-1.elb.amazonaws.com."));
        }
    });

    [Fact]
    public void Who_asks_in_the_vpc_of_a_load_balancer_finds_it_there_and_the_host_on_loopback() => Run(async w =>
    {
        var elb = w.World.Client<IElasticLoadBalancingV2>();
        var ec2 = w.World.Client<IEc2>();
        var vpc = await w.VpcAsync();
        var subnets = (await ec2.DescribeSubnetsAsync(new(), w.Caller, default)).Subnets ?? [];
        var balancer = (await elb.CreateLoadBalancerAsync(
            new() { Name = "web", Scheme = LoadBalancerSchemeEnum.Internal, Subnets = [.. subnets.Take(2).Select(s => s.SubnetId ?? "")] }, w.Caller, default)).LoadBalancers?[0] ?? new();
        var zone = await w.ZoneAsync();
        await w.PutAsync(zone, Alias("www.example.com", RRType.A, balancer.CanonicalHostedZoneId ?? "", balancer.DNSName ?? ""));
        var inside = System.Net.IPNetwork.Parse(vpc.CidrBlock ?? "");
        var asker = inside.BaseAddress.ToString()[..^1] + "99";
        await w.World.Eventually(() => w.Ask(balancer.DNSName ?? "", source: asker).Length == 2, TimeSpan.FromMinutes(1));
        w.Ask(balancer.DNSName ?? "", source: asker).ShouldAllBe(a => inside.Contains(System.Net.IPAddress.Parse(a)));
        w.Ask("www.example.com", source: asker).ShouldBe(w.Ask(balancer.DNSName ?? "", source: asker), ignoreOrder: true);
        w.Ask("www.example.com").ShouldAllBe(a => a.StartsWith("127."));
        w.Ask("www.example.com", source: "192.0.2.1").ShouldAllBe(a => a.StartsWith("127."), "somebody elsewhere");
        var nics = (await ec2.DescribeNetworkInterfacesAsync(new() { Filters = [new() { Name = "requester-id", Values = ["elasticloadbalancing.amazonaws.com"] }] }, w.Caller, default)).NetworkInterfaces ?? [];
        nics.Select(n => n.PrivateIpAddress).ShouldBe(w.Ask(balancer.DNSName ?? "", source: asker), ignoreOrder: true);
    });
}
