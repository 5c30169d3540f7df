using Minato.Aws.Policies;

namespace Minato.S3.Planning;

/// <summary>
/// Accounts that load balancers of the older Regions write their access logs as. Policies name them where newer ones name the service.
/// </summary>
internal static class LogDeliveryAccounts
{
    private static readonly HashSet<string> All =
    [
        "127311923021", "033677994240", "027434742980", "797873946194", "098369216593", "754344448648", "582318560864", "600734575887", "383597477331",
        "718504428378", "114774131450", "783225319266", "589379963580", "985666609251", "054676820928", "897822967062", "635631232127", "156460612806",
        "652711504416", "009996457667", "076674570225", "507241528517",
    ];

    public static IEnumerable<AuthorizationPrincipal> Principals { get; } = [.. All.Select(a => new AuthorizationPrincipal(a, $"arn:aws:iam::{a}:root"))];
}
