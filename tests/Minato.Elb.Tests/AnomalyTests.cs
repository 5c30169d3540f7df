using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Planning;
using Minato.Elb.State;

namespace Minato.Elb.Tests;

/// <summary>Targets that fail where the others of their group do not.</summary>
public sealed class AnomalyTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory] // Requests/errors of each target; which are anomalous.
    [InlineData("100/0 100/0 100/50", "2")]
    [InlineData("100/0 100/50", "")] // AWS: of three at least.
    [InlineData("100/5 100/5 100/8", "")]
    [InlineData("100/40 100/40 100/50", "")] // It is not the target.
    [InlineData("100/0 100/0 9/9", "")]
    [InlineData("100/0 100/0 100/50 100/60", "2 3")]
    public void A_target_is_anomalous_when_it_fails_and_the_others_do_not(string counts, string anomalous) =>
        string.Join(' ', AnomalyPlanner.Plan(Read(counts), _ => null).Where(a => a.IsAnomalous).Select(a => a.Key.Id)).ShouldBe(anomalous);

    [Fact]
    public void Its_share_is_halved_while_it_fails_and_doubled_when_it_does_well()
    {
        var known = new Dictionary<TargetKey, AnomalyState>();
        int Share(string counts)
        {
            var planned = AnomalyPlanner.Plan(Read(counts), known.GetValueOrDefault);
            known.Clear();
            foreach (var anomaly in planned) known[anomaly.Key] = anomaly;
            return known.Values.SingleOrDefault()?.Weight ?? 100;
        }

        const string Fails = "100/0 100/0 100/50", Fine = "100/0 100/0 100/0", Silent = "100/0 100/0 0/0";
        new[] { Fails, Fails, Fails, Fails, Fails, Fails }.Select(Share).ShouldBe([50, 25, 12, 6, 5, 5]);
        new[] { Fine, Fine, Silent, Silent, Fine }.Select(Share).ShouldBe([10, 20, 40, 80, 100]);
    }

    [Fact]
    public void Another_registration_of_a_target_has_its_whole_share() =>
        AnomalyPlanner.Plan(Read("100/0 100/0 100/0"), key => new(key, s_noon.AddHours(-1), 5, true)).ShouldBeEmpty();

    [Fact]
    public void Traffic_is_kept_away_from_a_target_that_fails_while_its_health_check_is_content() => ElbWorld.Run(1, async w =>
    {
        const string Bad = "172.31.0.12";
        var (_, _, group) = await w.SetUpAsync();
        foreach (var address in (string[])["172.31.0.10", "172.31.0.11"]) w.Targets.Set(address, 80);
        var isIll = true;
        w.Targets.Set(Bad, 80, r => new Minato.Engines.Proxy.ProbeOutcome.Answered(r.Path is ElbWorld.Path || !isIll ? 200 : 500));
        await w.RegisterAsync(group, "172.31.0.10", "172.31.0.11", Bad);
        foreach (var address in (string[])["172.31.0.10", "172.31.0.11", Bad]) await w.UntilAsync(group, address, TargetHealthStateEnum.Healthy);
        (await DetectionAsync()).ShouldBeNull(); // Nobody looks.
        await w.Elb.ModifyTargetGroupAttributesAsync(new()
        {
            TargetGroupArn = group,
            Attributes = [new() { Key = "load_balancing.algorithm.type", Value = "weighted_random" }, new() { Key = "load_balancing.algorithm.anomaly_mitigation", Value = "on" }],
        }, w.Caller, default);
        await w.World.RunFor(TimeSpan.FromSeconds(11));
        (await DetectionAsync()).ShouldBe(new() { Result = AnomalyResultEnum.Normal, MitigationInEffect = MitigationInEffectEnum.No });
        for (var i = 0; i < 5; i++)
        {
            w.Ask(1000);
            await w.World.RunFor(TimeSpan.FromSeconds(10));
        }
        (await DetectionAsync()).ShouldBe(new() { Result = AnomalyResultEnum.Anomalous, MitigationInEffect = MitigationInEffectEnum.Yes });
        w.Ask(300).GetValueOrDefault("172-31-0-12-80").ShouldBeLessThan(30);
        isIll = false;
        for (var i = 0; i < 8; i++)
        {
            w.Ask(1000);
            await w.World.RunFor(TimeSpan.FromSeconds(10));
        }
        (await DetectionAsync()).ShouldBe(new() { Result = AnomalyResultEnum.Normal, MitigationInEffect = MitigationInEffectEnum.No });
        w.Ask(300).GetValueOrDefault("172-31-0-12-80").ShouldBeInRange(90, 110);

        async Task<AnomalyDetection?> DetectionAsync() => (await w.Elb.DescribeTargetHealthAsync(
            new() { TargetGroupArn = group, Include = [DescribeTargetHealthInputIncludeEnum.AnomalyDetection] }, w.Caller, default)).TargetHealthDescriptions?.First(d => d.Target?.Id == Bad).AnomalyDetection;
    });

    private static List<TargetErrors> Read(string counts) => [.. counts.Split(' ').Select((c, i) => c.Split('/') switch
    {
        var parts => new TargetErrors(
            new("arn:group", i.ToString(System.Globalization.CultureInfo.InvariantCulture), 80), s_noon, long.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture), long.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture)),
    })];
}
