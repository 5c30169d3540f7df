using Minato.Aws.Dispatch;

namespace Minato.Aws.Authorization;

/// <summary>What temporary keys are never good for, whatever policies say: those of GetSessionToken and GetFederationToken at IAM and STS.</summary>
internal static class SessionLimits
{
    /// <returns>Null where policies decide.</returns>
    public static AwsException? Refusal(Caller caller, ServiceModel service, OperationModel operation)
    {
        if (caller.Session is not { RoleArn: null } session || service.SigningName is not ("iam" or "sts")) return null;
        var isFederated = session.UserArn is not null;
        return service.SigningName switch
        {
            // AWS: with a second factor a user's session may use IAM; a federated user never.
            "iam" when isFederated || !session.HasMfa => new("InvalidClientTokenId", "The security token included in the request is invalid", 403),
            "sts" when operation.Name is not "GetCallerIdentity" && (isFederated || operation.Name is not "AssumeRole") =>
                new("AccessDenied", $"Cannot call {operation.Name} with session credentials", 403),
            _ => null,
        };
    }
}
