using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Migration.Journal;
using Minato.Migration.Planning;

namespace Minato.Migration.Tests;

/// <summary>What goes wrong on the way, and how much of it a migration sees.</summary>
public sealed class TroubleTests
{
    [Fact]
    public void A_new_side_that_lets_requests_hang_is_left_though_no_target_answers_5xx() => MigrationWorld.Run(async m =>
    {
        m.Begin();
        var run = m.RunAsync();
        await m.UntilAsync(s => s.Weight == 10);
        m.NewUnanswered = 0.3;
        (await run).ShouldBe(Outcome.Retreated);
        m.State.Ended.ShouldNotBeNull().Why.ShouldStartWith("the gate errors failed: ");
        m.State.Samples.Values.Max(s => s.New.Errors).ShouldBe(1806, "a third of 6000, and what it answers with 5xx anyhow");
        m.State.Samples.Values.ShouldAllBe(s => s.Old.Errors <= 60, "the old side answered all that it was asked");
    });

    [Theory]
    [InlineData("ExpiredToken"), InlineData("InvalidClientTokenId")]
    public void Credentials_that_are_refused_end_the_runner_and_send_nobody_back(string code) => MigrationWorld.Run(async m =>
    {
        var isRefused = false;
        m.ElbOfRunner = Unlucky<IElasticLoadBalancingV2>.Around(m.Elb, (_, isAfter) =>
        {
            if (isRefused && !isAfter) throw new AwsException(code, "The security token included in the request is expired", 403);
        });
        m.Begin();
        var run = m.RunAsync();
        await m.UntilAsync(s => s.Weight == 10 && s.Running is null);
        isRefused = true;
        (await m.World.Throws<AwsException>(() => run)).Code.ShouldBe(code);
        m.State.ShouldSatisfyAllConditions(s => s.Left.ShouldBeNull(), s => s.Paused.ShouldBeNull(), s => s.Weight.ShouldBe(10));
        isRefused = false;
        m.Write(new Resumed("me"));
        (await m.RunAsync()).ShouldBe(Outcome.Completed, WorldTests.Story(m));
    });

    [Fact]
    public void What_is_refused_at_the_first_look_is_said_at_once() => MigrationWorld.Run(async m =>
    {
        m.Begin(MigrationWorld.Short.Replace("service: web", "cluster: none, service: web", StringComparison.Ordinal));
        (await m.RunAsync()).ShouldBe(Outcome.Retreated);
        m.State.Ended.ShouldNotBeNull().Why.ShouldStartWith("look: ClusterNotFoundException");
        (m.State.LastAt - m.State.BegunAt).ShouldBeLessThan(TimeSpan.FromMinutes(1));
    });

    [Fact]
    public void A_gate_that_cannot_be_told_says_that_CloudWatch_could_not_be_read() => MigrationWorld.Run(async m =>
    {
        m.CloudWatchOfRunner = Unlucky<ICloudWatch>.Around(m.World.Client<ICloudWatch>(), (name, _) =>
        {
            if (name == "GetMetricDataAsync") throw new AwsException("AccessDenied", "not authorized to perform: cloudwatch:GetMetricData", 403);
        });
        (await m.CheckAsync(MigrationWorld.Short)).ShouldContain("refused: AccessDenied: not authorized to perform: cloudwatch:GetMetricData");
        m.Begin();
        var runner = m.Runner();
        ImmutableArray<Judgement> gates = [];
        runner.Turned += (_, now, _) => gates = now;
        _ = runner.RunAsync(m.World.Stopping);
        await m.UntilAsync(s => s.Weight == 10);
        await m.World.RunFor(TimeSpan.FromMinutes(5));
        gates.Single(g => g.Gate == "errors").ShouldBe(new("errors", Verdict.Unclear, "the new side had 0 requests, of 100 that are needed; CloudWatch could not be read: AccessDenied: not authorized to perform: cloudwatch:GetMetricData"));
    });

    [Fact]
    public void A_check_knows_composite_alarms() => MigrationWorld.Run(async m =>
    {
        var cloudWatch = m.World.Client<ICloudWatch>();
        await cloudWatch.PutMetricAlarmAsync(new()
        {
            AlarmName = "pager", Namespace = "Shop", MetricName = "Orders", Statistic = Statistic.Sum, Period = 60, EvaluationPeriods = 1, Threshold = 1, ComparisonOperator = ComparisonOperator.LessThanThreshold,
        }, m.World.Caller, default);
        await cloudWatch.PutCompositeAlarmAsync(new() { AlarmName = "both", AlarmRule = "ALARM(pager)" }, m.World.Caller, default);
        var lines = await m.CheckAsync(MigrationWorld.Short + "\ngates: { alarms: [pager, both, none] }");
        lines.Where(l => l.StartsWith("refused", StringComparison.Ordinal)).ShouldBe(["refused: there is no alarm none."]);
    });

    [Fact]
    public void An_address_in_any_range_of_the_vpc_is_of_a_zone_and_one_outside_of_all() => MigrationWorld.Run(async m =>
    {
        var ec2 = m.World.Client<Contracts.Ec2.IEc2>();
        var vpc = ((await ec2.DescribeVpcsAsync(new(), m.World.Caller, default)).Vpcs ?? [])[0].VpcId ?? "";
        await ec2.AssociateVpcCidrBlockAsync(new() { VpcId = vpc, CidrBlock = "100.64.0.0/16" }, m.World.Caller, default);
        RegisterTargetsRequest? asked = null;
        m.ElbOfRunner = Unlucky<IElasticLoadBalancingV2>.Listening(m.Elb, request => asked = request as RegisterTargetsRequest ?? asked);
        m.Begin(MigrationWorld.Short.Replace("10.9.0.10:8080", "100.64.0.10:8080", StringComparison.Ordinal));
        _ = m.RunAsync();
        await m.UntilAsync(_ => asked is not null);
        asked.ShouldNotBeNull().Targets.Select(t => (t.Id, t.AvailabilityZone)).ShouldBe([("100.64.0.10", null), ("10.9.0.11", "all")]);
    });

    [Fact]
    public void A_completed_migration_leaves_nothing_for_the_next_one_to_put_back()
    {
        var found = new StepDone("look", ImmutableSortedDictionary<string, string>.Empty.Add(Known.Found, "[]"), null);
        Given.State([.. Given.Until(Given.Plan(), 0), found, new Ended(Outcome.Completed, "done"), new Begun(2, Given.Text, "me")]).Facts.ShouldBeEmpty();
        Given.State([.. Given.Until(Given.Plan(), 0), found, new Ended(Outcome.Retreated, "why"), new Begun(2, Given.Text, "me")]).Facts.ShouldContainKey(Known.Found);
    }
}
