using Minato.Engines.Scanner.Versions;

namespace Minato.Engines.Scanner.Advisories;

/// <summary>Whether a version is affected, by OSV's rules: it is listed, or it lies in a range.</summary>
internal static class AffectedVersions
{
    private const string Beginning = "0";
    private const string Unlimited = "*";

    public static bool Includes(AffectedPackage package, string version)
    {
        if (package.Versions.Contains(version)) return true;
        return package.Ranges.Any(r => IsIn(r, version, OrderOf(r, package)));
    }

    /// <summary>The first version without it: the lowest fix above the version, null when there is none.</summary>
    public static string? FixFor(AffectedPackage package, string version)
    {
        string? first = null;
        foreach (var range in package.Ranges)
        {
            var order = OrderOf(range, package);
            foreach (var fix in range.Events.Where(e => e.Kind is RangeEventKind.Fixed && order(e.Version, version) > 0))
            {
                if (first is null || order(fix.Version, first) < 0) first = fix.Version;
            }
        }

        return first;
    }

    private static Comparison<string> OrderOf(AffectedRange range, AffectedPackage package) => range.Type is "SEMVER" ? SemanticVersion.Compare : VersionOrder.Of(package.Ecosystem);

    private static bool IsIn(AffectedRange range, string version, Comparison<string> order)
    {
        // Commits say nothing about a package's version.
        if (range.Type is not ("SEMVER" or "ECOSYSTEM")) return false;
        var limits = range.Events.Where(e => e.Kind is RangeEventKind.Limit).ToList();
        if (limits.Count > 0 && !limits.Any(l => l.Version == Unlimited || order(version, l.Version) < 0)) return false;
        var isAffected = false;
        foreach (var at in range.Events.Where(e => e.Kind is not RangeEventKind.Limit).Order(Comparer<RangeEvent>.Create((a, b) => CompareEvents(a, b, order))))
        {
            isAffected = at.Kind switch
            {
                RangeEventKind.Introduced when at.Version == Beginning || order(version, at.Version) >= 0 => true,
                RangeEventKind.Fixed when order(version, at.Version) >= 0 => false,
                RangeEventKind.LastAffected when order(version, at.Version) > 0 => false,
                _ => isAffected,
            };
        }

        return isAffected;
    }

    private static int CompareEvents(RangeEvent a, RangeEvent b, Comparison<string> order) => (a.Version == Beginning, b.Version == Beginning) switch
    {
        (true, true) => 0,
        (true, false) => -1,
        (false, true) => 1,
        // What is fixed and introduced again in one version is affected.
        _ => order(a.Version, b.Version) is not 0 and var different ? different : Rank(a.Kind).CompareTo(Rank(b.Kind)),
    };

    private static int Rank(RangeEventKind kind) => kind is RangeEventKind.Fixed or RangeEventKind.LastAffected ? 0 : 1;
}
