using System.Text;
using Minato.Engines.Sessions.Flow;
using Minato.Engines.Sessions.Messages;
using Minato.Platform;
using Minato.Testing;

namespace Minato.Ecs.Tests.Exec;

/// <summary>Frames of a data channel as bytes, and what keeps them in order.</summary>
public sealed class MessageCodecTests
{
    private static readonly Guid s_id = new("00112233-4455-6677-8899-aabbccddeeff");
    private static readonly DateTimeOffset s_noon = DateTimeOffset.FromUnixTimeMilliseconds(1_000);

    private static SessionMessage Message(long number = 5) => new()
    {
        Type = MessageType.Output, Id = s_id, CreatedAt = s_noon, SequenceNumber = number, Flags = MessageFlags.Fin,
        PayloadType = PayloadType.Size, Payload = "hello"u8.ToArray(),
    };

    [Fact]
    public void Fields_stand_where_the_protocol_has_them()
    {
        var frame = MessageCodec.Encode(Message());
        Convert.ToHexString(frame[..4]).ShouldBe("00000074");
        Encoding.ASCII.GetString(frame, 4, 32).ShouldBe("output_stream_data".PadRight(32));
        Convert.ToHexString(frame[36..64]).ShouldBe("0000000100000000000003E800000000000000050000000000000002");
        Convert.ToHexString(frame[64..80]).ShouldBe("8899AABBCCDDEEFF0011223344556677", "the second half of the id comes first");
        Convert.ToHexString(frame[80..112]).ShouldBe("2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824");
        Convert.ToHexString(frame[112..]).ShouldBe("000000030000000568656C6C6F");
    }

    [Fact]
    public void What_is_encoded_is_decoded()
    {
        var read = MessageCodec.Decode(MessageCodec.Encode(Message())).ShouldNotBeNull();
        (read with { Payload = default }).ShouldBe(Message() with { Payload = default });
        read.Payload.ToArray().ShouldBe("hello"u8.ToArray());
    }

    [Theory, Seeds(1, 100)]
    public void Bent_frames_are_no_message_or_another_one_and_never_break(ulong seed)
    {
        var chance = new Ids(seed);
        for (var i = 0; i < 50; i++)
        {
            var frame = MessageCodec.Encode(Message(i));
            frame[chance.Next(frame.Length)] ^= (byte)(1 + chance.Next(255));
            var bent = frame.AsSpan(0, chance.Next(2) == 0 ? frame.Length : chance.Next(frame.Length));
            if (MessageCodec.Decode(bent) is { } message) message.Payload.ToArray().ShouldBe("hello"u8.ToArray(), "its digest was right");
            var noise = new byte[chance.Next(400)];
            chance.Fill(noise);
            MessageCodec.Decode(noise).ShouldBeNull();
        }
    }

    [Fact]
    public void An_inbox_orders_ignores_duplicates_and_leaves_what_is_beyond_its_window()
    {
        var inbox = new Inbox(window: 3);
        inbox.Take(Message(1)).ShouldBeTrue();
        inbox.Next().ShouldBeNull("0 is missing");
        inbox.Take(Message(3)).ShouldBeFalse("it is sent again later");
        inbox.Take(Message(0)).ShouldBeTrue();
        (inbox.Next()?.SequenceNumber, inbox.Next()?.SequenceNumber, inbox.Next()).ShouldBe((0, 1, null));
        inbox.Take(Message(1)).ShouldBeTrue("it is acknowledged again");
        inbox.Next().ShouldBeNull("but had only once");
    }

    [Fact]
    public void An_outbox_sends_again_after_200_ms_and_at_most_a_second_until_acknowledged()
    {
        var outbox = new Outbox();
        outbox.Add(MessageType.Output, PayloadType.Output, "x"u8.ToArray(), s_id, s_noon);
        int[] expected = [200, 600, 1400, 2400, 3400];
        foreach (var milliseconds in expected)
        {
            outbox.NextDue.ShouldBe(s_noon.AddMilliseconds(milliseconds));
            outbox.TakeDue(s_noon.AddMilliseconds(milliseconds - 1)).ShouldBeEmpty();
            outbox.TakeDue(s_noon.AddMilliseconds(milliseconds)).Count.ShouldBe(1);
        }
        outbox.Acknowledge(0).ShouldBeTrue();
        outbox.Acknowledge(0).ShouldBeFalse();
        outbox.NextDue.ShouldBeNull();
    }
}
