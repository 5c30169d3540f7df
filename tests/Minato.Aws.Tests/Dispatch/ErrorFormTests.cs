using Minato.Aws.Dispatch;
using Minato.Aws.Tests.Echo;
using Minato.Aws.Tests.Given;

namespace Minato.Aws.Tests.Dispatch;

/// <summary>Errors to the letter, as clients of each protocol parse them.</summary>
public sealed class ErrorFormTests : IAsyncLifetime
{
    private const string Ecs = "AmazonEC2ContainerServiceV20141113.";
    private EchoServer? _server;

    private EchoServer Server => _server ?? throw new InvalidOperationException();

    public async ValueTask InitializeAsync() => _server = await EchoServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_JSON_error_has_type_and_message()
    {
        Server.AnswerNext("""{"error":"ClusterNotFoundException","message":"Cluster not found."}""");
        var answer = await JsonAsync("DescribeServices", """{"services":["a"]}""");
        answer.Status.ShouldBe(400);
        answer.Text.ShouldBe("""{"__type":"ClusterNotFoundException","message":"Cluster not found."}""");
        answer.Headers.ContentType.ToString().ShouldBe("application/x-amz-json-1.1");
        answer.Headers["x-amzn-RequestId"].ToString().Length.ShouldBe(36);
    }

    [Fact]
    public async Task What_the_host_can_explain_reaches_the_client_in_the_form_of_a_failure_of_the_service()
    {
        Server.AnswerNext("""{"disk":"The disk is full: free some space and try again."}""");
        var answer = await JsonAsync("DescribeServices", """{"services":["a"]}""");
        answer.Status.ShouldBe(500);
        answer.Text.ShouldBe("""{"__type":"ServerException","message":"The disk is full: free some space and try again."}""");
        Server.Failures.ShouldBeEmpty("it is no bug");
    }

    [Fact]
    public async Task A_call_too_many_is_a_ThrottlingException()
    {
        await using var server = await EchoServer.StartAsync(throttle: new([new("ecs", "Read", 1, 0, "DescribeServices")], 1, TimeProvider.System));
        (await CallAsync()).Status.ShouldBe(200);
        var answer = await CallAsync();
        answer.Status.ShouldBe(400);
        answer.Text.ShouldBe("""{"__type":"ThrottlingException","message":"Rate exceeded"}""");

        Task<Exchange> CallAsync() => Exchange.SignedAsync(server.Endpoint, Exchange.Json(Ecs + "DescribeServices", """{"services":["a"]}"""), "ecs");
    }

    [Fact]
    public async Task A_query_error_is_wrapped_and_says_whose_fault_it_is()
    {
        Server.AnswerNext("""{"error":"NoSuchEntityException","message":"The user with name <b> cannot be found."}""");
        var answer = await QueryAsync("iam", "Action=GetUser&Version=2010-05-08&UserName=b");
        answer.Status.ShouldBe(404);
        answer.Text.ShouldBe("<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>The user with name &lt;b&gt; cannot be found.</Message></Error><RequestId>"
            + answer.Headers["x-amzn-RequestId"] + "</RequestId></ErrorResponse>");
        answer.Headers.ContentType.ToString().ShouldBe("text/xml");
    }

    [Fact]
    public async Task An_EC2_error_has_a_form_of_its_own()
    {
        var answer = await QueryAsync("ec2", "Action=Nonsense&Version=2016-11-15");
        answer.Status.ShouldBe(400);
        answer.Text.ShouldBe("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>InvalidAction</Code><Message>The action Nonsense is not valid for this web service.</Message></Error></Errors><RequestID>"
            + answer.Headers["x-amzn-requestid"] + "</RequestID></Response>");
    }

    [Fact]
    public async Task A_query_answer_is_wrapped_and_carries_its_request_id()
    {
        Server.AnswerNext("""{"answer":{"Account":"1","Arn":"a","UserId":"u"}}""");
        var answer = await QueryAsync("sts", "Action=GetCallerIdentity&Version=2011-06-15");
        answer.Text.ShouldBe("<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult><UserId>u</UserId><Account>1</Account><Arn>a</Arn></GetCallerIdentityResult><ResponseMetadata><RequestId>"
            + answer.Headers["x-amzn-RequestId"] + "</RequestId></ResponseMetadata></GetCallerIdentityResponse>");
    }

    [Fact]
    public async Task A_REST_XML_error_is_wrapped()
    {
        Server.AnswerNext("""{"error":"NoSuchHostedZone","message":"No hosted zone found with ID: Z"}""");
        var request = Exchange.Request("");
        (request.Method, request.Path) = ("GET", "/2013-04-01/hostedzone/Z");
        var answer = await Exchange.SignedAsync(Server.Endpoint, request, "route53");
        answer.Status.ShouldBe(404);
        answer.Text.ShouldContain("<Error><Type>Sender</Type><Code>NoSuchHostedZone</Code><Message>No hosted zone found with ID: Z</Message></Error><RequestId>");
    }

    [Fact]
    public async Task A_REST_JSON_error_has_its_type_in_a_header()
    {
        Server.AnswerNext("""{"error":"ResourceNotFoundException","message":"Schedule x does not exist."}""");
        var request = Exchange.Request("");
        (request.Method, request.Path) = ("GET", "/schedules/x");
        var answer = await Exchange.SignedAsync(Server.Endpoint, request, "scheduler");
        answer.Status.ShouldBe(404);
        answer.Headers["x-amzn-ErrorType"].ToString().ShouldBe("ResourceNotFoundException");
        answer.Text.ShouldBe("""{"Message":"Schedule x does not exist."}""");
    }

    // A header with a letter beyond ASCII, or with the end of a line in it, is none that the host would send.
    [Theory]
    [InlineData("AMAZONS3", "AMAZONS3"), InlineData("ÄMÄZÕÑ S3", "=?UTF-8?B?w4PChE3Dg8KEWsODwpXDg8KRIFMz?="), InlineData("a\\r\\nb", "=?UTF-8?B?YQ0KYg==?=")]
    public async Task What_a_header_cannot_carry_is_encoded_as_S3_does(string value, string header)
    {
        Server.AnswerNext($$$"""{"answer":{"Metadata":{"who":"{{{value}}}"},"ContentDisposition":"{{{value}}}"}}""");
        var request = Exchange.Request("");
        (request.Method, request.Path) = ("HEAD", "/things/a");
        var answer = await Exchange.SignedAsync(Server.Endpoint, request, "s3");
        answer.Status.ShouldBe(200, answer.Text);
        (answer.Headers["x-amz-meta-who"].ToString(), answer.Headers.ContentDisposition.ToString()).ShouldBe((header, header));
    }

    [Fact]
    public async Task CloudWatch_goes_on_telling_the_code_of_its_query_days()
    {
        Server.AnswerNext("""{"error":"InvalidParameterValueException","message":"no"}""");
        var answer = await Exchange.SignedAsync(Server.Endpoint, Exchange.Request("""{"Namespace":"n","MetricName":"m","MetricData":[]}""", ("X-Amz-Target", "GraniteServiceVersion20100801.PutMetricData"),
            ("Content-Type", "application/x-amz-json-1.0")), "monitoring");
        answer.Headers["x-amzn-query-error"].ToString().ShouldBe("InvalidParameterValue;Sender");
        answer.Headers.ContentType.ToString().ShouldBe("application/x-amz-json-1.0");
    }

    [Fact]
    public async Task An_unknown_operation_is_named_as_each_family_names_it()
    {
        (await JsonAsync("Nonsense", "{}")).ShouldSatisfyAllConditions(a => a.Status.ShouldBe(400), a => a.Text.ShouldBe("""{"__type":"UnknownOperationException"}"""));
        (await QueryAsync("iam", "Action=Nonsense&Version=2010-05-08")).Text.ShouldContain("<Code>InvalidAction</Code><Message>Could not find operation Nonsense for version 2010-05-08</Message>");
        (await QueryAsync("iam", "Version=2010-05-08")).Text.ShouldContain("<Code>MissingAction</Code>");
        var wrongTarget = await Exchange.SignedAsync(Server.Endpoint, Exchange.Json("Logs_20140328.DescribeLogGroups", "{}"), "ecs");
        wrongTarget.Text.ShouldBe("""{"__type":"UnknownOperationException"}""");
    }

    [Fact]
    public async Task A_service_without_a_room_is_refused_by_name()
    {
        var answer = await Exchange.SignedAsync(Server.Endpoint, Exchange.Json("AmazonSQS.ListQueues", "{}"), "sqs");
        answer.ShouldSatisfyAllConditions(a => a.Status.ShouldBe(400), a => a.Text.ShouldBe("""{"__type":"UnknownOperationException","message":"Minato does not serve sqs."}"""));
    }

    [Theory]
    [InlineData("{", """{"__type":"SerializationException"}""")]
    [InlineData("", null)]
    [InlineData("[]", """{"__type":"SerializationException","message":"Start of list found where not expected"}""")]
    [InlineData("""{"services":["a"],"cluster":5}""", """{"__type":"SerializationException","message":"NUMBER_VALUE can not be converted to a String"}""")]
    [InlineData("""{"services":"a"}""", """{"__type":"SerializationException","message":"Expected list or null"}""")]
    [InlineData("""{"services":["a"]} x""", """{"__type":"SerializationException"}""")]
    [InlineData("""{"services":["a"],}""", """{"__type":"SerializationException"}""")]
    public async Task Malformed_JSON_is_a_serialization_error(string body, string? expected)
    {
        var answer = await JsonAsync("DescribeServices", body);
        answer.Status.ShouldBe(400);
        if (expected is not null) answer.Text.ShouldBe(expected);
    }

    [Fact]
    public async Task A_bug_shows_no_stack_trace()
    {
        Server.AnswerNext("""{"answer":{"nonsense":1}}""");
        var answer = await JsonAsync("ListClusters", "{}");
        answer.Status.ShouldBe(500);
        answer.Text.ShouldBe("""{"__type":"ServerException","message":"Service Unavailable. Please try again later."}""");
        Server.Failures.Count.ShouldBe(1);
        Server.AnswerNext("""{"answer":{"nonsense":1}}""");
        (await QueryAsync("sts", "Action=GetCallerIdentity&Version=2011-06-15")).ShouldSatisfyAllConditions(
            a => a.Status.ShouldBe(500), a => a.Text.ShouldContain("<Type>Receiver</Type><Code>InternalFailure</Code>"), a => a.Text.ShouldNotContain("   at "));
    }

    [Fact]
    public async Task A_body_over_ten_MiB_is_too_large_and_one_of_ten_is_not()
    {
        var answer = await JsonAsync("ListClusters", $$"""{"nextToken":"{{new string('a', 10 * 1024 * 1024)}}"}""");
        answer.Status.ShouldBe(413);
        answer.Text.ShouldStartWith("""{"__type":"RequestEntityTooLargeException",""");
        (await QueryAsync("iam", "Action=GetUser&UserName=" + new string('a', 11 * 1024 * 1024))).ShouldSatisfyAllConditions(
            a => a.Status.ShouldBe(413), a => a.Text.ShouldContain("<Code>RequestEntityTooLarge</Code>"));
        (await JsonAsync("ListClusters", $$"""{"nextToken":"{{new string('a', 10 * 1024 * 1024 - 20)}}"}""")).Status.ShouldBe(200);
    }

    // ECR asks for parts of 10 MiB and takes 20; as text they are a third longer.
    [Theory, InlineData(10 << 20, 200), InlineData(20 << 20, 200), InlineData(21 << 20, 413)]
    public async Task A_blob_arrives_as_large_as_the_model_lets_it_be(int size, int status)
    {
        var part = Exchange.Json("AmazonEC2ContainerRegistry_V20150921.UploadLayerPart",
            $$"""{"repositoryName":"web","uploadId":"0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f","partFirstByte":0,"partLastByte":{{size - 1}},"layerPartBlob":"{{Convert.ToBase64String(new byte[size])}}"}""");
        (await Exchange.SignedAsync(Server.Endpoint, part, "ecr")).Status.ShouldBe(status);
        if (status is 200) (Server.Last?.Request as Contracts.Ecr.UploadLayerPartRequest)?.LayerPartBlob.Length.ShouldBe(size);
    }

    [Theory]
    [InlineData("ecs", "AmazonEC2ContainerServiceV20141113.RunTask", """{"launchType":"NOPE"}""",
        """{"__type":"InvalidParameterException","message":"2 validation errors detected: Value 'NOPE' at 'launchType' failed to satisfy constraint: Member must satisfy enum value set: [EC2, FARGATE, EXTERNAL, MANAGED_INSTANCES]; Value null at 'taskDefinition' failed to satisfy constraint: Member must not be null"}""")]
    [InlineData("logs", "Logs_20140328.CreateLogGroup", """{"logGroupName":""}""",
        """{"__type":"InvalidParameterException","message":"2 validation errors detected: Value '' at 'logGroupName' failed to satisfy constraint: Member must have length greater than or equal to 1; Value '' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"}""")]
    [InlineData("logs", "Logs_20140328.PutLogEvents", """{"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":1,"message":"a"},{"timestamp":-1}]}""",
        """{"__type":"InvalidParameterException","message":"2 validation errors detected: Value '-1' at 'logEvents.2.member.timestamp' failed to satisfy constraint: Member must have value greater than or equal to 0; Value null at 'logEvents.2.member.message' failed to satisfy constraint: Member must not be null"}""")]
    [InlineData("ecr", "AmazonEC2ContainerRegistry_V20150921.CreateRepository", """{"repositoryName":"a"}""",
        """{"__type":"InvalidParameterException","message":"Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must have length greater than or equal to 2'"}""")]
    [InlineData("ecs", "AmazonEC2ContainerServiceV20141113.DescribeClusters", """{"include":["TAGS","NOPE"]}""",
        """{"__type":"InvalidParameterException","message":"1 validation error detected: Value '[TAGS, NOPE]' at 'include' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [ATTACHMENTS, CONFIGURATIONS, SETTINGS, STATISTICS, TAGS]]"}""")]
    public async Task A_request_against_the_model_is_told_all_it_breaks(string service, string target, string body, string expected)
    {
        var answer = await Exchange.SignedAsync(Server.Endpoint, Exchange.Json(target, body), service);
        answer.ShouldSatisfyAllConditions(a => a.Status.ShouldBe(400), a => a.Text.ShouldBe(expected));
    }

    [Theory]
    [InlineData("sts", "Action=AssumeRole&RoleArn=arn:aws:iam::123456789012:role/x&RoleSessionName=Session1:2",
        "<Code>ValidationError</Code><Message>1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*</Message>")]
    [InlineData("ec2", "Action=DescribeVpcAttribute&VpcId=vpc-1", "<Code>MissingParameter</Code><Message>The request must contain the parameter attribute</Message>")]
    [InlineData("ec2", "Action=DescribeVpcAttribute&VpcId=vpc-1&Attribute=nope", "<Code>InvalidParameterValue</Code><Message>Value (nope) for parameter attribute is invalid.")]
    public async Task A_query_against_the_model_is_told_what_it_breaks(string service, string body, string expected)
    {
        var answer = await QueryAsync(service, body);
        answer.ShouldSatisfyAllConditions(a => a.Status.ShouldBe(400), a => a.Text.ShouldContain(expected));
    }

    [Fact]
    public void Every_pattern_of_every_model_can_be_matched_here()
    {
        foreach (var service in EchoServer.Services)
            foreach (var member in service.Operations.SelectMany(o => o.InputSchema.Members)) member.Constraint?.Matches("a");
        foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, "models"), "*.json").Concat(Directory.GetFiles(Path.Combine(Repository.Root, "tests", "conformance", "models"), "*.json")))
            foreach (var pattern in PatternsOf(file)) Should.NotThrow(() => new Shapes.Constraint { Pattern = pattern }.Matches("a"), $"{file}: {pattern}");
    }

    private static IEnumerable<string> PatternsOf(string file)
    {
        using var model = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(file));
        return [.. model.RootElement.GetProperty("shapes").EnumerateObject().Where(s => s.Value.TryGetProperty("pattern", out _)).Select(s => s.Value.GetProperty("pattern").GetString() ?? "")];
    }

    private Task<Exchange> JsonAsync(string operation, string body) => Exchange.SignedAsync(Server.Endpoint, Exchange.Json(Ecs + operation, body), "ecs");

    private Task<Exchange> QueryAsync(string service, string body) => Exchange.SignedAsync(Server.Endpoint, Exchange.Form(body), service);
}
