using System.IO.Compression;
using System.Text;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.State;
using Minato.Elb.Traffic;
using Minato.Engines.Proxy;

namespace Minato.Elb.Tests;

public sealed class AccessLogTests
{
    private const string Group = "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067";
    private const string Balancer = "app/my-loadbalancer/50dc6c495c0c9188";
    private static readonly DateTimeOffset s_end = new(2018, 7, 2, 22, 23, 0, 186, 641, TimeSpan.Zero);

    [Fact]
    public void A_forwarded_request_is_thirty_three_fields()
    {
        var line = AccessLogLine.Write(Request, Details, Balancer, 80, Group);
        line.ShouldBe(
            "http 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 34 366 " +
            "\"GET http://www.example.com:80/ HTTP/1.1\" \"curl/7.46.0\" - - " + Group + " \"Root=1-58337262-36d228ad5d99923122bbe354\" \"-\" \"-\" 0 " +
            "2018-07-02T22:22:48.364000Z \"forward\" \"-\" \"-\" \"10.0.0.1:80\" \"200\" \"-\" \"-\" " + Words(line)[29] + " \"-\" \"-\" \"-\"");
        Words(line).Count.ShouldBe(33);
        Words(line)[29].ShouldMatch("^TID_[0-9a-f]{32}$");
    }

    [Theory] // End, status, port: fields 6, 7, 9, 10, 13, 21, 23, 24.
    [InlineData(RequestEnd.Told, 301, "-1 -1 301 - GET http://www.example.com:80/ HTTP/1.1|7|redirect|https://x/")]
    [InlineData(RequestEnd.Told, 404, "-1 -1 404 - GET http://www.example.com:80/ HTTP/1.1|7|fixed-response|-")]
    [InlineData(RequestEnd.Unreached, 502, "-1 -1 502 - GET http://www.example.com:80/ HTTP/1.1|7|forward|-")]
    [InlineData(RequestEnd.Abandoned, 0, "-1 -1 460 - GET http://www.example.com:80/ HTTP/1.1|7|forward|-")]
    [InlineData(RequestEnd.Malformed, 400, "-1 -1 400 - - http://-:80- -|-1|-|-")]
    public void What_did_not_come_so_far_has_no_times(RequestEnd end, int status, string fields)
    {
        var isForwarded = end is RequestEnd.Unreached or RequestEnd.Abandoned;
        var request = Request with { End = end, Status = status, ServerStatus = null, ServerTime = null, Server = null };
        var words = Words(AccessLogLine.Write(request, Details with { Priority = 7, Location = status is 301 ? "https://x/" : null }, Balancer, 80, isForwarded ? Group : null));
        $"{words[5]} {words[6]} {words[8]} {words[9]} {words[12]}|{words[20]}|{words[22]}|{words[23]}".ShouldBe(fields);
    }

    [Theory]
    [InlineData(101, "HTTP/1.1", null, "ws")]
    [InlineData(101, "HTTP/1.1", "TLSv1.3", "wss")]
    [InlineData(200, "HTTP/1.1", "TLSv1.3", "https")]
    [InlineData(200, "HTTP/2.0", "TLSv1.3", "h2")]
    public void The_type_says_what_the_client_spoke(int status, string version, string? tls, string type) =>
        Words(AccessLogLine.Write(Request with { Status = status }, Details with { Version = version, TlsProtocol = tls }, Balancer, 443, Group))[0].ShouldBe(type);

    [Fact]
    public void What_clients_write_stays_within_its_quotes() =>
        Words(AccessLogLine.Write(Request, Details with { UserAgent = "a\" \\ b\u00e9" }, Balancer, 80, Group))[13].ShouldBe("a\\x22 \\x5c b\\xc3\\xa9");

    [Fact]
    public void Files_are_named_as_aws_names_them()
    {
        var balancer = new BalancerState
        {
            Arn = "arn:aws:elasticloadbalancing:us-east-2:123456789012:loadbalancer/" + Balancer, Home = new("123456789012", "us-east-2"), Name = "my-loadbalancer", DnsName = "x",
            Scheme = LoadBalancerSchemeEnum.Internal, VpcId = "vpc", Zones = [], SecurityGroups = [], CreatedAt = s_end, Address = "127.9.8.7",
            Attributes = State.Given.None.Add("access_logs.s3.prefix", "logs/"),
        };
        AccessLogFile.KeyOf(balancer, new(2022, 2, 15, 23, 40, 0, TimeSpan.Zero), "20sg8hgm").ShouldBe(
            "logs/AWSLogs/123456789012/elasticloadbalancing/us-east-2/2022/02/15/" +
            "123456789012_elasticloadbalancing_us-east-2_app.my-loadbalancer.50dc6c495c0c9188_20220215T2340Z_127.9.8.7_20sg8hgm.log.gz");
        using var gzip = new GZipStream(new MemoryStream(AccessLogFile.Compress(new StringBuilder("one\ntwo\n"))), CompressionMode.Decompress);
        new StreamReader(gzip).ReadToEnd().ShouldBe("one\ntwo\n");
    }

    [Fact]
    public void A_listener_tells_all_while_its_load_balancer_logs() => ElbWorld.Run(1, async w =>
    {
        var (balancer, _, _) = await w.SetUpAsync();
        Task Modify(params (string Key, string Value)[] attributes) => w.Elb.ModifyLoadBalancerAttributesAsync(
            new() { LoadBalancerArn = balancer, Attributes = [.. attributes.Select(a => new LoadBalancerAttribute { Key = a.Key, Value = a.Value })] }, w.Caller, CancellationToken.None);
        await ElbWorld.RefusedAsync(() => Modify(("access_logs.s3.enabled", "true")), "ValidationError");
        await ElbWorld.RefusedAsync(() => Modify(("access_logs.s3.enabled", "true"), ("access_logs.s3.bucket", "../x")), "InvalidConfigurationRequest");
        await ElbWorld.RefusedAsync(() => Modify(("access_logs.s3.enabled", "true"), ("access_logs.s3.bucket", "logs"), ("access_logs.s3.prefix", "a/AWSLogs")), "InvalidConfigurationRequest");
        await Modify(("access_logs.s3.enabled", "true"), ("access_logs.s3.bucket", "logs"));
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        w.Proxy.Serving.Listeners.Single().TellsAll.ShouldBeTrue();
        await Modify(("access_logs.s3.enabled", "false"));
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        w.Proxy.Serving.Listeners.Single().TellsAll.ShouldBeFalse();
    });

    private static ProxyRequest Request => new()
    {
        Listener = "l", EndedAt = s_end, Backend = "b", Server = "s", End = RequestEnd.Answered, Status = 200, ServerStatus = 200, ServerTime = TimeSpan.FromMilliseconds(1),
    };

    private static ProxyRequestDetails Details => new()
    {
        ClientAddress = "192.168.131.39", ClientPort = 2817, ServerAddress = "10.0.0.1", ServerPort = 80, BeganAt = new(2018, 7, 2, 22, 22, 48, 364, TimeSpan.Zero),
        RequestTime = TimeSpan.Zero, BytesIn = 34, BytesOut = 366, Method = "GET", Target = "/", Version = "HTTP/1.1", Host = "www.example.com", UserAgent = "curl/7.46.0",
        TraceId = "Root=1-58337262-36d228ad5d99923122bbe354",
    };

    /// <summary>The fields, without the quotes around some.</summary>
    private static List<string> Words(string line)
    {
        var words = new List<string>();
        for (var i = 0; i < line.Length;)
        {
            var end = line[i] is '"' ? line.IndexOf('"', i + 1) : line.IndexOf(' ', i) is >= 0 and var blank ? blank : line.Length;
            words.Add(line[(line[i] is '"' ? i + 1 : i)..end]);
            i = line[i] is '"' ? end + 2 : end + 1;
        }
        return words;
    }
}
