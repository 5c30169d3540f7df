using Minato.Aws;
using Minato.Contracts.Acm;

namespace Minato.Acm.Api;

/// <summary>Texts of AWS's errors.</summary>
internal static class AcmErrors
{
    public static AwsException Validation(string message) => new ValidationException(message);

    public static AwsException NotFound(string arn) => new ResourceNotFoundException($"Could not find certificate {arn}.");

    // AWS: names the account where the region belongs, for this one algorithm.
    public static AwsException Algorithm(KeyAlgorithm algorithm, Caller caller) =>
        Validation($"Encryption Algorithm {algorithm.ToWire()} is not supported in {(algorithm is KeyAlgorithm.Rsa4096 ? caller.AccountId : caller.Region)} region");

    public static AwsException InUse(string arn) => new ResourceInUseException($"Certificate {arn} in use.");

    public static AwsException InProgress(string arn) => new RequestInProgressException($"Certificate {arn} has not been issued yet.");
}
