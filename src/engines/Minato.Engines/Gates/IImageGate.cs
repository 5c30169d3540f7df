namespace Minato.Engines.Gates;

/// <summary>Says whether images may be deployed, by a policy that the installation's user sets. Asked before a deployment's first task starts.</summary>
public interface IImageGate
{
    /// <returns>The verdict. Throws only when it is cancelled: what cannot be found out is a refusal that says so.</returns>
    ValueTask<GateVerdict> AskAsync(GateQuestion question, CancellationToken ct);
}

/// <param name="Cluster">Its name: clusters may have policies of their own.</param>
public sealed record GateQuestion(string AccountId, string Region, string Cluster, IReadOnlyList<GateImage> Images);

/// <param name="Image">As the task definition names it.</param>
public sealed record GateImage(string Container, string Image);

/// <param name="Reason">A sentence without its end, for a service event; empty when there is nothing to say.</param>
public sealed record GateVerdict(GateOutcome Outcome, string Reason = "")
{
    public static readonly GateVerdict Allowed = new(GateOutcome.Allowed);
}

public enum GateOutcome
{
    Allowed,
    Refused,

    /// <summary>Not known yet: a scan is under way. Ask again.</summary>
    Waiting,
}
