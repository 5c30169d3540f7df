using Minato.Engines.Inside;

namespace Minato.Engines.Dns;

/// <summary>
/// Carries DNS for the installation: on the host it answers with authority alone, for tasks it is the resolver of their network and
/// asks the host's own about everything else.
/// </summary>
public interface IDnsServer
{
    DnsServerStatus Status { get; }

    /// <summary>Every query that comes from now on is answered out of this.</summary>
    void Serve(IDnsAnswers answers);

    /// <summary>
    /// From now on tasks of this network find it as AWS has it, at 169.254.169.253. May be repeated.
    /// </summary>
    ValueTask<OpenOutcome> OpenAsync(InsideNetwork.Bridge network, CancellationToken ct);

    /// <summary>Removes every trace of this installation from the host.</summary>
    ValueTask RemoveAsync(CancellationToken ct);
}

/// <summary>What a server answers out of: one moment of all zones. Never changes.</summary>
public interface IDnsAnswers
{
    /// <summary>Fills an empty reply. Called on the thread that reads packets: no waiting, no I/O.</summary>
    void Answer(in DnsQuestion question, DnsReply reply);
}

/// <summary>Where it listens; null with the reason while it cannot.</summary>
public sealed record DnsServerStatus(string? Endpoint, string? Trouble);
