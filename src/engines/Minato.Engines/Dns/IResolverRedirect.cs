using Minato.Engines.Inside;

namespace Minato.Engines.Dns;

/// <summary>Leads what tasks send to port 53 of their resolver's address to a listener on the host's own address in their network.</summary>
public interface IResolverRedirect
{
    /// <summary>Makes these the ways, whatever was there before.</summary>
    /// <returns>Null when it is done, otherwise why it cannot be, in words for the person who runs the host.</returns>
    ValueTask<string?> ApplyAsync(IReadOnlyCollection<ResolverWay> ways, CancellationToken ct);

    /// <summary>Removes every trace of this installation.</summary>
    ValueTask RemoveAsync(CancellationToken ct);
}

/// <param name="Network">Whose tasks.</param>
/// <param name="Port">UDP and TCP, on the network's gateway.</param>
public sealed record ResolverWay(InsideNetwork.Bridge Network, int Port);
