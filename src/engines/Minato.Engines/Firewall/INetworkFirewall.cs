namespace Minato.Engines.Firewall;

/// <summary>
/// Drops what the VPCs of this host do not let through. The whole wanted state is given each time and takes the place of what was there
/// at once: no packet meets a half of it. Nothing else of the host changes.
/// </summary>
public interface INetworkFirewall
{
    /// <summary>Makes this the state in force. The networks exist; every call may be repeated.</summary>
    ValueTask<FirewallOutcome> ApplyAsync(FirewallPlan plan, CancellationToken ct);

    /// <returns>Whether what was applied last is still there as it was; someone else may have changed the host.</returns>
    ValueTask<bool> IsIntactAsync(CancellationToken ct);

    /// <summary>Removes every trace of this installation.</summary>
    ValueTask RemoveAsync(CancellationToken ct);
}

public abstract record FirewallOutcome
{
    private FirewallOutcome() { }
    public sealed record Applied : FirewallOutcome;

    /// <param name="Reason">In words for the person who runs this host.</param>
    public sealed record Refused(string Reason) : FirewallOutcome;
}
