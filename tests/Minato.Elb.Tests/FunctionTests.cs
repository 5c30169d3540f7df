using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Planning;
using Minato.Engines.Functions;
using Minato.Engines.Proxy;

namespace Minato.Elb.Tests;

/// <summary>Target groups of Lambda functions.</summary>
public sealed class FunctionTests
{
    private const string Function = "arn:aws:lambda:us-east-1:123456789012:function:hello";
    private const string Group = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/fn/0123456789abcdef";

    [Fact]
    public void A_request_is_told_as_the_event_of_an_application_load_balancer() => Event(Request("GET", "/a%20b", "q=1%202&q=3&flag", "", ("host", "x"), ("accept", "a"), ("accept", "b")), false)
        .ShouldBe($$$"""
            {"requestContext":{"elb":{"targetGroupArn":"{{{Group}}}"}},"httpMethod":"GET","path":"/a%20b","queryStringParameters":{"q":"3","flag":""},"headers":{"host":"x","accept":"b"},"body":"","isBase64Encoded":false}
            """);

    [Fact]
    public void With_multi_value_headers_all_values_are_told() => Event(Request("GET", "/", "q=1&q=3", "", ("accept", "a"), ("accept", "b"), ("host", "x")), true)
        .ShouldBe($$$"""
            {"requestContext":{"elb":{"targetGroupArn":"{{{Group}}}"}},"httpMethod":"GET","path":"/","multiValueQueryStringParameters":{"q":["1","3"]},"multiValueHeaders":{"accept":["a","b"],"host":["x"]},"body":"","isBase64Encoded":false}
            """);

    [Theory] // Of a body that is there: text as it is, all else in base 64.
    [InlineData("text/plain; charset=utf-8", null, false)]
    [InlineData("application/json", null, false)]
    [InlineData("APPLICATION/JSON", null, false)]
    [InlineData("application/javascript", null, false)]
    [InlineData("application/xml", null, false)]
    [InlineData("application/x-www-form-urlencoded", null, true)]
    [InlineData("image/png", null, true)]
    [InlineData(null, null, true)]
    [InlineData("text/plain", "gzip", true)]
    public void A_body_that_is_not_text_goes_in_base_64(string? type, string? encoding, bool isEncoded)
    {
        var headers = new List<(string, string)>();
        if (type is not null) headers.Add(("content-type", type));
        if (encoding is not null) headers.Add(("content-encoding", encoding));
        var told = JsonNode.Parse(Event(Request("POST", "/", "", "hey", [.. headers]), false));
        ($"{told?["body"]}", told?["isBase64Encoded"]?.GetValue<bool>()).ShouldBe((isEncoded ? "aGV5" : "hey", isEncoded));
    }

    [Theory]
    [InlineData("""{"statusCode":200,"body":"hi"}""", 200, "hi")]
    [InlineData("""{"statusCode":201,"statusDescription":"201 Made","isBase64Encoded":true,"headers":{"X-A":"1"},"body":"aGk="}""", 201, "hi")]
    [InlineData("""{"statusCode":204,"body":null}""", 204, "")]
    [InlineData("""{"body":"no status"}""", 502, "")]
    [InlineData("""{"statusCode":"200"}""", 502, "")]
    [InlineData("""{"statusCode":99}""", 502, "")]
    [InlineData("""{"statusCode":200,"body":{"not":"text"}}""", 502, "")]
    [InlineData("""{"statusCode":200,"isBase64Encoded":true,"body":"?"}""", 502, "")]
    [InlineData("""{"statusCode":200,"headers":{"X-A":1}}""", 502, "")]
    [InlineData("""{"statusCode":200,"headers":{"X-A":"a\r\nX-B: b"}}""", 502, "")]
    [InlineData("""{"statusCode":200,"headers":{"X A":"a"}}""", 502, "")]
    [InlineData("\"text\"", 502, "")]
    [InlineData("nonsense", 502, "")]
    [InlineData("", 502, "")]
    public void An_answer_that_is_not_as_agreed_is_a_502(string payload, int status, string body)
    {
        var answer = FunctionAnswers.Of(new FunctionOutcome.Returned(payload), isMultiValue: false);
        (answer.Status, answer.IsFault, Encoding.UTF8.GetString(answer.Body.Span)).ShouldBe((status, status == 502, body));
    }

    [Fact]
    public void A_function_that_fails_is_not_there_or_says_too_much_is_a_502()
    {
        foreach (var outcome in new FunctionOutcome[]
                 {
                     new FunctionOutcome.Failed("it broke"), new FunctionOutcome.Unknown(),
                     new FunctionOutcome.Returned($$"""{"statusCode":200,"body":"{{new string('x', 1024 * 1024)}}"}"""),
                 })
            FunctionAnswers.Of(outcome, isMultiValue: false).ShouldBe(EntranceAnswer.Fault(502));
    }

    [Fact]
    public void Headers_of_the_connection_are_dropped_and_several_values_are_told_where_they_are_asked_for()
    {
        var one = FunctionAnswers.Of(new FunctionOutcome.Returned("""{"statusCode":200,"headers":{"Set-Cookie":"a","Connection":"close","Transfer-Encoding":"chunked","Content-Length":"9"}}"""), false);
        one.Headers.ShouldBe([KeyValuePair.Create("Set-Cookie", "a")]);
        var several = FunctionAnswers.Of(new FunctionOutcome.Returned("""{"statusCode":200,"headers":{"X":"1"},"multiValueHeaders":{"Set-Cookie":["a","b"]}}"""), true);
        several.Headers.ShouldBe([KeyValuePair.Create("Set-Cookie", "a"), KeyValuePair.Create("Set-Cookie", "b")]);
    }

    [Fact]
    public void A_group_of_a_function_has_neither_protocol_nor_port_nor_VPC_and_one_target() => ElbWorld.Run(1, async w =>
    {
        foreach (var (with, message) in new (Func<CreateTargetGroupRequest, CreateTargetGroupRequest>, string)[]
                 {
                     (r => r with { Protocol = ProtocolEnum.Http }, "Protocol"), (r => r with { Port = 80 }, "Port"), (r => r with { VpcId = "vpc-1" }, "VPC ID"),
                     (r => r with { HealthCheckProtocol = ProtocolEnum.Http }, "Health check protocol"),
                 })
        {
            (await ElbWorld.RefusedAsync(() => w.Elb.CreateTargetGroupAsync(with(new() { Name = "fn", TargetType = TargetTypeEnum.Lambda }), w.Caller, default), "ValidationError"))
                .Message.ShouldBe($"{message} cannot be specified for target groups with target type 'lambda'");
        }

        var made = (await w.Elb.CreateTargetGroupAsync(new() { Name = "fn", TargetType = TargetTypeEnum.Lambda }, w.Caller, default)).TargetGroups?[0] ?? new();
        (made.Protocol, made.Port, made.VpcId, made.ProtocolVersion, made.HealthCheckEnabled, made.HealthCheckIntervalSeconds, made.HealthCheckTimeoutSeconds)
            .ShouldBe((null, null, null, null, false, 35, 30));
        var arn = made.TargetGroupArn ?? "";
        await ElbWorld.RefusedAsync(() => w.RegisterAsync(arn, "10.0.0.1"), "ValidationError");
        await w.RegisterAsync(arn, Function);
        await ElbWorld.RefusedAsync(() => w.RegisterAsync(arn, Function + "2"), "TooManyTargets");
        var attributes = (await w.Elb.DescribeTargetGroupAttributesAsync(new() { TargetGroupArn = arn }, w.Caller, default)).Attributes ?? [];
        attributes.ShouldContain(new TargetGroupAttribute { Key = "lambda.multi_value_headers.enabled", Value = "false" });
        attributes.ShouldNotContain(a => a.Key == "deregistration_delay.timeout_seconds");
        await w.DeregisterAsync(arn, Function);
        await w.World.Eventually(async () => (await w.AllHealthAsync(arn)).IsEmpty, TimeSpan.FromSeconds(15));
        await w.RegisterAsync(arn, Function + ":live");
    });

    [Fact]
    public void A_request_reaches_the_function_and_its_health_is_not_asked_for() => ElbWorld.Run(1, async w =>
    {
        w.World.Functions.Put(Function, _ => new FunctionOutcome.Returned("""{"statusCode":200,"body":"hello"}"""));
        var (arn, entrance) = await BehindAsync(w);
        var backend = w.Proxy.Serving.Backends.Single();
        (backend.IsFunction, backend.Source, backend.Servers[0].Address, backend.Servers[0].Port).ShouldBe((true, null, "127.0.0.1", SimFunctionEntrance.Port));
        var described = (await w.AllHealthAsync(arn)).Single();
        (described.Target?.Id, described.Target?.Port, described.HealthCheckPort).ShouldBe((Function, null, null));
        described.TargetHealth.ShouldBe(new()
        {
            State = TargetHealthStateEnum.Unavailable, Reason = TargetHealthReasonEnum.TargetHealthCheckDisabled, Description = "Health checks are disabled",
        });
        var answer = await entrance.AskAsync(Request("GET", "/", "", "", backend.Id), default);
        (answer.Status, Encoding.UTF8.GetString(answer.Body.Span)).ShouldBe((200, "hello"));
        $"{JsonNode.Parse(w.World.Functions.Invocations.Last().Payload)?["requestContext"]?["elb"]?["targetGroupArn"]}".ShouldBe(arn);
        (await entrance.AskAsync(Request("GET", "/", "", "", backend.Id, ("upgrade", "websocket")), default)).ShouldBe(EntranceAnswer.Fault(400));
        (await entrance.AskAsync(Request("GET", "/", "", "", "nobody"), default)).ShouldBe(EntranceAnswer.Fault(503));
        w.World.Functions.Invocations.Count.ShouldBe(1);
    });

    [Fact]
    public void A_health_check_that_is_switched_on_calls_the_function() => ElbWorld.Run(1, async w =>
    {
        var isWell = true;
        w.World.Functions.Put(Function, _ => isWell ? new FunctionOutcome.Returned("""{"statusCode":200}""") : new FunctionOutcome.Failed("it broke"));
        var (arn, _) = await BehindAsync(w, r => r with { HealthCheckEnabled = true, HealthCheckPath = "/health", UnhealthyThresholdCount = 2 });
        await w.UntilAsync(arn, Function, TargetHealthStateEnum.Healthy);
        var asked = JsonNode.Parse(w.World.Functions.Invocations.First().Payload);
        ($"{asked?["path"]}", $"{asked?["headers"]?["user-agent"]}").ShouldBe(("/health", "ELB-HealthChecker/2.0"));
        isWell = false;
        await w.UntilAsync(arn, Function, TargetHealthStateEnum.Unhealthy, 120);
        await w.Elb.ModifyTargetGroupAsync(new() { TargetGroupArn = arn, HealthCheckEnabled = false }, w.Caller, default);
        await w.UntilAsync(arn, Function, TargetHealthStateEnum.Unavailable);
    });

    private static async Task<(string Group, SimFunctionEntrance Entrance)> BehindAsync(ElbWorld w, Func<CreateTargetGroupRequest, CreateTargetGroupRequest>? with = null)
    {
        var request = new CreateTargetGroupRequest { Name = "fn", TargetType = TargetTypeEnum.Lambda };
        var arn = (await w.Elb.CreateTargetGroupAsync(with?.Invoke(request) ?? request, w.Caller, default)).TargetGroups?[0].TargetGroupArn ?? "";
        await w.RegisterAsync(arn, Function);
        await w.ListenerAsync((await w.BalancerAsync()).LoadBalancerArn, arn);
        await w.World.Eventually(() => w.Proxy.Serving.Backends is [{ Servers: [{ State: ServerState.Ready }] }], TimeSpan.FromSeconds(5));
        return (arn, (SimFunctionEntrance)w.World.Client<IFunctionEntrance>());
    }

    private static string Event(EntranceRequest request, bool isMultiValue) => FunctionEvents.Of(request, Group, isMultiValue);

    private static EntranceRequest Request(string method, string path, string query, string body, params (string Name, string Value)[] headers) => Request(method, path, query, body, "fn", headers);

    private static EntranceRequest Request(string method, string path, string query, string body, string door, params (string Name, string Value)[] headers) =>
        new(door, method, path, query, [.. headers.Select(h => KeyValuePair.Create(h.Name, h.Value))], Encoding.UTF8.GetBytes(body));
}
