using Minato.Aws.Policies;

namespace Minato.Aws.Authorization;

/// <summary>One thing that a call does, as policies name it, and what they decided.</summary>
/// <param name="Action">Such as <c>ecs:RunTask</c>.</param>
/// <param name="Resource">An ARN; <c>*</c> for actions that have no resource.</param>
/// <param name="Decision">How it ended, and by which statement.</param>
public sealed record AuthorizedAction(string Action, string Resource, Decision Decision)
{
    /// <summary>What policies could ask about; null where they were not asked.</summary>
    public AuthorizationContext? Context { get; init; }

    /// <summary>How AWS words it to whom it was refused.</summary>
    public string RefusalTo(Caller caller) => Denial.Words(caller, this, $" on resource: {Resource}");

    public bool IsAllowed => Decision.IsAllowed;
}
