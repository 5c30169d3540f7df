using Minato.Acm.State;

namespace Minato.Acm.Planning;

/// <summary>When a requested certificate is to be issued: at once the first time, and again before it ends while somebody uses it.</summary>
internal static class RenewalPlanner
{
    /// <summary>As ACM does it: sixty days before the end.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromDays(60);

    /// <summary>A certificate whose time has come and that nobody uses may be used tomorrow.</summary>
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromDays(1);

    /// <returns>When: now or earlier is at once; null is never.</returns>
    public static DateTimeOffset? Due(CertificateState certificate, bool isUsed, DateTimeOffset now) => certificate switch
    {
        { IsManaged: false } or { Failure: not null } or { RevokedAt: not null } => null,
        { Issued: null } or { RenewNow: true } => now,
        { Issued.NotAfter: var end } when now < end - Ahead => end - Ahead,
        _ => isUsed || certificate.WasExported ? now : now + s_lookAgain,
    };
}
