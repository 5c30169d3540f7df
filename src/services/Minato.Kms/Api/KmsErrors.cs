using Minato.Aws;
using Minato.Contracts.Kms;
using Minato.Kms.State;

namespace Minato.Kms.Api;

/// <summary>Texts of AWS's errors.</summary>
internal static class KmsErrors
{
    public static AwsException Validation(string message) => new("ValidationException", message);

    public static AwsException NoSuchKey(string arn) => new NotFoundException($"Key '{arn}' does not exist");

    public static AwsException NoSuchAlias(string arn) => new NotFoundException($"Alias {arn} is not found.");

    public static AwsException InvalidKeyId(string text) => new NotFoundException($"Invalid keyId '{text}'");

    public static AwsException Disabled(StoredKey key) => new DisabledException($"{key.Arn} is disabled.");

    public static AwsException PendingDeletion(StoredKey key) => new KMSInvalidStateException($"{key.Arn} is pending deletion.");

    public static AwsException WrongUsage(StoredKey key, string operation) =>
        new InvalidKeyUsageException($"{key.Arn} key usage is {key.Usage.ToWire()} which is not valid for {operation}.");

    public static AwsException Incompatible(string algorithm, StoredKey key) =>
        new InvalidKeyUsageException($"Algorithm {algorithm} and key spec {key.Spec.ToWire()} are incompatible.");

    public static AwsException Unsupported(StoredKey key, string operation) =>
        new UnsupportedOperationException($"{key.Arn} key spec is {key.Spec.ToWire()} which is not valid for {operation}.");

    // AWS: whether there is such a key at all is not told to somebody who only has a ciphertext.
    public static AwsException UnknownCiphertext => new(
        "AccessDeniedException", "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.");

    public static AwsException WrongKey => new IncorrectKeyException("The key ID in the request does not identify a CMK that can perform this operation.");

    public static AwsException DryRun => new DryRunOperationException("The request would have succeeded, but the DryRun option is set.");

    public static AwsException Denied(Caller caller, string action, StoredKey key, bool isExplicit) => new(
        "AccessDeniedException", $"User: {caller.PrincipalArn} is not authorized to perform: {action} on resource: {key.Arn} "
            + (isExplicit ? "with an explicit deny in a resource-based policy" : $"because no resource-based policy allows the {action} action"));
}
