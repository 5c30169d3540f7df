using System.Collections.Immutable;
using Minato.CloudWatch;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Planning;
using Minato.Elb.Traffic;
using Minato.Engines.Functions;
using Minato.Engines.Proxy;
using Minato.Testing;
using static Minato.Elb.Tests.GivenTraffic;

namespace Minato.Elb.Tests;

/// <summary>Metrics of functions behind an Application Load Balancer.</summary>
public sealed class FunctionMetricsTests
{
    private const string Function = "arn:aws:lambda:us-east-1:123456789012:function:hello";

    [Fact]
    public void Errors_of_a_function_are_told_of_its_group_and_its_bytes_of_the_load_balancer()
    {
        var faults = new FunctionTally();
        faults.Add(502, FunctionError.User);
        faults.Add(502, FunctionError.Internal);
        faults.Add(413, FunctionError.User);
        faults.Add(400, FunctionError.None);
        var group = Group with { TargetType = TargetTypeEnum.Lambda, HealthCheck = new() { IsEnabled = false } };
        var told = Told("app/web/1", 9, new GroupTraffic(group, Targets(0, 0, Row("function-9001", 9) with { Bytes = 900 }) with { Registered = 1 }) { Faults = faults, FailsOpen = true });
        foreach (var dimensions in (string[])["TargetGroup", "TargetGroup+LoadBalancer"])
        {
            (told[$"LambdaUserError {dimensions}"], told[$"LambdaInternalError {dimensions}"]).ShouldBe((2, 1));
        }
        told["LambdaTargetProcessedBytes LoadBalancer"].ShouldBe(900);
        told["RequestCount TargetGroup+LoadBalancer"].ShouldBe(9);
        (told["HTTPCode_ELB_502_Count LoadBalancer"], told["HTTPCode_ELB_5XX_Count LoadBalancer"], told["HTTPCode_ELB_4XX_Count LoadBalancer"]).ShouldBe((2, 2, 2));
        told.Keys.ShouldNotContain(k => k.StartsWith("RequestCountPerTarget", StringComparison.Ordinal)); // AWS: does not apply to functions.
        told.Keys.ShouldNotContain(k => k.Contains("HealthyHostCount", StringComparison.OrdinalIgnoreCase) || k.Contains("StateRouting", StringComparison.Ordinal)); // Nobody looks how it is.
    }

    [Fact]
    public void An_error_of_a_function_is_its_users_unless_nobody_could_ask_it()
    {
        FunctionAnswers.ErrorOf(EntranceAnswer.Fault(502), new FunctionOutcome.Failed("it broke")).ShouldBe(FunctionError.User);
        FunctionAnswers.ErrorOf(EntranceAnswer.Fault(502), new FunctionOutcome.Failed("away") { IsOutOfReach = true }).ShouldBe(FunctionError.Internal);
        FunctionAnswers.ErrorOf(EntranceAnswer.Fault(502), new FunctionOutcome.Unknown()).ShouldBe(FunctionError.User); // AWS: LambdaResourceNotFound.
        FunctionAnswers.ErrorOf(EntranceAnswer.Fault(502), new FunctionOutcome.Returned("nonsense")).ShouldBe(FunctionError.User); // AWS: LambdaInvalidResponse.
        FunctionAnswers.ErrorOf(EntranceAnswer.Fault(413), null).ShouldBe(FunctionError.User); // AWS: LambdaRequestTooLarge.
        FunctionAnswers.ErrorOf(EntranceAnswer.Fault(400), null).ShouldBe(FunctionError.None); // A WebSocket never came as far.
        FunctionAnswers.ErrorOf(new(500, null, [], ReadOnlyMemory<byte>.Empty), new FunctionOutcome.Returned("""{"statusCode":500}""")).ShouldBe(FunctionError.None);
    }

    [Fact]
    public void What_the_load_balancer_answers_for_a_function_is_no_answer_of_a_target() => World.Run(1, async world =>
    {
        var w = new ElbWorld(world);
        var payload = """{"statusCode":503}""";
        world.Functions.Put(Function, _ => new FunctionOutcome.Returned(payload));
        var group = (await w.Elb.CreateTargetGroupAsync(new() { Name = "fn", TargetType = TargetTypeEnum.Lambda }, w.Caller, default)).TargetGroups?[0].TargetGroupArn ?? "";
        await w.RegisterAsync(group, Function);
        var balancer = (await w.BalancerAsync()).LoadBalancerArn ?? "";
        await w.ListenerAsync(balancer, group);
        await world.Eventually(() => w.Proxy.Serving.Backends is [{ Servers: [{ State: ServerState.Ready }] }], TimeSpan.FromSeconds(5));
        await world.RunFor(TimeSpan.FromMinutes(2));
        await AskAsync(new byte[1]);
        payload = "nonsense";
        await AskAsync(new byte[1]);
        await AskAsync(new byte[IFunctionEntrance.LargestBody + 1]);
        await world.RunFor(TimeSpan.FromMinutes(2));
        (await ReadAsync(w, "HTTPCode_Target_5XX_Count", "Sum", ("LoadBalancer", balancer))).Sum.ShouldBe(1); // That was the function.
        (await ReadAsync(w, "HTTPCode_Target_4XX_Count", "Sum", ("LoadBalancer", balancer))).Sum.ShouldBeNull();
        (await ReadAsync(w, "HTTPCode_ELB_502_Count", "Sum", ("LoadBalancer", balancer))).Sum.ShouldBe(1);
        (await ReadAsync(w, "HTTPCode_ELB_4XX_Count", "Sum", ("LoadBalancer", balancer))).Sum.ShouldBe(1);
        (await ReadAsync(w, "LambdaUserError", "Sum", ("TargetGroup", group))).Sum.ShouldBe(2);
        (await ReadAsync(w, "RequestCount", "Sum", ("TargetGroup", group), ("LoadBalancer", balancer))).Sum.ShouldBe(3);

        async Task AskAsync(byte[] body)
        {
            var door = w.Proxy.Serving.Backends[0];
            var answer = await ((SimFunctionEntrance)world.Client<IFunctionEntrance>()).AskAsync(new(door.Id, "POST", "/", "", ImmutableArray<KeyValuePair<string, string>>.Empty, body), default);
            w.Targets.Set("127.0.0.1", SimFunctionEntrance.Port, answer.Status);
            w.Ask(1);
        }
    }, services =>
    {
        ElbWorld.Configure(services);
        services.AddCloudWatch();
    });
}
