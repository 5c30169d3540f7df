namespace Minato.Engines.Sessions.Messages;

/// <summary>What the numbers of a message's payload mean.</summary>
internal enum PayloadType
{
    None = 0,
    Output = 1,
    Error = 2,
    Size = 3,
    Parameter = 4,
    HandshakeRequest = 5,
    HandshakeResponse = 6,
    HandshakeComplete = 7,
    Flag = 10,
    StandardError = 11,
    ExitCode = 12,
}

internal static class MessageType
{
    public const string Input = "input_stream_data";
    public const string Output = "output_stream_data";
    public const string Acknowledge = "acknowledge";
    public const string ChannelClosed = "channel_closed";
    public const string Start = "start_publication";
    public const string Pause = "pause_publication";
}

/// <summary>One binary frame of a data channel.</summary>
internal sealed record SessionMessage
{
    public required string Type { get; init; }
    public required Guid Id { get; init; }
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UnixEpoch;
    public long SequenceNumber { get; init; }
    public MessageFlags Flags { get; init; }
    public PayloadType PayloadType { get; init; }
    public ReadOnlyMemory<byte> Payload { get; init; }
}

[Flags]
internal enum MessageFlags : ulong
{
    None = 0,
    Syn = 1,
    Fin = 2,
}
