using Minato.Migration.Journal;
using Minato.Migration.Planning;
using Minato.Migration.Plans;

namespace Minato.Migration.Running;

/// <summary>Where tests reach the two sides: at addresses of their own, or through the entry with the header that chooses.</summary>
internal static class SideAddresses
{
    /// <returns>Null while it is not known.</returns>
    public static (SideAddress Old, SideAddress New)? Of(MigrationPlan plan, MigrationState state)
    {
        var entry = state.Facts.GetValueOrDefault(Known.EntryUrl) is { } url ? new Uri(url) : null;
        var old = plan.Mirror?.OldUrl is { } direct ? new SideAddress(direct, null, null) : Through(entry, plan.Test.Old);
        var @new = plan.Mirror?.NewUrl is { } other ? new SideAddress(other, null, null) : Through(entry, plan.Test.New);
        return old is null || @new is null ? null : (old, @new);

        SideAddress? Through(Uri? at, string value) => at is null || plan.Test.Header is null ? null : new(at, plan.Test.Header, value);
    }
}
