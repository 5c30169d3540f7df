namespace Minato.Engines.Inside;

/// <summary>
/// Makes 169.254.170.2, port 80, answer inside the networks of tasks. Nothing else of the host changes, and nothing is left of it when
/// it is removed. Every call may be repeated.
/// </summary>
public interface IInsideEndpoint
{
    /// <summary>From now on requests from this network come to <paramref name="handler"/>.</summary>
    ValueTask<OpenOutcome> OpenAsync(InsideNetwork network, IInsideHandler handler, CancellationToken ct);

    /// <summary>Removes every trace of this installation.</summary>
    ValueTask RemoveAsync(CancellationToken ct);
}

/// <summary>Answers what a task asks about itself.</summary>
public interface IInsideHandler
{
    ValueTask<InsideAnswer> AnswerAsync(InsideRequest request, CancellationToken ct);
}

/// <summary>Where tasks stand that may ask.</summary>
public abstract record InsideNetwork
{
    private InsideNetwork() { }

    /// <summary>A bridge of this host: the range of its containers, and the host's own address on it.</summary>
    public sealed record Bridge(string Cidr, string Gateway) : InsideNetwork;

    /// <summary>The network of the host itself.</summary>
    public sealed record Host : InsideNetwork;
}

/// <param name="Network">Where it came from.</param>
/// <param name="Source">Address of the asker.</param>
/// <param name="Path">As sent, without the query.</param>
public sealed record InsideRequest(InsideNetwork Network, string Source, string Method, string Path, ReadOnlyMemory<byte> Body);

public sealed record InsideAnswer(int Status, string ContentType, ReadOnlyMemory<byte> Body);

public abstract record OpenOutcome
{
    private OpenOutcome() { }
    public sealed record Open : OpenOutcome;

    /// <param name="Reason">In words for the person who runs this host.</param>
    public sealed record Refused(string Reason) : OpenOutcome;
}
