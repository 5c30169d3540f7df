using System.Collections.Immutable;
using System.Text;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancing;
using Minato.Contracts.Route53;
using Minato.Migration.Planning;
using Minato.Migration.Plans;
using Minato.Migration.Running;
using AccessLog = Minato.Migration.Planning.AccessLog;
using Task = System.Threading.Tasks.Task;

namespace Minato.Migration.Tests;

/// <summary>What is compared before users see the new side: answers, and what clients can negotiate.</summary>
public sealed class CheckTests
{
    private static readonly MirrorPlan s_mirror = new() { Headers = ["content-type"] };

    [Fact]
    public void Equal_answers_do_not_differ() => Comparison.Differences(s_mirror, Answer("hello"), Answer("hello")).ShouldBeEmpty();

    [Theory]
    [InlineData(200, "text/html", "hello", "status: old 200, new 404", 404, "text/html", "hello")]
    [InlineData(200, "text/html", "hello", "header content-type: old text/html, new text/plain", 200, "text/plain", "hello")]
    [InlineData(200, "text/html", "hello", "body: old 5 bytes (2cf24dba5fb0), new 7 bytes (", 200, "text/html", "goodbye")]
    public void A_difference_is_named(int status, string type, string body, string words, int otherStatus, string otherType, string otherBody) =>
        Comparison.Differences(s_mirror, Answer(body, status, type), Answer(otherBody, otherStatus, otherType)).ShouldHaveSingleItem().ShouldStartWith(words);

    [Fact]
    public void Headers_that_are_not_listed_may_differ() => Comparison.Differences(s_mirror with { Headers = [] }, Answer("a", type: "x"), Answer("a", type: "y")).ShouldBeEmpty();

    [Fact]
    public void Parts_of_bodies_may_be_ignored() =>
        Comparison.Differences(s_mirror with { Ignore = ["\"at\":\\d+"] }, Answer("{\"at\":1,\"n\":2}"), Answer("{\"at\":17,\"n\":2}")).ShouldBeEmpty();

    [Fact]
    public void A_side_that_does_not_answer_differs() =>
        Comparison.Differences(s_mirror, Answer("a"), HttpAnswer.Failed("connection refused")).ShouldBe(["old 200, new did not answer: connection refused"]);

    [Fact]
    public void Requests_are_drawn_from_access_logs_of_both_forms_and_only_those_that_change_nothing()
    {
        string[] log =
        [
            "http 2026-11-21T12:00:00.000000Z app/public/1 10.0.0.1:1 10.0.0.2:80 0.0 0.0 0.0 200 200 1 1 \"GET http://example.com:80/a?x=1 HTTP/1.1\" \"curl\" - -",
            "10.0.0.1 - - [21/Nov/2026:12:00:00 +0000] \"HEAD /b HTTP/1.0\" 200 1",
            "10.0.0.1 - - [21/Nov/2026:12:00:00 +0000] \"POST /c HTTP/1.1\" 200 1",
            "10.0.0.1 - - [21/Nov/2026:12:00:00 +0000] \"GET /b HTTP/1.1\" 200 1",
            "10.0.0.1 - - [21/Nov/2026:12:00:00 +0000] \"GET /b HTTP/1.1\" 200 1",
            "nonsense",
        ];
        AccessLog.Draw(log, 10).Select(r => $"{r.Method} {r.Path}").ShouldBe(["GET /a?x=1", "HEAD /b", "GET /b"]);
        AccessLog.Draw(Enumerable.Range(0, 1000).Select(i => $"\"GET /{i} HTTP/1.1\""), 4).Select(r => r.Path).ShouldBe(["/0", "/250", "/500", "/750"]);
    }

    [Fact]
    public void A_request_of_an_access_log_asks_for_whom_it_asked()
    {
        string[] log =
        [
            "h2 2026-11-21T12:00:00.000000Z app/public/1 10.0.0.1:1 10.0.0.2:80 0.0 0.0 0.0 200 200 1 1 \"GET https://www.example.com:443/a HTTP/2.0\" \"curl\" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2",
            "10.0.0.1 - - [21/Nov/2026:12:00:00 +0000] \"GET /a HTTP/1.1\" 200 1",
        ];
        AccessLog.Draw(log, 10).Select(r => (r.Path, r.Headers.GetValueOrDefault("Host"))).ShouldBe([("/a", "www.example.com"), ("/a", null)]);
        AccessLog.Draw(log, 10, r => r.Headers.ContainsKey("Host")).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("/shop/*", "/shop/a?b=1", true), InlineData("/shop/*", "/Shop/a", false), InlineData("/a?c", "/abc", true), InlineData("/a?c", "/ac", false)]
    [InlineData("/a\n/b*", "/bcd", true), InlineData("", "/any", true), InlineData("/a.c", "/abc", false), InlineData("/q", "/q?x=/a", true)]
    public void Paths_match_patterns_as_conditions_of_rules_do(string patterns, string target, bool matches) => Patterns.MatchPath(patterns, target).ShouldBe(matches);

    [Fact]
    public void Access_logs_are_files_or_folders_packed_or_not()
    {
        var folder = Directory.CreateTempSubdirectory("minato-logs-");
        try
        {
            var deep = folder.CreateSubdirectory("2026/11/21").FullName;
            File.WriteAllText(Path.Combine(deep, "a.log"), "one\ntwo\n");
            using (var packed = new System.IO.Compression.GZipStream(File.Create(Path.Combine(deep, "b.log.gz")), System.IO.Compression.CompressionMode.Compress)) packed.Write("three\n"u8);
            LogFiles.Lines(folder.FullName).ShouldBe(["one", "two", "three"]);
            LogFiles.Lines(Path.Combine(deep, "b.log.gz")).ShouldBe(["three"]);
            Should.Throw<IOException>(() => LogFiles.Lines(Path.Combine(deep, "none.log")).ToList());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void An_access_log_says_who_uses_what_is_lost()
    {
        var use = TlsUse.Count(
        [
            Line("Mozilla/4.0 (compatible; \\\"MSIE\\\" 6.0)", "DES-CBC3-SHA", "TLSv1"), Line("curl/8", "ECDHE-RSA-AES128-GCM-SHA256", "TLSv1.2"), Line("curl/8", "ECDHE-RSA-AES128-GCM-SHA256", "TLSv1.2"),
            Line("plain", "-", "-"), "nonsense",
        ]);
        use.Requests.ShouldBe(3);
        use.Of(["TLSv1"], ["DES-CBC3-SHA"]).ShouldBe(1, "a request counts once, whatever of it is lost");
        var old = new TlsLoss.Policy(["TLSv1", "TLSv1.2"], ["ECDHE-RSA-AES128-GCM-SHA256", "DES-CBC3-SHA", "DHE-RSA-AES128-SHA"]);
        TlsLoss.Between(old, new(["TLSv1.2"], ["ECDHE-RSA-AES128-GCM-SHA256"]), use).ShouldBe(
        [
            "TLSv1: clients that know nothing newer are locked out; 1 of 3 requests in the access log, the last by Mozilla/4.0 (compatible; \\\"MSIE\\\" 6.0)",
            "DES-CBC3-SHA: of clients as old as Windows XP; 1 of 3 requests in the access log, the last by Mozilla/4.0 (compatible; \\\"MSIE\\\" 6.0)",
            "DHE-RSA-AES128-SHA: Application Load Balancers offer no DHE; Java 6 and 7 with DHE only; none of 3 requests in the access log",
        ]);

        static string Line(string agent, string cipher, string protocol) =>
            $"2026-11-21T12:00:00.000000Z legacy 10.0.0.1:1 10.0.0.2:80 0.0 0.0 0.0 200 200 0 57 \"GET https://www.example.com:443/ HTTP/1.1\" \"{agent}\" {cipher} {protocol}";
    }

    [Theory]
    [InlineData("ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2", true, "ELBSecurityPolicy-TLS-1-2-2017-01 lacks ", ", which none of 2 requests in the access log used")]
    [InlineData("AES128-SHA TLSv1", false, "ELBSecurityPolicy-TLS-1-2-2017-01 lacks ", ", which 1 of 2 requests in the access log used; allowLoss: true goes on all the same")]
    [InlineData("", false, "with its access log", "its access log, named under tls as accessLog, says who uses them; allowLoss: true goes on all the same")]
    public void What_nobody_uses_locks_nobody_out(string negotiated, bool goesOn, string starts, string ends) => MigrationWorld.Run(async m =>
    {
        var folder = Directory.CreateTempSubdirectory("minato-logs-").FullName;
        File.WriteAllLines(Path.Combine(folder, "elb.log"), [$"\"GET / HTTP/1.1\" \"a\" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2", $"\"GET / HTTP/1.1\" \"b\" {negotiated}"]);
        await ClassicAsync(m);
        var plan = PlanReader.Read(MigrationWorld.Short) with { Tls = new("old", 443, [], [], "ELBSecurityPolicy-TLS-1-2-2017-01", false, negotiated.Length > 0 ? "elb.log" : null) };
        var result = await new TlsCheck(plan, folder, Aws(m)).CompareAsync(default);
        Directory.Delete(folder, recursive: true);
        (result is StepResult.Done).ShouldBe(goesOn, result.ToString());
        var words = result is StepResult.Done done ? done.Words : ((StepResult.Rejected)result).Why;
        if (negotiated.Length > 0) words.ShouldNotBeNull().ShouldStartWith(starts);
        words.ShouldNotBeNull().ShouldEndWith(ends);
    });

    [Fact]
    public void Lost_protocols_and_ciphers_are_named_and_gained_ones_are_not()
    {
        var old = new TlsLoss.Policy(["TLSv1", "TLSv1.2"], ["ECDHE-RSA-AES128-GCM-SHA256", "AES128-SHA", "DES-CBC3-SHA", "DHE-RSA-AES128-SHA"]);
        var @new = new TlsLoss.Policy(["TLSv1.2", "TLSv1.3"], ["ECDHE-RSA-AES128-GCM-SHA256", "TLS_AES_128_GCM_SHA256"]);
        TlsLoss.Between(old, @new).Select(l => l.Split(':')[0]).ShouldBe(["TLSv1", "AES128-SHA", "DES-CBC3-SHA", "DHE-RSA-AES128-SHA"]);
        TlsLoss.Between(@new with { Protocols = ["TLSv1.2"] }, @new).ShouldBeEmpty();
        TlsLoss.Between(old, new(["TLSv1", "TLSv1.2"], [])).ShouldContain(l => l.StartsWith("no cipher of before is left", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("old", 443, "ELBSecurityPolicy-TLS-1-2-2017-01", false, "tls: ELBSecurityPolicy-TLS-1-2-2017-01 lacks ")]
    [InlineData("old", 443, "ELBSecurityPolicy-2016-08", true, "")]
    [InlineData("old", 80, "ELBSecurityPolicy-2016-08", false, "tls: the Classic Load Balancer old has no listener with TLS on port 80.")]
    [InlineData("none", 443, "ELBSecurityPolicy-2016-08", false, "tls: there is no Classic Load Balancer none.")]
    public void What_a_Classic_Load_Balancer_offers_is_read_from_its_policy(string name, int port, string policy, bool goesOn, string why) => MigrationWorld.Run(async m =>
    {
        await ClassicAsync(m);
        var plan = PlanReader.Read(MigrationWorld.Short) with { Tls = new(name, port, [], [], policy, false) };
        var result = await new TlsCheck(plan, "", Aws(m)).CompareAsync(default);
        (result is StepResult.Done).ShouldBe(goesOn, result.ToString());
        if (result is StepResult.Rejected refused) ("tls: " + refused.Why).ShouldStartWith(why);
    });

    [Fact]
    public void A_policy_that_is_the_name_of_a_predefined_one_offers_what_that_one_does() => MigrationWorld.Run(async m =>
    {
        await ClassicAsync(m);
        var answers = 0;
        var classic = Unlucky<IElasticLoadBalancing>.Answering(m.World.Client<IElasticLoadBalancing>(), answer => answer is DescribeLoadBalancerPoliciesResponse { PolicyDescriptions: [var policy] } found && answers++ == 0
            ? found with { PolicyDescriptions = [policy with { PolicyAttributeDescriptions = [new() { AttributeName = "Reference-Security-Policy", AttributeValue = "ELBSecurityPolicy-2016-08" }] }] } : answer);
        var plan = PlanReader.Read(MigrationWorld.Short) with { Tls = new("old", 443, [], [], "ELBSecurityPolicy-TLS-1-2-2017-01", false) };
        (await new TlsCheck(plan, "", Aws(m) with { Classic = classic }).CompareAsync(default)).ShouldBeOfType<StepResult.Rejected>().Evidence.ShouldContain(l => l.StartsWith("TLSv1:", StringComparison.Ordinal));
    });

    private static async Task ClassicAsync(MigrationWorld m) => await m.World.Client<IElasticLoadBalancing>().CreateLoadBalancerAsync(new()
    {
        LoadBalancerName = "old", AvailabilityZones = ["us-east-1a"],
        Listeners = [new() { Protocol = "HTTPS", LoadBalancerPort = 443, InstancePort = 80, SSLCertificateId = await m.CertificateAsync() }, new() { Protocol = "HTTP", LoadBalancerPort = 80, InstancePort = 80 }],
    }, m.World.Caller, default);

    private static MigrationAws Aws(MigrationWorld m) =>
        new(m.Elb, m.World.Client<IElasticLoadBalancing>(), m.World.Client<IEcs>(), m.World.Client<IEc2>(), m.World.Client<ICloudWatch>(), m.World.Client<IRoute53>(), m.World.Caller, m.World.Caller);

    private static HttpAnswer Answer(string body, int status = 200, string type = "text/html") =>
        new(status, ImmutableSortedDictionary<string, string>.Empty.Add("content-type", type).Add("date", Guid.NewGuid().ToString()), Encoding.UTF8.GetBytes(body), false, null);
}
