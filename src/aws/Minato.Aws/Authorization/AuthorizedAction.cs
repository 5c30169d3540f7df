using System.Collections.Immutable;
using Minato.Aws.Policies;

namespace Minato.Aws.Authorization;

/// <summary>One thing that a call does, as policies name it, and what they decided.</summary>
/// <param name="Action">Such as <c>ecs:RunTask</c>.</param>
/// <param name="Resource">An ARN; <c>*</c> for actions that have no resource.</param>
/// <param name="Decision">Null when policies were not asked, because an earlier action of the call was refused.</param>
public sealed record AuthorizedAction(string Action, string Resource, Decision? Decision);
