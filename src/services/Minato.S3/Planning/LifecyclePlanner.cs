using System.Collections.Immutable;
using Minato.Contracts.S3;
using Minato.S3.State;

namespace Minato.S3.Planning;

/// <summary>What the rules of a bucket make of its objects. AWS looks once a day: times are rounded up to midnight, UTC.</summary>
internal static class LifecyclePlanner
{
    /// <summary>When the current version expires, and by which rule; the earliest counts.</summary>
    public static (DateTimeOffset At, string Rule)? Expiry(ImmutableArray<LifecycleRule> rules, VersionState version)
    {
        (DateTimeOffset At, string Rule)? first = null;
        foreach (var rule in rules)
        {
            if (rule.Status is not ExpirationStatus.Enabled || !Applies(rule, version)) continue;
            DateTimeOffset? at = rule.Expiration switch { { Date: { } date } => date, { Days: { } days } => Midnight(version.ModifiedAt, days), _ => null };
            if (at is { } time && (first is null || time < first.Value.At)) first = (time, rule.ID ?? "");
        }
        return first;
    }

    /// <summary>What is to be done with the versions of one key now.</summary>
    /// <param name="versions">All of them, the newest first.</param>
    public static IEnumerable<VersionState> Expired(ImmutableArray<LifecycleRule> rules, IReadOnlyList<VersionState> versions, DateTimeOffset now)
    {
        var latest = versions[0];
        if (latest is { IsLatest: true, IsDeleteMarker: false } && Expiry(rules, latest) is { } due && due.At <= now) yield return latest;
        // A marker that hides nothing has no use.
        if (latest is { IsLatest: true, IsDeleteMarker: true } && versions.Count == 1 && rules.Any(r => r is { Status: ExpirationStatus.Enabled, Expiration.ExpiredObjectDeleteMarker: true } && Applies(r, latest)))
            yield return latest;
        for (var i = 1; i < versions.Count; i++)
        {
            var (version, since, newer) = (versions[i], versions[i - 1].ModifiedAt, i - 1);
            if (rules.Any(r => r.Status is ExpirationStatus.Enabled && r.NoncurrentVersionExpiration is { NoncurrentDays: { } days } expiration && Applies(r, version)
                && Midnight(since, days) <= now && newer >= (expiration.NewerNoncurrentVersions ?? 0))) yield return version;
        }
    }

    /// <summary>When an upload that nobody completed is given up, and by which rule.</summary>
    public static (DateTimeOffset At, string Rule)? Abort(ImmutableArray<LifecycleRule> rules, UploadState upload) => rules
        .Where(r => r is { Status: ExpirationStatus.Enabled, AbortIncompleteMultipartUpload.DaysAfterInitiation: not null } && upload.Key.Key.StartsWith(PrefixOf(r), StringComparison.Ordinal))
        .Select(r => ((DateTimeOffset, string)?)(Midnight(upload.StartedAt, r.AbortIncompleteMultipartUpload?.DaysAfterInitiation ?? 0), r.ID ?? "")).Min();

    public static DateTimeOffset NextMidnight(DateTimeOffset now) => new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddDays(1);

    private static DateTimeOffset Midnight(DateTimeOffset from, int days)
    {
        var at = from.AddDays(days);
        var day = new DateTimeOffset(at.UtcDateTime.Date, TimeSpan.Zero);
        return day == at ? at : day.AddDays(1);
    }

    private static bool Applies(LifecycleRule rule, VersionState version)
    {
        if (!version.Key.Key.StartsWith(PrefixOf(rule), StringComparison.Ordinal)) return false;
        var filter = rule.Filter;
        var tags = filter?.And?.Tags ?? (filter?.Tag is { } tag ? [tag] : []);
        return tags.All(t => version.Tags.GetValueOrDefault(t.Key) == t.Value)
            && version.Size > (filter?.ObjectSizeGreaterThan ?? filter?.And?.ObjectSizeGreaterThan ?? -1)
            && version.Size < (filter?.ObjectSizeLessThan ?? filter?.And?.ObjectSizeLessThan ?? long.MaxValue);
    }

    private static string PrefixOf(LifecycleRule rule) => rule.Filter?.Prefix ?? rule.Filter?.And?.Prefix ?? rule.Prefix ?? "";

    /// <param name="newId">For rules that came without one.</param>
    public static ImmutableArray<LifecycleRule> Check(ImmutableArray<LifecycleRule>? given, Func<string> newId)
    {
        if (given is not { Length: > 0 and <= 1000 } rules) throw S3Errors.MalformedXml();
        var named = rules.Select(r => string.IsNullOrEmpty(r.ID) ? r with { ID = newId() } : r).ToImmutableArray();
        foreach (var rule in named) CheckOne(rule);
        return named.DistinctBy(r => r.ID).Count() == named.Length ? named : throw S3Errors.Invalid("Rule ID must be unique. Found same ID for more than one rule");
    }

    private static void CheckOne(LifecycleRule rule)
    {
        if (rule.ID is { Length: > 255 }) throw S3Errors.Invalid("ID length should not exceed allowed limit of 255");
        if ((rule.Prefix is null) == (rule.Filter is null)) throw S3Errors.MalformedXml();
        if (rule is { Expiration: null, NoncurrentVersionExpiration: null, AbortIncompleteMultipartUpload: null, Transitions: not { Length: > 0 }, NoncurrentVersionTransitions: not { Length: > 0 } })
            throw S3Errors.BadRequest("At least one action needs to be specified in a rule");
        if (rule.Expiration is { } e && new object?[] { e.Date, e.Days, e.ExpiredObjectDeleteMarker }.Count(v => v is not null) != 1) throw S3Errors.MalformedXml();
        if (rule.Expiration?.Days <= 0) throw S3Errors.Invalid("'Days' for Expiration action must be a positive integer");
        if (rule.Expiration?.Date is { } date && date.TimeOfDay != TimeSpan.Zero) throw S3Errors.Invalid("'Date' must be at midnight GMT");
        if (rule.NoncurrentVersionExpiration is { NoncurrentDays: null or <= 0 }) throw S3Errors.Invalid("'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer");
        if (rule.AbortIncompleteMultipartUpload is { DaysAfterInitiation: null or <= 0 })
            throw S3Errors.Invalid("'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer");
    }
}
