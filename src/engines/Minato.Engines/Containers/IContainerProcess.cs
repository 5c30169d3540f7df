using System.Collections.Immutable;

namespace Minato.Engines.Containers;

/// <summary>A process beside those of a container, on a terminal of its own. Disposing it ends it.</summary>
public interface IContainerProcess : IAsyncDisposable
{
    ValueTask WriteAsync(ReadOnlyMemory<byte> input, CancellationToken ct);

    /// <returns>How much there is of what it wrote to its terminal; 0 when it has ended.</returns>
    ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct);

    /// <summary>Nothing happens when it has ended.</summary>
    ValueTask ResizeAsync(int columns, int rows, CancellationToken ct);

    /// <returns>Null while it runs, and when nobody knows any more.</returns>
    ValueTask<int?> ExitCodeAsync(CancellationToken ct);
}

/// <param name="User">As the engine names users; null for that of the container.</param>
public sealed record ExecSpec(ImmutableArray<string> Command, string? User = null);

public abstract record ExecOutcome
{
    private ExecOutcome() { }
    public sealed record Started(IContainerProcess Process) : ExecOutcome;

    /// <summary>The container does not run, or is gone.</summary>
    public sealed record NotRunning : ExecOutcome;
    public sealed record Refused(string Reason) : ExecOutcome;
}
