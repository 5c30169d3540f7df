using Minato.Engines.Dns.Messages;

namespace Minato.Engines.Dns.Tests;

public sealed class ResponderTests
{
    private static readonly TestAnswers s_answers = new();

    [Fact]
    public void A_question_comes_back_in_the_asker_s_own_letters()
    {
        var query = Packets.Query("1.TeSt", DnsTypes.A);
        var (_, answer) = Packets.Respond(query, s_answers);
        answer.AsSpan(12, query.Length - 12).SequenceEqual(query.AsSpan(12)).ShouldBeTrue();
        Packets.Head(answer).ShouldBe((0x8500, 1, 1, 0, 0)); // Authoritative; recursion was wanted and is not to be had.
        answer.AsSpan(query.Length).ToArray().ShouldBe([0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 0]);
    }

    [Theory]
    [InlineData(31, false, 0, true, 512)]
    [InlineData(28, false, 0, false, 512)]
    [InlineData(60, true, 1232, false, 1232)]
    [InlineData(90, true, 4096, true, 1232)] // Nobody is sent more than an unfragmented packet.
    [InlineData(30, true, 100, true, 512)]
    public void What_does_not_fit_is_cut_and_marked(int records, bool edns, ushort size, bool isTruncated, int most)
    {
        var (_, answer) = Packets.Respond(Packets.Query($"{records}.test", DnsTypes.A, edns: edns, udpSize: size), s_answers);
        answer.Length.ShouldBeLessThanOrEqualTo(most);
        var (flags, _, answers, _, _) = Packets.Head(answer);
        ((flags & 0x0200) != 0, answers).ShouldBe((isTruncated, isTruncated ? 0 : records));
    }

    [Fact]
    public void Over_TCP_everything_fits()
    {
        var (_, answer) = Packets.Respond(Packets.Query("400.test", DnsTypes.A), s_answers, isStream: true);
        (Packets.Head(answer).Answers, Packets.Head(answer).Flags & 0x0200).ShouldBe((400, 0));
    }

    [Theory]
    [InlineData(DnsTypes.Axfr, 1, DnsResult.Refused)]
    [InlineData(DnsTypes.Ixfr, 1, DnsResult.Refused)]
    [InlineData(DnsTypes.A, 3, DnsResult.Refused)]
    [InlineData(65280, 1, DnsResult.Success)] // A type that nobody knows is like any other.
    public void Transfers_and_other_classes_are_refused(int type, int @class, DnsResult result)
    {
        var (_, answer) = Packets.Respond(Packets.Query("a.test", (ushort)type, @class: (ushort)@class), s_answers);
        (Packets.Head(answer).Flags & 15).ShouldBe((int)result);
    }

    [Fact]
    public void Whoever_asks_for_everything_is_told_one_thing()
    {
        var (_, answer) = Packets.Respond(Packets.Query("30.test", DnsTypes.Any), s_answers);
        Packets.Head(answer).ShouldBe((0x8500, 1, 1, 0, 0));
        answer.Length.ShouldBeLessThan(64);
    }

    [Fact]
    public void Another_operation_is_not_implemented_and_an_answer_is_not_answered()
    {
        var (_, answer) = Packets.Respond(Packets.Query("a.test", DnsTypes.A, flags: 0x2800), s_answers); // UPDATE.
        (answer.Length, Packets.Head(answer).Flags & 0x780F).ShouldBe((12, 0x2804));
        Packets.Respond(Packets.Query("a.test", DnsTypes.A, flags: 0x8180), s_answers).Verdict.ShouldBe(Responder.Verdict.Silent);
        Packets.Respond([1, 2, 3], s_answers).Verdict.ShouldBe(Responder.Verdict.Silent);
    }

    [Fact]
    public void A_newer_EDNS_is_told_which_one_is_spoken()
    {
        var (_, answer) = Packets.Respond(Packets.Query("1.test", DnsTypes.A, edns: true, version: 1), s_answers);
        Packets.Head(answer).Additional.ShouldBe(1);
        answer[^6].ShouldBe((byte)1); // The upper bits of 16.
    }

    [Fact]
    public void Who_takes_signatures_is_told_that_it_was_heard()
    {
        var query = Packets.Query("1.test", DnsTypes.A, edns: true);
        Packets.Respond(query, s_answers).Answer[^4].ShouldBe((byte)0);
        query[^4] = 0x80;
        Packets.Respond(query, s_answers).Answer[^4].ShouldBe((byte)0x80); // RFC 3225.
    }

    [Fact]
    public void A_client_subnet_is_where_the_question_comes_from_and_is_given_back()
    {
        byte[] option = [0, 8, 0, 7, 0, 1, 24, 0, 198, 51, 100];
        var (_, answer) = Packets.Respond(Packets.Query("1.test", DnsTypes.A, edns: true, options: option), s_answers);
        s_answers.Source.ShouldBe(new DnsSource(0xC6336400, IsClaimed: true));
        answer.AsSpan(answer.Length - 11).ToArray().ShouldBe([0, 8, 0, 7, 0, 1, 24, 24, 198, 51, 100]);
        Packets.Respond(Packets.Query("1.test", DnsTypes.A, edns: true, options: option), s_answers, isResolver: true, source: "172.31.0.9");
        s_answers.Source.ShouldBe(new DnsSource(0xAC1F0009)); // A task is who it is.
    }

    [Fact]
    public void Only_a_resolver_goes_on_to_others()
    {
        Packets.Respond(Packets.Query("example.org", DnsTypes.A), s_answers).Verdict.ShouldBe(Responder.Verdict.Answered);
        Packets.Respond(Packets.Query("example.org", DnsTypes.A), s_answers, isResolver: true).Verdict.ShouldBe(Responder.Verdict.Forward);
        Packets.Respond(Packets.Query("example.org", DnsTypes.A, flags: 0), s_answers, isResolver: true).Verdict.ShouldBe(Responder.Verdict.Answered);
        Packets.Respond(Packets.Query("out.test", DnsTypes.A), s_answers, isResolver: true).Verdict.ShouldBe(Responder.Verdict.Complete);
    }

    [Fact]
    public void Packets_of_any_bytes_are_answered_within_bounds_or_not_at_all()
    {
        var chance = new Random(20261121);
        var good = Packets.Query("3.a-rather-long-name.test", DnsTypes.A, edns: true, options: [0, 8, 0, 7, 0, 1, 24, 0, 198, 51, 100]);
        for (var i = 0; i < 200_000; i++)
        {
            byte[] packet;
            if (i % 2 == 0)
            {
                packet = new byte[chance.Next(80)];
                chance.NextBytes(packet);
                if (packet.Length > 5) (packet[2], packet[4], packet[5]) = ((byte)(packet[2] & 0x7F), 0, 1);
            }
            else
            {
                packet = good[..chance.Next(good.Length + 1)];
                for (var flips = chance.Next(4); flips > 0 && packet.Length > 0; flips--) packet[chance.Next(packet.Length)] = (byte)chance.Next(256);
            }

            var (verdict, answer) = Packets.Respond(packet, s_answers);
            if (verdict == Responder.Verdict.Silent) continue;
            answer.Length.ShouldBeInRange(12, AnswerWriter.LargestPacket);
            var hasEdns = Query.Read(packet, new byte[256], out _, out var query) is not null && query.HasEdns;
            if (!hasEdns) answer.Length.ShouldBeLessThanOrEqualTo(512);
            answer.AsSpan(0, 2).SequenceEqual(packet.AsSpan(0, 2)).ShouldBeTrue();
            ForeignAnswer.Read(packet);
        }
    }

    [Fact]
    public void Names_that_point_at_themselves_end()
    {
        byte[] loop = [0, 1, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0xC0, 12, 0, 1, 0, 1];
        ForeignAnswer.Read(loop).ShouldBeNull();
        Packets.Head(Packets.Respond([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 12, 0, 1, 0, 1], s_answers).Answer).Flags.ShouldBe(0x8101); // A format error.
    }
}
