namespace Minato.Engines.Dns;

/// <summary>Asks an endpoint once whether it is well, as Route 53's health checkers do.</summary>
public interface IEndpointProber
{
    ValueTask<EndpointOutcome> ProbeAsync(EndpointProbe probe, CancellationToken ct);
}

/// <param name="Address">An address, or a name that the host's resolver knows.</param>
/// <param name="HostName">What the Host header says and, with <paramref name="NamesServer"/>, TLS asks for; null for the address.</param>
/// <param name="Path">With its query; null asks for a connection alone.</param>
/// <param name="Text">What the beginning of the answer's body has to hold.</param>
public sealed record EndpointProbe(string Address, int Port, bool IsTls, bool NamesServer, string? HostName, string? Path, string? Text);

public abstract record EndpointOutcome
{
    private EndpointOutcome() { }

    /// <summary>It connected, answered and held the text, as far as that was asked for.</summary>
    /// <param name="Detail">As AWS words it, e.g. <c>HTTP Status Code 200, OK</c>.</param>
    public sealed record Well(string Detail) : EndpointOutcome;

    public sealed record Ill(string Detail) : EndpointOutcome;
}
