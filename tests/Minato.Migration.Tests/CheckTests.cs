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
        var classic = m.World.Client<IElasticLoadBalancing>();
        await classic.CreateLoadBalancerAsync(new()
        {
            LoadBalancerName = "old", AvailabilityZones = ["us-east-1a"],
            Listeners = [new() { Protocol = "HTTPS", LoadBalancerPort = 443, InstancePort = 80, SSLCertificateId = await m.CertificateAsync() }, new() { Protocol = "HTTP", LoadBalancerPort = 80, InstancePort = 80 }],
        }, m.World.Caller, default);
        var aws = new MigrationAws(m.Elb, classic, m.World.Client<IEcs>(), m.World.Client<IEc2>(), m.World.Client<ICloudWatch>(), m.World.Client<IRoute53>(), m.World.Caller, m.World.Caller);
        var plan = PlanReader.Read(MigrationWorld.Short) with { Tls = new(name, port, [], [], policy, false) };
        var result = await new TlsCheck(plan, aws).CompareAsync(default);
        (result is StepResult.Done).ShouldBe(goesOn, result.ToString());
        if (result is StepResult.Rejected refused) ("tls: " + refused.Why).ShouldStartWith(why);
    });

    private static HttpAnswer Answer(string body, int status = 200, string type = "text/html") =>
        new(status, ImmutableSortedDictionary<string, string>.Empty.Add("content-type", type).Add("date", Guid.NewGuid().ToString()), Encoding.UTF8.GetBytes(body), false, null);
}
