using Microsoft.Extensions.DependencyInjection;
using Minato.Contracts.Route53;
using Minato.Engines.Dns;
using Minato.Route53.Planning;
using Minato.Route53.Reconcile;
using static Minato.Route53.Tests.DnsWorld;

namespace Minato.Route53.Tests;

public sealed class NameTests
{
    [Theory]
    [InlineData("Example.COM", "example.com.")]
    [InlineData("*.a.com.", "\\052.a.com.")]
    [InlineData("\\052.a.com", "\\052.a.com.")]
    [InlineData("_dmarc.a-b.com", "_dmarc.a-b.com.")]
    [InlineData(".", ".")]
    public void Names_are_written_as_Route_53_writes_them(string text, string written) => DnsName.Parse(text).ToString().ShouldBe(written);

    [Theory]
    [InlineData("")]
    [InlineData("a..com")]
    [InlineData(".com")]
    [InlineData("a b.com")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.com")]
    public void Other_texts_are_no_names(string text) => DnsName.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void A_name_has_255_bytes_at_most()
    {
        var label = new string('a', 49);
        DnsName.TryParse($"{label}.{label}.{label}.{label}.{new string('b', 53)}", out var longest).ShouldBeTrue();
        longest?.Wire.Length.ShouldBe(255);
        DnsName.TryParse($"{label}.{label}.{label}.{label}.{new string('b', 54)}", out _).ShouldBeFalse();
    }

    [Fact]
    public void A_wildcard_answers_for_what_does_not_exist_below_the_closest_name_that_does() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        await w.PutAsync(zone, Set("*.example.com", RRType.A, "10.0.0.1"), Set("a.b.example.com", RRType.A, "10.0.0.2"), Set("c.example.com", RRType.Txt, "\"x\""));
        w.Ask("anything.example.com").ShouldBe(["10.0.0.1"]);
        w.Ask("deep.anything.example.com").ShouldBe(["10.0.0.1"]);
        var (empty, below) = (w.Server.Ask("b.example.com", DnsTypes.A).Result, w.Server.Ask("x.b.example.com", DnsTypes.A).Result);
        (empty, below).ShouldBe((DnsResult.Success, DnsResult.NoSuchName)); // RFC 4592: b exists because of a.b.
        w.Ask("c.example.com").ShouldBeEmpty(); // It exists, with another type.
        await w.ChangeAsync(zone, (ChangeAction.Delete, Set("a.b.example.com", RRType.A, "10.0.0.2")));
        await w.World.Eventually(() => w.Ask("b.example.com") is ["10.0.0.1"], TimeSpan.FromSeconds(1));
    });

    [Fact]
    public void No_is_said_with_the_SOA_and_its_minimum() => Run(async w =>
    {
        await w.PutAsync(await w.ZoneAsync(), Set("a.example.com", RRType.A, "10.0.0.1"));
        var reply = w.Server.Ask("none.example.com", DnsTypes.A);
        (reply.Result, reply.IsAuthoritative, reply.Answers.Count).ShouldBe((DnsResult.NoSuchName, true, 0));
        (reply.Authority[0].Type, reply.Authority[0].Ttl, reply.Authority[0].Owner?.ToString()).ShouldBe((DnsTypes.Soa, 900u, "example.com."));
        reply = w.Server.Ask("a.example.com", DnsTypes.Aaaa);
        (reply.Result, reply.Answers.Count, reply.Authority.Count).ShouldBe((DnsResult.Success, 0, 1));
    });

    [Fact]
    public void A_chain_of_CNAMEs_is_followed_through_the_zones_that_are_here() => Run(async w =>
    {
        var (one, other) = (await w.ZoneAsync("one.com"), await w.ZoneAsync("other.com"));
        await w.PutAsync(one, Set("a.one.com", RRType.Cname, "b.other.com"), Set("loop.one.com", RRType.Cname, "loop.one.com"), Set("out.one.com", RRType.Cname, "elsewhere.org"));
        await w.PutAsync(other, Set("b.other.com", RRType.Cname, "c.other.com"), Set("c.other.com", RRType.A, "10.0.0.1"));
        w.Ask("a.one.com").ShouldBe(["b.other.com.", "c.other.com.", "10.0.0.1"]);
        w.Server.Ask("a.one.com", DnsTypes.A).Answers.Select(a => a.Owner?.ToString()).ShouldBe([null, "b.other.com.", "c.other.com."]);
        w.Ask("loop.one.com").Length.ShouldBeInRange(1, 10);
        w.Server.Ask("out.one.com", DnsTypes.A).LeadsTo?.ToString().ShouldBe("elsewhere.org.");
        var any = w.Server.Ask("out.one.com", DnsTypes.Any);
        (any.Result, any.LeadsTo).ShouldBe((DnsResult.Success, null), "who asks for everything asks for the CNAME, too");
    });

    [Fact]
    public void A_delegated_name_is_referred_with_its_servers_and_their_addresses() => Run(async w =>
    {
        await w.PutAsync(await w.ZoneAsync(), Set("sub.example.com", RRType.Ns, "ns.sub.example.com"), Set("ns.sub.example.com", RRType.A, "10.0.0.1"));
        var reply = w.Server.Ask("a.sub.example.com", DnsTypes.A);
        (reply.IsAuthoritative, reply.Answers.Count, reply.Authority.Count, reply.Additional.Count).ShouldBe((false, 0, 1, 1));
    });

    [Fact]
    public void About_what_is_delegated_a_task_is_told_by_others() => Run(async w =>
    {
        await w.PutAsync(await w.ZoneAsync(), Set("sub.example.com", RRType.Ns, "ns.sub.example.com"), Set("ns.sub.example.com", RRType.Aaaa, "2001:db8::1"), Set("www.example.com", RRType.Cname, "a.sub.example.com"));
        var reply = w.Server.Ask("a.sub.example.com", DnsTypes.A);
        (reply.IsElsewhere, reply.LeadsTo, reply.Additional.Count).ShouldBe((true, null, 1)); // With its servers' addresses, of both kinds.
        reply = w.Server.Ask("www.example.com", DnsTypes.A);
        (reply.IsElsewhere, reply.LeadsTo?.ToString(), reply.Answers.Count, reply.IsAuthoritative).ShouldBe((false, "a.sub.example.com.", 1, true));
    });

    [Theory]
    [InlineData("ip-172-31-5-6.ec2.internal", "172.31.5.6")]
    [InlineData("ip-172-31-5-6.eu-west-1.compute.internal", "172.31.5.6")]
    [InlineData("ip-172-31-5.ec2.internal", null)]
    [InlineData("ip-172-31-5-600.ec2.internal", null)]
    [InlineData("ip-172-31-5-6.example.internal", null)]
    public void Names_that_EC2_gives_to_addresses_are_known_within_VPCs(string name, string? address) => Run(async w =>
    {
        await w.ZoneAsync();
        w.Ask(name, source: "172.31.9.9").SingleOrDefault().ShouldBe(address);
        w.Server.Ask(name, DnsTypes.A).Result.ShouldBe(DnsResult.Refused); // On the host they are nobody's.
        if (address is not null) (w.Server.Ask(name, DnsTypes.Aaaa, "172.31.9.9").Result, w.Server.Ask(name, DnsTypes.Aaaa, "172.31.9.9").Answers.Count).ShouldBe((DnsResult.Success, 0));
    });

    [Fact]
    public void A_network_that_is_only_named_decides_among_answers_and_shows_nothing_private() => Run(async w =>
    {
        var vpc = await w.VpcAsync();
        var made = await w.Route53.CreateHostedZoneAsync(new() { Name = "corp", CallerReference = "1", VPC = new() { VPCId = vpc.VpcId, VPCRegion = VPCRegion.UsEast1 } }, w.Caller, default);
        await w.PutAsync(ResourceIds.Plain(made.HostedZone.Id), Set("a.corp", RRType.A, "10.0.0.1"));
        w.Ask("a.corp", source: "172.31.5.5").ShouldBe(["10.0.0.1"]);
        var (reply, named) = (new DnsReply(1), DnsSource.Of(System.Net.IPAddress.Parse("172.31.5.5")) with { IsClaimed = true });
        w.World.Services.GetRequiredService<AnswersPublisher>().Table.Answer(new(DnsName.Parse("a.corp").Wire, DnsTypes.A, named), reply);
        reply.Result.ShouldBe(DnsResult.Refused);
    });

    [Fact]
    public void Names_of_others_are_refused() => Run(async w =>
    {
        await w.ZoneAsync();
        var reply = w.Server.Ask("example.org", DnsTypes.A);
        (reply.Result, reply.IsElsewhere, reply.Answers.Count).ShouldBe((DnsResult.Refused, true, 0));
    });

    [Theory]
    [InlineData(RRType.A, "10.1.2.3")]
    [InlineData(RRType.Aaaa, "2001:db8::1")]
    [InlineData(RRType.Mx, "10 mail.a.com.")]
    [InlineData(RRType.Srv, "1 2 443 a.b.com.")]
    [InlineData(RRType.Txt, "\"a b\" \"\\\"c\\\\\"")]
    [InlineData(RRType.Soa, "ns.a.com. h.a.com. 1 7200 900 1209600 86400")]
    [InlineData(RRType.Ptr, "host.a.com.")]
    [InlineData(RRType.Caa, "0 issue \"ca.org; x=1\"")]
    [InlineData(RRType.Naptr, "100 50 \"s\" \"z3950+I2L+I2C\" \"\" _z3950._tcp.a.com.")]
    [InlineData(RRType.Ds, "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118")]
    [InlineData(RRType.Sshfp, "2 1 123456")]
    [InlineData(RRType.Tlsa, "3 1 1 ABCD")]
    [InlineData(RRType.Https, "1 . alpn=\"h2,h3\" port=8443 ipv4hint=\"10.0.0.1,10.0.0.2\" key700=\"a\"")]
    [InlineData(RRType.Svcb, "0 other.a.com.")]
    public void Values_come_back_as_they_went(RRType type, string value) => RecordText.Of(RecordTypes.Number(type), RecordData.Encode(type, value)).ShouldBe(value);

    [Theory]
    [InlineData(RRType.Caa, "0 issue \"letsencrypt.org\"", "0005697373756" + "56C657473656E63727970742E6F7267")]
    [InlineData(RRType.Ds, "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118", "EC4505012BB183AF5F22588179A53B0A98631FAD1A292118")]
    [InlineData(RRType.Sshfp, "2 1 123456", "0201123456")]
    [InlineData(RRType.Tlsa, "3 1 1 abcd", "030101ABCD")]
    [InlineData(RRType.Https, "1 . alpn=\"h2,h3\" port=8443", "0001000001000602683202683300030002" + "20FB")]
    [InlineData(RRType.Naptr, "100 50 \"s\" \"z3950+I2L+I2C\" \"\" _z3950._tcp.a.com.", "0064003201730D7A333935302B49324C2B49324300065F7A33393530045F7463700161" + "03636F6D00")]
    public void Every_type_has_the_bytes_of_its_RFC(RRType type, string value, string hex) => Convert.ToHexString(RecordData.Encode(type, value)).ShouldBe(hex);
}
