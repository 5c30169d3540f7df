using System.Collections.Immutable;
using Minato.Aws.Policies;

namespace Minato.Aws.Authorization;

/// <summary>What organizations say of their accounts. Asked on every call, and never waited for.</summary>
public interface IOrganizationFacts
{
    /// <summary>The service control policies that limit an account, level by level from the root down. Empty when nothing limits it.</summary>
    ImmutableArray<ImmutableArray<NamedPolicy>> ControlOf(string accountId);

    /// <summary>Where an account is, as <c>aws:PrincipalOrgPaths</c> writes it: <c>o-…/r-…/ou-…/</c>. Null for an account without an organization.</summary>
    string? PathOf(string accountId);
}
