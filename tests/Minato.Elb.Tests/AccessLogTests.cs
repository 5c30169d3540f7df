using System.IO.Compression;
using System.Text;
using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Contracts.S3;
using Minato.Elb.Planning;
using Minato.Elb.State;
using Minato.Elb.Traffic;
using Minato.Engines.Proxy;
using Minato.S3;
using Minato.Testing;

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
    public void A_call_of_grpc_is_a_type_of_its_own_and_the_certificate_is_named()
    {
        var words = Words(AccessLogLine.Write(
            Request, Details with { Version = "HTTP/2.0", TlsProtocol = "TLSv1.3" }, Balancer, 443, Group, isGrpc: true, "arn:aws:acm:us-east-2:123456789012:certificate/1"));
        (words[0], words[19]).ShouldBe(("grpcs", "arn:aws:acm:us-east-2:123456789012:certificate/1"));
    }

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
        AccessLogFile.KeyOf(balancer, LogKind.Access, new(2022, 2, 15, 23, 40, 0, TimeSpan.Zero), "20sg8hgm").ShouldBe(
            "logs/AWSLogs/123456789012/elasticloadbalancing/us-east-2/2022/02/15/" +
            "123456789012_elasticloadbalancing_us-east-2_app.my-loadbalancer.50dc6c495c0c9188_20220215T2340Z_127.9.8.7_20sg8hgm.log.gz");
        AccessLogFile.KeyOf(balancer, LogKind.Connections, new(2022, 2, 15, 23, 40, 0, TimeSpan.Zero), "20sg8hgm").ShouldBe(
            "AWSLogs/123456789012/elasticloadbalancing/us-east-2/2022/02/15/" +
            "conn_log.123456789012_elasticloadbalancing_us-east-2_app.my-loadbalancer.50dc6c495c0c9188_20220215T2340Z_127.9.8.7_20sg8hgm.log.gz");
        var network = balancer with { Type = LoadBalancerTypeEnum.Network, Arn = balancer.Arn.Replace("app/", "net/", StringComparison.Ordinal) };
        AccessLogFile.KeyOf(network, LogKind.Access, new(2022, 2, 15, 23, 40, 0, TimeSpan.Zero), "20sg8hgm").ShouldEndWith("_net.my-loadbalancer.50dc6c495c0c9188_20220215T2340Z_20sg8hgm.log.gz");
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

    [Theory]
    [InlineData("{\"Service\":\"logdelivery.elasticloadbalancing.amazonaws.com\"}", true)]
    [InlineData("{\"AWS\":\"arn:aws:iam::127311923021:root\"}", true)] // Of the region, in policies from before 2022.
    [InlineData("{\"Service\":\"delivery.logs.amazonaws.com\"}", false)]
    [InlineData(null, false)]
    public void A_bucket_that_does_not_let_log_delivery_in_is_refused_and_nothing_changes(string? principal, bool goes) => WithBucket(principal, async (w, s3) =>
    {
        var (balancer, _, _) = await w.SetUpAsync();
        Task Enable(string bucket) => w.Elb.ModifyLoadBalancerAttributesAsync(new()
        {
            LoadBalancerArn = balancer,
            Attributes = [new() { Key = "access_logs.s3.enabled", Value = "true" }, new() { Key = "access_logs.s3.bucket", Value = bucket }, new() { Key = "access_logs.s3.prefix", Value = "web" }],
        }, w.Caller, CancellationToken.None);
        await ElbWorld.RefusedAsync(() => Enable("nobodys-bucket"), "InvalidConfigurationRequest");
        if (goes)
        {
            await Enable("our-logs");
            (await KeysAsync(s3, w)).ShouldBe([$"web/AWSLogs/{w.Caller.AccountId}/ELBAccessLogTestFile"]);
            return;
        }
        (await w.World.Throws<AwsException>(() => Enable("our-logs"))).Message.ShouldBe("Access Denied for bucket: our-logs. Please check S3bucket permission");
        var attributes = await w.Elb.DescribeLoadBalancerAttributesAsync(new() { LoadBalancerArn = balancer }, w.Caller, CancellationToken.None);
        attributes.Attributes.GetValueOrDefault().Single(a => a.Key == "access_logs.s3.enabled").Value.ShouldBe("false");
    });

    [Fact]
    public void Every_five_minutes_the_requests_of_a_load_balancer_are_in_its_bucket() => WithBucket("{\"Service\":\"logdelivery.elasticloadbalancing.amazonaws.com\"}", async (w, s3) =>
    {
        var (balancer, _, group) = await w.SetUpAsync();
        w.Targets.Set("172.31.0.10", 80);
        await w.RegisterAsync(group, "172.31.0.10");
        await w.UntilAsync(group, "172.31.0.10", TargetHealthStateEnum.Healthy, 1);
        await w.Elb.ModifyLoadBalancerAttributesAsync(new()
        {
            LoadBalancerArn = balancer, Attributes = [new() { Key = "access_logs.s3.enabled", Value = "true" }, new() { Key = "access_logs.s3.bucket", Value = "our-logs" }],
        }, w.Caller, CancellationToken.None);
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        w.Ask(3);
        await w.World.RunFor(TimeSpan.FromMinutes(5));
        var key = (await KeysAsync(s3, w)).Single(k => k.EndsWith(".log.gz", StringComparison.Ordinal));
        key.ShouldStartWith($"AWSLogs/{w.Caller.AccountId}/elasticloadbalancing/{w.Caller.Region}/2026/");
        var file = await s3.GetObjectAsync(new() { Bucket = "our-logs", Key = key }, w.Caller, CancellationToken.None);
        using var gzip = new GZipStream(file.Body ?? Stream.Null, CompressionMode.Decompress);
        var lines = (await new StreamReader(gzip).ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(3);
        lines.ShouldAllBe(l => Words(l).Count == 33);
        await w.World.RunFor(TimeSpan.FromMinutes(10));
        (await KeysAsync(s3, w)).Count(k => k.EndsWith(".log.gz", StringComparison.Ordinal)).ShouldBe(1, "nothing to tell is no file");
    });

    internal static void WithBucket(string? principal, Func<ElbWorld, IS3, Task> test) => World.Run(1, async world =>
    {
        var w = new ElbWorld(world);
        var s3 = world.Client<IS3>();
        await s3.CreateBucketAsync(new() { Bucket = "our-logs" }, w.Caller, CancellationToken.None);
        if (principal is not null)
        {
            var policy = $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{{principal}},"Action":"s3:PutObject","Resource":"arn:aws:s3:::our-logs/*"}]}""";
            await s3.PutBucketPolicyAsync(new() { Bucket = "our-logs", Policy = policy }, w.Caller, CancellationToken.None);
        }
        await test(w, s3);
    }, services =>
    {
        ElbWorld.Configure(services);
        services.AddS3();
    });

    internal static async Task<IReadOnlyList<string>> KeysAsync(IS3 s3, ElbWorld w) =>
        [.. ((await s3.ListObjectsV2Async(new() { Bucket = "our-logs" }, w.Caller, CancellationToken.None)).Contents ?? []).Select(o => o.Key ?? "")];

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
