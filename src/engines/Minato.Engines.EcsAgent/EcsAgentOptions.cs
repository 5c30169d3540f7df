namespace Minato.Engines.EcsAgent;

/// <summary>Bounds of a conversation with an agent.</summary>
public sealed record EcsAgentOptions
{
    /// <summary>AWS: an agent that hears nothing for 60 s begins to think of reconnecting.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>An agent that has acknowledged no heartbeat for so long is gone.</summary>
    public TimeSpan SilenceLimit { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Telemetry comes every 20 s, or not at all.</summary>
    public TimeSpan TelemetrySilenceLimit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the other side may take to answer a close.</summary>
    public TimeSpan CloseWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Of a message on the order channel.</summary>
    public int LargestOrderFrame { get; init; } = 256 * 1024;

    /// <summary>AWS: 1 MiB of telemetry in a message, and the signature's headers before it.</summary>
    public int LargestTelemetryFrame { get; init; } = 1280 * 1024;

    /// <summary>Messages that an agent may send at once.</summary>
    public int Burst { get; init; } = 2000;

    /// <summary>Messages a second that an agent may send for ever.</summary>
    public int Rate { get; init; } = 100;

    /// <summary>Orders that wait to be sent to one agent.</summary>
    public int MostWaiting { get; init; } = 1024;

    /// <summary>Tasks that one message of an agent may name.</summary>
    public int MostNamed { get; init; } = 1000;
}
