using Minato.Aws.Tests.Echo;
using Minato.Aws.Tests.Given;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Contracts.Route53;
using Minato.Contracts.Scheduler;
using Task = System.Threading.Tasks.Task;

namespace Minato.Aws.Tests;

/// <summary>Minato's own client over a real socket, signatures verified.</summary>
public sealed class AwsClientTests : IAsyncLifetime
{
    private static readonly Caller Anyone = new() { AccountId = "", Region = "", PrincipalArn = "" };
    private readonly HttpClient _http = new();
    private EchoServer? _server;
    private AwsClient? _client;

    private EchoServer Server => _server ?? throw new InvalidOperationException();
    private AwsClient Client => _client ?? throw new InvalidOperationException();

    public async ValueTask InitializeAsync()
    {
        _server = await EchoServer.StartAsync();
        _client = new(_http, Server.Address, Exchange.Root, "eu-central-1", TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_server is not null) await _server.DisposeAsync();
    }

    [Fact]
    public async Task Every_protocol_arrives()
    {
        Server.AnswerNext("""{"answer":{"clusterArns":["a"],"nextToken":"n"}}""");
        (await new EcsClient(Client).ListClustersAsync(new() { MaxResults = 3 }, Anyone, default)).ClusterArns.ShouldBe(["a"]);
        Server.Last?.Caller.Region.ShouldBe("eu-central-1");

        Server.AnswerNext("""{"answer":{"LoadBalancers":[{"DNSName":"<a>"}]}}""");
        (await new ElasticLoadBalancingV2Client(Client).DescribeLoadBalancersAsync(new() { Names = ["a b"] }, Anyone, default)).LoadBalancers?[0].DNSName.ShouldBe("<a>");

        Server.AnswerNext("""{"answer":{"Vpcs":[{"VpcId":"vpc-1"}]}}""");
        (await new Ec2Client(Client).DescribeVpcsAsync(new() { VpcIds = ["vpc-1"] }, Anyone with { Region = "us-west-2" }, default)).Vpcs?[0].VpcId.ShouldBe("vpc-1");
        Server.Last?.Caller.Region.ShouldBe("us-west-2");

        Server.AnswerNext("""{"answer":{"Name":"s"}}""");
        (await new SchedulerClient(Client).GetScheduleAsync(new() { Name = "a.b", GroupName = "g" }, Anyone, default)).Name.ShouldBe("s");

        Server.AnswerNext("""{"answer":{"HostedZone":{"Id":"Z","Name":"a.","CallerReference":"r"}}}""");
        (await new Route53Client(Client).GetHostedZoneAsync(new() { Id = "Z1" }, Anyone, default)).HostedZone.Name.ShouldBe("a.");

        Server.AnswerNext("""{"answer":{"NextToken":"t"}}""");
        (await new CloudWatchClient(Client).ListMetricsAsync(new() { Namespace = "n" }, Anyone, default)).NextToken.ShouldBe("t");
    }

    [Fact]
    public async Task A_refusal_comes_as_the_modelled_exception()
    {
        Server.AnswerNext("""{"error":"ClusterNotFoundException","message":"Cluster not found."}""");
        (await Should.ThrowAsync<ClusterNotFoundException>(() => new EcsClient(Client).DescribeClustersAsync(new(), Anyone, default))).Message.ShouldBe("Cluster not found.");
    }

    [Fact]
    public async Task A_wrong_secret_comes_as_a_plain_exception()
    {
        var stranger = new AwsClient(_http, Server.Address, Exchange.Root with { SecretKey = "no" }, "eu-central-1", TimeProvider.System);
        (await Should.ThrowAsync<AwsException>(() => new EcsClient(stranger).ListClustersAsync(new(), Anyone, default))).Code.ShouldBe("InvalidSignatureException");
    }

    [Fact]
    public async Task A_body_of_unknown_length_is_limited_too()
    {
        using var small = await SendChunkedAsync(100);
        small.StatusCode.ShouldBe(System.Net.HttpStatusCode.BadRequest); // It is not signed, but it is read.
        using var large = await SendChunkedAsync(11 * 1024 * 1024);
        large.StatusCode.ShouldBe(System.Net.HttpStatusCode.RequestEntityTooLarge);
        Server.AnswerNext("""{"answer":{}}""");
        await new EcsClient(Client).ListClustersAsync(new(), Anyone, default);
        Server.Failures.ShouldBeEmpty();
    }

    private async Task<HttpResponseMessage> SendChunkedAsync(int length)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Server.Address) { Content = new ByteArrayContent(new byte[length]) };
        request.Headers.TransferEncodingChunked = true;
        request.Headers.Add("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.ListClusters");
        return await _http.SendAsync(request);
    }

    [Fact]
    public void Secrets_do_not_print_themselves()
    {
        new Contracts.Iam.AccessKey { UserName = "u", AccessKeyId = "A", SecretAccessKey = "hidden", Status = Contracts.Iam.StatusType.Active }.ToString().ShouldBe("AccessKey");
        Exchange.Root.ToString().ShouldNotContain("secret");
    }
}
