using System.Collections.Immutable;
using Minato.Contracts.Iam;
using Minato.Platform;

namespace Minato.Iam.State;

/// <summary>Writes a principal together with the rows by which policies and groups know who uses them.</summary>
internal static class PrincipalWrites
{
    /// <param name="before">Null for one that is new. Its name may be another.</param>
    public static void Put(Transaction tx, PrincipalState? before, PrincipalState after)
    {
        if (before is not null && before.Key != after.Key) DeleteRecord(tx, before);
        switch (after)
        {
            case UserState user: tx.Put(IamTables.Users, user); break;
            case GroupState group: tx.Put(IamTables.Groups, group); break;
            case RoleState role: tx.Put(IamTables.Roles, role); break;
            default: throw new InvalidOperationException($"{after.Kind} is no principal.");
        }
        Replace(tx, before, after);
    }

    public static void Delete(Transaction tx, PrincipalState principal)
    {
        DeleteRecord(tx, principal);
        Replace(tx, principal, null);
    }

    private static void DeleteRecord(Transaction tx, PrincipalState principal)
    {
        if (principal is UserState) tx.Delete(IamTables.Users, principal.Key);
        else if (principal is GroupState) tx.Delete(IamTables.Groups, principal.Key);
        else tx.Delete(IamTables.Roles, principal.Key);
    }

    private static void Replace(Transaction tx, PrincipalState? before, PrincipalState? after)
    {
        var (old, now) = (Attachments(before), Attachments(after));
        foreach (var gone in old.Except(now)) tx.Delete(IamTables.Attachments, gone.Key);
        foreach (var added in now.Except(old)) tx.Put(IamTables.Attachments, added);
        var (left, joined) = (Memberships(before), Memberships(after));
        foreach (var gone in left.Except(joined)) tx.Delete(IamTables.Memberships, gone.Key);
        foreach (var added in joined.Except(left)) tx.Put(IamTables.Memberships, added);
    }

    private static ImmutableHashSet<AttachmentState> Attachments(PrincipalState? principal)
    {
        if (principal is null) return [];
        var all = principal.AttachedPolicies.Select(a => new AttachmentState(a, principal.Arn));
        return [.. principal.BoundaryArn is { } boundary ? all.Append(new(boundary, principal.Arn, IsBoundary: true)) : all];
    }

    private static ImmutableHashSet<MembershipState> Memberships(PrincipalState? principal) =>
        principal is UserState user ? [.. user.Groups.Select(g => new MembershipState(IamTables.KeyOf(user.AccountId, g), user.Key))] : [];
}
