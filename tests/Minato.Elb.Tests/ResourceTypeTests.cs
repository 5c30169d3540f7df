using Minato.Aws.Templates;
using Minato.Testing.Templates;

namespace Minato.Elb.Tests;

public sealed class ResourceTypeTests
{
    private const string Prefix = "AWS::ElasticLoadBalancingV2::";

    [Fact]
    public void A_load_balancer_with_group_listener_and_rule_has_a_life() => ElbWorld.Run(1, async elb =>
    {
        var types = TypeDriver.In(elb.World);
        var subnets = await elb.SubnetsAsync();
        var ids = string.Join(',', subnets.Select(s => $"\"{s.SubnetId}\""));
        var balancer = await types.CreateAsync(Prefix + "LoadBalancer", $$"""
            {"Name":"web","Subnets":[{{ids}}],"Scheme":"internet-facing","LoadBalancerAttributes":[{"Key":"idle_timeout.timeout_seconds","Value":30}],"Tags":[{"Key":"a","Value":"1"}]}
            """, "Balancer");
        balancer.Id.ShouldStartWith("arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/");
        balancer.GetAtt("LoadBalancerArn").ShouldBe(balancer.Id);
        balancer.GetAtt("LoadBalancerFullName").ShouldStartWith("app/web/");
        balancer.GetAtt("LoadBalancerName").ShouldBe("web");
        balancer.GetAtt("DNSName").ShouldContain("web-");
        balancer.GetAtt("CanonicalHostedZoneID").ShouldStartWith("Z");
        balancer.Attributes["SecurityGroups"]?.AsArray().Count.ShouldBe(1);

        var group = await types.CreateAsync(Prefix + "TargetGroup", $$"""
            {"Name":"web","Port":80,"Protocol":"HTTP","TargetType":"ip","VpcId":"{{subnets[0].VpcId}}","HealthCheckPath":"/up","HealthCheckIntervalSeconds":"15","Matcher":{"HttpCode":"200-299"},
             "TargetGroupAttributes":[{"Key":"deregistration_delay.timeout_seconds","Value":"0"}],"Targets":[{"Id":"172.31.0.50","Port":80}]}
            """, "Group");
        group.GetAtt("TargetGroupArn").ShouldBe(group.Id);
        group.GetAtt("TargetGroupFullName").ShouldStartWith("targetgroup/web/");
        group.GetAtt("TargetGroupName").ShouldBe("web");
        (await elb.AllHealthAsync(group.Id)).Length.ShouldBe(1);

        string Listener(string action) => $$"""{"LoadBalancerArn":"{{balancer.Id}}","Port":80,"Protocol":"HTTP","DefaultActions":[{{action}}],"Tags":[{"Key":"team","Value":"shop"}]}""";
        var listener = await types.CreateAsync(Prefix + "Listener", Listener($$"""{"Type":"forward","TargetGroupArn":"{{group.Id}}"}"""), "Listener");
        listener.GetAtt("ListenerArn").ShouldBe(listener.Id);
        listener = await types.UpdateAsync(listener, Listener("""{"Type":"fixed-response","FixedResponseConfig":{"StatusCode":"404","ContentType":"text/plain","MessageBody":"no"}}"""));
        (await elb.Elb.DescribeTagsAsync(new() { ResourceArns = [listener.Id] }, elb.World.Caller, default)).TagDescriptions?[0].Tags?.ShouldContain(t => t.Key == "team" && t.Value == "shop");

        string Rule(int priority, string path) => $$"""
            {"ListenerArn":"{{listener.Id}}","Priority":{{priority}},"Conditions":[{"Field":"path-pattern","PathPatternConfig":{"Values":["{{path}}"]} }],
             "Actions":[{"Type":"forward","ForwardConfig":{"TargetGroups":[{"TargetGroupArn":"{{group.Id}}","Weight":1}]} }]}
            """;
        var rule = await types.CreateAsync(Prefix + "ListenerRule", Rule(10, "/a*"), "Rule");
        (rule.GetAtt("RuleArn"), rule.GetAtt("IsDefault")).ShouldBe((rule.Id, "false"));
        rule = await types.UpdateAsync(rule, Rule(20, "/b*"));

        balancer = await types.UpdateAsync(balancer, $$"""
            {"Name":"web","Subnets":[{{string.Join(',', ids.Split(',').Take(2))}}],"Scheme":"internet-facing","LoadBalancerAttributes":[{"Key":"idle_timeout.timeout_seconds","Value":"40"}]}
            """);
        group = await types.UpdateAsync(group, $$"""{"Name":"web","Port":80,"Protocol":"HTTP","TargetType":"ip","VpcId":"{{subnets[0].VpcId}}","HealthCheckPath":"/down"}""");
        foreach (var resource in (DrivenResource[])[rule, listener, group, balancer]) await types.DeleteAsync(resource);
        types.FaultsOfSchemas().ShouldBeEmpty();
    });

    [Fact]
    public void A_generated_name_has_at_most_thirty_two_characters() => ElbWorld.Run(1, async elb =>
    {
        var ids = string.Join(',', (await elb.SubnetsAsync()).Select(s => $"\"{s.SubnetId}\""));
        var balancer = await TypeDriver.In(elb.World).CreateAsync(Prefix + "LoadBalancer", $$"""{"Subnets":[{{ids}}]}""", "TheLoadBalancerOfTheWholeShop");
        balancer.GetAtt("LoadBalancerName").ShouldMatch("^shop-TheLoadBalance-[A-Z0-9]{12}$");
    });

    [Fact]
    public void A_port_that_has_a_listener_and_a_priority_in_use_are_refused() => ElbWorld.Run(1, async elb =>
    {
        var (balancer, listener, group) = await elb.SetUpAsync();
        var types = TypeDriver.In(elb.World);
        var taken = await types.TryCreateAsync(Prefix + "Listener", $$"""{"LoadBalancerArn":"{{balancer}}","Port":80,"Protocol":"HTTP","DefaultActions":[{"Type":"forward","TargetGroupArn":"{{group}}"}]}""");
        taken.ShouldBeOfType<ResourceProgress.Failed>().ShouldSatisfyAllConditions(f => f.Code.ShouldBe("AlreadyExists"), f => f.PhysicalResourceId.ShouldBeNull());
        var rule = $$"""{"ListenerArn":"{{listener}}","Priority":1,"Conditions":[{"Field":"host-header","Values":["a.example.com"]}],"Actions":[{"Type":"forward","TargetGroupArn":"{{group}}"}]}""";
        await types.CreateAsync(Prefix + "ListenerRule", rule, "One");
        (await types.TryCreateAsync(Prefix + "ListenerRule", rule, "Two")).ShouldBeOfType<ResourceProgress.Failed>().Message.ShouldContain("Priority '1' is currently in use");
    });

    [Fact]
    public void A_classic_load_balancer_has_a_life_and_its_ref_is_its_name() => ElbWorld.Run(1, async elb =>
    {
        var types = TypeDriver.In(elb.World);
        var subnet = (await elb.SubnetsAsync())[0].SubnetId;
        var balancer = await types.CreateAsync("AWS::ElasticLoadBalancing::LoadBalancer", $$"""
            {"LoadBalancerName":"old","Subnets":["{{subnet}}"],"Listeners":[{"LoadBalancerPort":"80","InstancePort":"80","Protocol":"http"}],"CrossZone":true,
             "HealthCheck":{"Target":"HTTP:80/up","Interval":"10","Timeout":"5","UnhealthyThreshold":"2","HealthyThreshold":"2"},
             "LBCookieStickinessPolicy":[{"PolicyName":"sticky","CookieExpirationPeriod":"60"}]}
            """);
        balancer.Id.ShouldBe("old");
        balancer.GetAtt("DNSName").ShouldContain("old-");
        balancer = await types.UpdateAsync(balancer, $$"""
            {"LoadBalancerName":"old","Subnets":["{{subnet}}"],"Listeners":[{"LoadBalancerPort":"81","InstancePort":"80","Protocol":"http"}],
             "LBCookieStickinessPolicy":[{"PolicyName":"sticky","CookieExpirationPeriod":"60"}]}
            """);
        await types.DeleteAsync(balancer);
    });
}
