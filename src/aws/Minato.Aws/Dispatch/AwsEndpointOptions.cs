namespace Minato.Aws.Dispatch;

/// <summary>What the endpoint needs from its host.</summary>
public sealed class AwsEndpointOptions
{
    /// <summary>Makes a new id for every request, e.g. a UUID.</summary>
    public required Func<string> NewRequestId { get; init; }

    /// <summary>
    /// What a client is told of an exception that is no bug but the state of the machine, such as a full disk; null for all others,
    /// of which it learns nothing.
    /// </summary>
    public Func<Exception, string?> Explain { get; init; } = _ => null;

    /// <summary>What the times of signatures are compared with: the clock of the machine, as clients on it see it.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Null: nobody calls too often.</summary>
    public Throttle? Throttle { get; init; }

    /// <summary>Bytes of a body; more are refused.</summary>
    public int LargestBody { get; init; } = 10 * 1024 * 1024;
}
