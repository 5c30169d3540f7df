using Minato.Migration.Journal;
using Minato.Migration.Planning;
using Minato.Migration.Plans;

namespace Minato.Migration.Running;

/// <summary>Where tests reach the two sides: at addresses of their own, or through the entry with the header that chooses. And as whom they ask: by the name that users ask for.</summary>
internal static class SideAddresses
{
    /// <returns>Null while it is not known.</returns>
    public static (SideAddress Old, SideAddress New)? Of(MigrationPlan plan, MigrationState state)
    {
        var entry = state.Facts.GetValueOrDefault(Known.EntryUrl) is { } url ? new Uri(url) : null;
        var host = plan.Mirror?.Host ?? Patterns.Example(Hosts(plan, state));
        var old = plan.Mirror?.OldUrl is { } direct ? new SideAddress(direct, null, null, host) : Through(entry, plan.Test.Old);
        var @new = plan.Mirror?.NewUrl is { } other ? new SideAddress(other, null, null, host) : Through(entry, plan.Test.New);
        return old is null || @new is null ? null : (old, @new);

        SideAddress? Through(Uri? at, string value) => at is null || plan.Test.Header is null ? null : new(at, plan.Test.Header, value, host);
    }

    /// <summary>Patterns of the domains whose users the entry has; none for any.</summary>
    public static string Hosts(MigrationPlan plan, MigrationState state) => plan.Entry is RecordEntry record ? record.Name.TrimEnd('.') : state.Facts.GetValueOrDefault(Known.EntryHosts, "");

    /// <summary>Does the request come to where traffic is divided? Another rule would answer it for both sides alike.</summary>
    public static bool Reaches(MigrationPlan plan, MigrationState state, MirrorRequest request) =>
        plan.Mirror is { OldUrl: not null, NewUrl: not null } || Patterns.MatchPath(state.Facts.GetValueOrDefault(Known.EntryPaths, ""), request.Path);
}
