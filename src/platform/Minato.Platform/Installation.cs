namespace Minato.Platform;

/// <summary>What one running Minato is: several may run beside each other on a host.</summary>
public sealed class Installation
{
    /// <summary>Short, stable, made at first start; labels everything outside the store that belongs to it.</summary>
    public required string Id { get; init; }

    /// <summary>The account of the root key.</summary>
    public required string AccountId { get; init; }

    /// <summary>Where clients on this host reach it; known before any room starts.</summary>
    public required Uri Endpoint { get; init; }
}

/// <summary>A room that keeps something outside the store (containers, files, proxies) and can put it back to its first state.</summary>
public interface IResettable
{
    /// <summary>Called when the store has been emptied; ≤ 100 ms when there is nothing to remove.</summary>
    ValueTask ResetAsync(CancellationToken ct);
}
