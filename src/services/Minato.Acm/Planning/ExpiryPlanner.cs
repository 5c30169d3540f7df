using Minato.Acm.State;

namespace Minato.Acm.Planning;

/// <summary>When an account hears of a certificate's end: daily for a while before, and once afterwards if ACM issued it.</summary>
internal static class ExpiryPlanner
{
    /// <summary>AWS: of an account that says nothing else.</summary>
    public const int DefaultDays = 45;

    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    /// <param name="days">Before the end, from when on.</param>
    /// <returns>When next: now or earlier is at once; null is never.</returns>
    public static DateTimeOffset? Due(CertificateState certificate, int days)
    {
        if (certificate is not { Failure: null, RevokedAt: null, Issued.NotAfter: var end }) return null;
        var first = end - (s_day * days);
        var next = certificate.ToldAt is { } told && told >= first ? told + s_day : first;
        if (next < end) return next;
        // AWS: nobody hears that an imported one has ended.
        return certificate.IsManaged && !(certificate.ToldAt >= end) ? end : null;
    }

    public static int DaysLeft(DateTimeOffset end, DateTimeOffset now) => (int)Math.Ceiling((end - now) / s_day);
}
