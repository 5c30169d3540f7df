using System.Collections.Frozen;

namespace Minato.Engines.Inside;

/// <summary>
/// Makes an address that SDKs have built in answer inside the networks of tasks and instances, at port 80. Nothing else of the host
/// changes, and nothing is left of it when it is removed. Every call may be repeated.
/// </summary>
public interface IInsideEndpoint
{
    /// <summary>From now on requests from this network come to <paramref name="handler"/>.</summary>
    ValueTask<OpenOutcome> OpenAsync(InsideNetwork network, InsideDoor door, IInsideHandler handler, CancellationToken ct);

    /// <summary>Removes every trace of this installation.</summary>
    ValueTask RemoveAsync(CancellationToken ct);
}

/// <summary>Whom something inside asks about itself.</summary>
public enum InsideDoor
{
    /// <summary>169.254.170.2: a task.</summary>
    Task,

    /// <summary>169.254.169.254: an instance.</summary>
    Instance,
}

/// <summary>Answers what a task or an instance asks about itself.</summary>
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
public sealed record InsideRequest(InsideNetwork Network, string Source, string Method, string Path, ReadOnlyMemory<byte> Body)
{
    /// <summary>By names in lower case.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = FrozenDictionary<string, string>.Empty;
}

public sealed record InsideAnswer(int Status, string ContentType, ReadOnlyMemory<byte> Body)
{
    public IReadOnlyDictionary<string, string> Headers { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>How many hosts the answer may pass on its way to the asker; null for as many as there are.</summary>
    public int? HopLimit { get; init; }
}

public abstract record OpenOutcome
{
    private OpenOutcome() { }
    public sealed record Open : OpenOutcome;

    /// <param name="Reason">In words for the person who runs this host.</param>
    public sealed record Refused(string Reason) : OpenOutcome;
}
