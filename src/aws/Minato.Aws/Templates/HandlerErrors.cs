namespace Minato.Aws.Templates;

/// <summary>What services answer, in CloudFormation's words.</summary>
public static class HandlerErrors
{
    /// <summary>It is there already.</summary>
    public static bool IsAlreadyThere(AwsException e) => Has(e, "AlreadyExist") || Has(e, "AlreadyOwned") || Has(e, "Duplicate") || Has(e, "ResourceExists");

    /// <summary>It is not there.</summary>
    public static bool IsNotThere(AwsException e) => Has(e, "NotFound") || Has(e, "NoSuch") || e.ShapeName is "ServiceNotActiveException" or "NonExistentQueue" or "AWSOrganizationsNotInUseException";

    /// <summary>Others still need it. What they need it for may end by itself, as when tasks of a deleted service stop.</summary>
    public static bool IsStillNeeded(AwsException e) =>
        e.Code is "DependencyViolation" or "ResourceInUse" || e.ShapeName.StartsWith("ClusterContains", StringComparison.Ordinal) || e.ShapeName is "ResourceInUseException" or "ResourceInUse";

    /// <summary>CloudFormation's code for it.</summary>
    public static string CodeOf(AwsException e) => e switch
    {
        _ when IsAlreadyThere(e) => "AlreadyExists",
        _ when IsNotThere(e) => "NotFound",
        _ when Has(e, "AccessDenied") || Has(e, "Unauthorized") || Has(e, "NotAuthorized") => "AccessDenied",
        _ when Has(e, "Throttl") || Has(e, "RequestLimitExceeded") => "Throttling",
        _ when Has(e, "LimitExceeded") || Has(e, "TooMany") => "ServiceLimitExceeded",
        _ when IsStillNeeded(e) || Has(e, "Conflict") => "ResourceConflict",
        { IsClientFault: false } => "ServiceInternalError",
        _ => "InvalidRequest",
    };

    /// <summary>The answer of a service as AWS's own handlers repeat it. The frame around it, with token and code, is CloudFormation's.</summary>
    public static string Describe(string typeName, AwsException e, Caller caller) =>
        $"{e.Message} (Service: {ServiceOf(typeName)}, Status Code: {e.HttpStatus}, Request ID: {caller.RequestId})";

    // As the SDK that AWS's handlers are written with calls them.
    private static string ServiceOf(string typeName) => typeName.Split("::")[1] switch
    {
        "CertificateManager" => "Acm",
        "EC2" => "Ec2",
        "ECR" => "Ecr",
        "ECS" => "Ecs",
        "Events" => "EventBridge",
        "IAM" => "Iam",
        "KMS" => "Kms",
        "Logs" => "CloudWatchLogs",
        "SNS" => "Sns",
        "SSM" => "Ssm",
        var other => other,
    };

    private static bool Has(AwsException e, string word) => e.Code.Contains(word, StringComparison.Ordinal) || e.ShapeName.Contains(word, StringComparison.Ordinal);
}

/// <summary>A handler gives up on its resource.</summary>
/// <param name="code">CloudFormation's, such as <c>NotStabilized</c>.</param>
public sealed class ResourceFailedException(string code, string message) : Exception(message)
{
    public string Code => code;
}
