using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Http;
using Minato.Aws.Dispatch;
using Minato.Aws.Protocols;
using Minato.Aws.Tests.Echo;
using Minato.Aws.Tests.Given;

namespace Minato.Aws.Tests;

/// <summary>
/// Goal: no request, however broken, gets more than a polite refusal. Method: valid requests of every protocol, mutated from a
/// seed and signed anew, so that they pass the signature and meet the readers; and the well-known bombs.
/// </summary>
[Trait("Floor", "wire")]
public sealed class FuzzTests : IAsyncLifetime
{
    private static readonly byte[][] Spices =
    [
        .. new[] { "{", "}", "[", "]", "\"", "\\", "null", "-1", "1e999", "99999999999999999999", "\\ud800", "&", "=", ".", "%", "%zz", "%00", "member", ".1.", ".0.", ".-1.", "<", "</", "/>",
            "<![CDATA[", "<!DOCTYPE a [<!ENTITY b \"c\">]>", "&b;", "&#x0;", "\0", "true", "" }.Select(Encoding.UTF8.GetBytes),
        [0xFF], [0xC3], [0x9F], [0xBF], [0x5F], [0x7F], [0x1B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0xC1, 0xFB, 0x7F, 0xF0, 0, 0, 0, 0, 0, 0], [0xF6], [0xD8, 0x18],
    ];

    private EchoServer? _server;

    private EchoServer Server => _server ?? throw new InvalidOperationException();

    public async ValueTask InitializeAsync() => _server = await EchoServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("ECS", AwsProtocol.AwsJson11), InlineData("CloudWatch", AwsProtocol.AwsJson10), InlineData("Elastic Load Balancing v2", AwsProtocol.AwsQuery)]
    [InlineData("EC2", AwsProtocol.Ec2Query), InlineData("Scheduler", AwsProtocol.RestJson1), InlineData("Route 53", AwsProtocol.RestXml), InlineData("CloudWatch", AwsProtocol.RpcV2Cbor)]
    public async Task Mutated_requests_are_answered_or_refused(string serviceId, AwsProtocol spoken)
    {
        var service = EchoServer.Services.Single(s => s.ServiceId == serviceId);
        var protocol = WireProtocol.Of(spoken, service);
        var accepted = 0;
        var watch = Stopwatch.StartNew();
        for (var seed = 0; seed < 2500; seed++)
        {
            var random = new Random(seed);
            var operation = service.Operations[random.Next(service.Operations.Length)];
            using var request = new WireOutput { Headers = new HeaderDictionary() };
            request.Headers.Host = "127.0.0.1:4566";
            protocol.WriteRequest(service, operation, RandomReader.Fill(operation, random), request);
            for (var n = random.Next(0, 4); n > 0; n--) Mutate(request, random);
            var answer = await Exchange.SignedAsync(Server.Endpoint, request, service.SigningName);
            if (answer.Status >= 500 || !Server.Failures.IsEmpty)
                Assert.Fail($"seed {seed}, {operation.Name}: {answer.Status} {answer.Text}\n{Encoding.UTF8.GetString(request.Body.Span)}\n{string.Join('\n', Server.Failures)}");
            if (answer.Status < 300) accepted++;
        }
        accepted.ShouldBeGreaterThan(100);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task Deep_nesting_is_refused_wherever_it_stands()
    {
        const int Depth = 1_000_000;
        foreach (var body in new[]
        {
            new string('[', Depth), "{\"unknown\":" + new string('[', Depth), "{\"tags\":" + new string('[', Depth),
            string.Concat(Enumerable.Repeat("{\"configuration\":", 100_000)), "{\"unknown\":" + string.Concat(Enumerable.Repeat("{\"a\":", Depth)),
        })
        {
            (await JsonAsync(body)).Status.ShouldBe(400);
        }
        var dotted = "Action=DescribeTags&Version=2015-12-01&" + string.Join('.', Enumerable.Repeat("a", Depth)) + "=1";
        (await Exchange.SignedAsync(Server.Endpoint, Exchange.Form(dotted), "elasticloadbalancing")).Status.ShouldBe(400);
        (await XmlAsync("<CreateHostedZoneRequest>" + string.Concat(Enumerable.Repeat("<a>", Depth)))).Status.ShouldBe(400);
        foreach (var nest in new byte[] { 0x9F, 0x81, 0xBF, 0xC1 })
            (await CborAsync([0xA1, 0x61, (byte)'x', .. Enumerable.Repeat(nest, Depth)])).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Entities_are_not_expanded()
    {
        var bomb = "<!DOCTYPE a [<!ENTITY b \"" + new string('x', 1000) + "\">]><CreateHostedZoneRequest><Name>&b;&b;&b;</Name></CreateHostedZoneRequest>";
        (await XmlAsync(bomb)).Status.ShouldBe(400);
        (await XmlAsync("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><CreateHostedZoneRequest/>")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Of_a_repeated_name_the_last_one_counts()
    {
        (await JsonAsync("""{"clusterName":"a","clusterName":"b"}""")).Status.ShouldBe(200);
        CanonicalWriter.Write(Server.Last?.Request ?? throw new InvalidOperationException()).ShouldBe("""{"clusterName":"b"}""");
    }

    [Fact]
    public async Task A_million_names_cost_little()
    {
        var watch = Stopwatch.StartNew();
        var before = GC.GetTotalAllocatedBytes();
        (await JsonAsync("{" + string.Join(',', Enumerable.Range(0, 600_000).Select(i => $"\"n{i}\":1")) + "}")).Status.ShouldBe(200);
        (await Exchange.SignedAsync(Server.Endpoint, Exchange.Form("Action=DescribeTags&" + string.Join('&', Enumerable.Range(0, 900_000).Select(i => $"n{i}=1"))), "elasticloadbalancing")).Status.ShouldBe(400);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
        (GC.GetTotalAllocatedBytes() - before).ShouldBeLessThan(600_000_000);
    }

    [Fact]
    public async Task A_packed_body_that_swells_is_too_large()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.SmallestSize, leaveOpen: true)) await gzip.WriteAsync(new byte[20 * 1024 * 1024]);
        var request = Exchange.Request("", ("X-Amz-Target", "GraniteServiceVersion20100801.PutMetricData"), ("Content-Type", "application/x-amz-json-1.0"), ("Content-Encoding", "gzip"));
        request.Body.Append(packed.ToArray());
        (await Exchange.SignedAsync(Server.Endpoint, request, "monitoring")).Status.ShouldBe(413);
    }

    private Task<Exchange> JsonAsync(string body) =>
        Exchange.SignedAsync(Server.Endpoint, Exchange.Json("AmazonEC2ContainerServiceV20141113.CreateCluster", body), "ecs");

    private Task<Exchange> XmlAsync(string body)
    {
        var request = Exchange.Request(body, ("Content-Type", "application/xml"));
        request.Path = "/2013-04-01/hostedzone";
        return Exchange.SignedAsync(Server.Endpoint, request, "route53");
    }

    private Task<Exchange> CborAsync(byte[] body)
    {
        var request = Exchange.Request("", ("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor"));
        request.Path = "/service/GraniteServiceVersion20100801/operation/PutMetricData";
        request.Body.Append(body);
        return Exchange.SignedAsync(Server.Endpoint, request, "monitoring");
    }

    private static void Mutate(WireOutput request, Random random)
    {
        var body = request.Body.Span.ToArray().ToList();
        var at = random.Next(body.Count + 1);
        var length = Math.Min(random.Next(1, 12), body.Count - at);
        switch (random.Next(9))
        {
            case 0 when at < body.Count: body[at] = (byte)random.Next(256); break;
            case 1: body.RemoveRange(at, length); break;
            case 2: body.InsertRange(at, body.GetRange(at, length)); break;
            case 3: body.InsertRange(at, Spices[random.Next(Spices.Length)]); break;
            case 4: body.RemoveRange(at, body.Count - at); break;
            case 5: request.Path = Splice(request.Path, random); break;
            case 6: request.Query = Splice(request.Query, random); break;
            case 7 when request.Headers.ContainsKey("X-Amz-Target"): request.Headers["X-Amz-Target"] = Splice(request.Headers["X-Amz-Target"].ToString(), random); break;
            case 8: request.Headers.ContentType = random.Next(3) switch { 0 => "application/x-www-form-urlencoded", 1 => "application/json", _ => "" }; break;
            default: body.InsertRange(at, Spices[random.Next(Spices.Length)]); break;
        }
        request.Body.Clear();
        request.Body.Append(body.ToArray());
    }

    private static string Splice(string text, Random random)
    {
        var at = random.Next(text.Length + 1);
        var spice = new[] { "/", "%2F", "..", "%", "?", "a", "=", "&", ".", "{", "%C3%28", "é", "" }[random.Next(13)];
        var spliced = random.Next(2) == 0 ? text.Insert(at, spice) : text[..at] + spice;
        return spliced;
    }
}
