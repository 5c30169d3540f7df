using Minato.Contracts.S3;
using Minato.S3.State;

namespace Minato.S3.Planning;

/// <summary>Which versions may not be taken away, until when, and who may do it all the same.</summary>
internal static class ObjectLocks
{
    private const int MostYears = 100;
    private const int MostDays = 36_500;

    public static bool IsOn(BucketState bucket) => bucket.ObjectLock?.ObjectLockEnabled is ObjectLockEnabled.Enabled;

    /// <summary>Neither time nor hold lets the version go.</summary>
    /// <param name="mayBypass">Asked for, and allowed, by who may pass over governance.</param>
    public static bool Holds(VersionState version, DateTimeOffset now, bool mayBypass) => version.Lock is { } held
        && (held.HasHold || (held.Until > now && !(held.Mode is ObjectLockMode.Governance && mayBypass)));

    /// <summary>The lock of something new: what the request says, else what the bucket says of everything.</summary>
    public static LockState? ForNew(BucketState bucket, ObjectLockMode? mode, DateTimeOffset? until, ObjectLockLegalHoldStatus? hold, DateTimeOffset now)
    {
        if ((mode is not null || until is not null || hold is not null) && !IsOn(bucket)) throw Missing();
        if ((mode is null) != (until is null)) throw S3Errors.Invalid("x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied");
        if (until is { } date) CheckFuture(date, now);
        var byDefault = bucket.ObjectLock?.Rule?.DefaultRetention;
        if (mode is null && byDefault?.Mode is { } usual)
            (mode, until) = (usual is ObjectLockRetentionMode.Compliance ? ObjectLockMode.Compliance : ObjectLockMode.Governance, byDefault.Years is { } years ? now.AddYears(years) : now.AddDays(byDefault.Days ?? 0));
        return mode is null && hold is null ? null : new(mode, until, hold is ObjectLockLegalHoldStatus.On);
    }

    /// <summary>AWS: a time may always be longer; shorter, weaker or none only by who may pass over governance, and never in compliance mode.</summary>
    public static LockState Retain(VersionState version, ObjectLockRetention? asked, DateTimeOffset now, bool mayBypass)
    {
        if ((asked?.Mode is null) != (asked?.RetainUntilDate is null)) throw S3Errors.MalformedXml();
        var mode = asked?.Mode switch { ObjectLockRetentionMode.Compliance => ObjectLockMode.Compliance, ObjectLockRetentionMode.Governance => ObjectLockMode.Governance, _ => (ObjectLockMode?)null };
        if (asked?.RetainUntilDate is { } date) CheckFuture(date, now);
        var held = version.Lock ?? new(null, null, false);
        var isWeaker = held.Until > now && (mode is null || asked?.RetainUntilDate < held.Until || (held.Mode is ObjectLockMode.Compliance && mode is ObjectLockMode.Governance));
        if (isWeaker && !(held.Mode is ObjectLockMode.Governance && mayBypass)) throw Protected();
        return held with { Mode = mode, Until = asked?.RetainUntilDate };
    }

    public static ObjectLockConfiguration Check(ObjectLockConfiguration? asked)
    {
        if (asked is not { ObjectLockEnabled: ObjectLockEnabled.Enabled }) throw S3Errors.MalformedXml();
        if (asked.Rule is null) return asked;
        if (asked.Rule.DefaultRetention is not { Mode: not null } usual || (usual.Days is null) == (usual.Years is null)) throw S3Errors.MalformedXml();
        if (usual.Days <= 0 || usual.Years <= 0) throw S3Errors.Invalid("Default retention period must be a positive integer value.");
        return usual.Days <= MostDays || usual.Years <= MostYears ? asked : throw S3Errors.Invalid("Default retention period too large. The maximum period allowed is 36500 days or 100 years.");
    }

    public static S3Exception Missing() => S3Errors.BadRequest("Bucket is missing Object Lock Configuration");

    public static S3Exception Protected() => new("AccessDenied", "Access Denied because object protected by object lock.", 403);

    private static void CheckFuture(DateTimeOffset date, DateTimeOffset now)
    {
        if (date <= now) throw S3Errors.Invalid("The retain until date must be in the future!");
    }
}
