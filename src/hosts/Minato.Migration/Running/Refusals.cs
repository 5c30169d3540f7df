using Minato.Aws;

namespace Minato.Migration.Running;

/// <summary>What an error of AWS means for who goes on: the same again, other credentials, or something to mend.</summary>
internal static class Refusals
{
    private static readonly string[] s_credentials =
    [
        "ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure", "TokenRefreshRequired",
    ];

    private static readonly string[] s_passing =
    [
        "RequestLimitExceeded", "TooManyRequestsException", "RequestThrottled", "RequestThrottledException", "SlowDown", "PriorRequestNotComplete", "RequestTimeout", "RequestTimeoutException", "TransactionInProgressException",
    ];

    /// <summary>Nothing will succeed before somebody renews them.</summary>
    public static bool IsOfCredentials(AwsException e) => s_credentials.Contains(e.Code, StringComparer.Ordinal);

    /// <summary>The same request may succeed later.</summary>
    public static bool IsPassing(AwsException e) => e.HttpStatus >= 500 || e.Code.Contains("Throttl", StringComparison.Ordinal) || s_passing.Contains(e.Code, StringComparer.Ordinal);
}
