namespace Minato.Engines.Sessions;

/// <summary>Bounds of a session.</summary>
public sealed record SessionOptions
{
    /// <summary>AWS: fixed.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>From the connection to the end of the handshake.</summary>
    public TimeSpan HandshakeWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the last output may take to be acknowledged, and a close to be answered.</summary>
    public TimeSpan FarewellWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Handshakes are the largest that is ever said.</summary>
    public int LargestFrame { get; init; } = 32 * 1024;

    /// <summary>AWS: payload bytes of one message.</summary>
    public int ChunkLength { get; init; } = 1024;

    /// <summary>Messages under way, one way.</summary>
    public int Window { get; init; } = 64;
}
