using Minato.Aws.Protocols;
using Minato.Aws.Shapes;
using Minato.Aws.Signing;

namespace Minato.Aws.Dispatch;

/// <summary>Errors of the wire itself, with the code and status that the protocol's family of services uses for each.</summary>
internal static class Refusal
{
    public static AwsException Signature(ErrorStyle style, SignatureFault fault) => (style, fault.Kind) switch
    {
        (ErrorStyle.Ec2, SignatureFaultKind.MissingToken) => new("MissingParameter", "The request must contain the parameter AWSAccessKeyId", 400),
        (ErrorStyle.Ec2, SignatureFaultKind.PresignedExpired or SignatureFaultKind.ExpiredToken) => new("RequestExpired", "Request has expired.", 400),
        (ErrorStyle.Ec2, SignatureFaultKind.Incomplete or SignatureFaultKind.PresignedIncomplete) => new("IncompleteSignature", fault.Message, 400),
        (ErrorStyle.Ec2, _) => new("AuthFailure", "AWS was not able to validate the provided access credentials", 401),
        (ErrorStyle.S3, var kind) => S3(kind, fault.Message),
        (ErrorStyle.Query or ErrorStyle.RestXml, var kind) => Query(kind, fault.Message),
        (ErrorStyle.RestJson, var kind) => Json(kind, fault.Message, 403),
        (_, var kind) => Json(kind, fault.Message, 400),
    };

    private static AwsException Json(SignatureFaultKind kind, string message, int status) => kind switch
    {
        SignatureFaultKind.MissingToken => new("MissingAuthenticationTokenException", "Missing Authentication Token", status),
        SignatureFaultKind.Incomplete or SignatureFaultKind.PresignedIncomplete => new("IncompleteSignatureException", message, status),
        SignatureFaultKind.UnknownKey or SignatureFaultKind.WrongToken => new("UnrecognizedClientException", message, status),
        SignatureFaultKind.ExpiredToken => new("ExpiredTokenException", message, status),
        _ => new("InvalidSignatureException", message, status),
    };

    private static AwsException Query(SignatureFaultKind kind, string message) => kind switch
    {
        SignatureFaultKind.MissingToken => new("MissingAuthenticationToken", message, 403),
        SignatureFaultKind.Incomplete or SignatureFaultKind.PresignedIncomplete => new("IncompleteSignature", message, 400),
        SignatureFaultKind.UnknownKey or SignatureFaultKind.WrongToken => new("InvalidClientTokenId", message, 403),
        SignatureFaultKind.ExpiredToken => new("ExpiredToken", message, 403),
        _ => new("SignatureDoesNotMatch", message, 403),
    };

    private static AwsException S3(SignatureFaultKind kind, string message) => kind switch
    {
        SignatureFaultKind.MissingToken => new("AccessDenied", "Access Denied", 403),
        SignatureFaultKind.Incomplete => new("AuthorizationHeaderMalformed", "The authorization header is malformed; " + message, 400),
        SignatureFaultKind.PresignedIncomplete => new("AuthorizationQueryParametersError", message, 400),
        SignatureFaultKind.UnsignedHeaders => new("AccessDenied", message, 403),
        SignatureFaultKind.UnknownKey => new("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", 403),
        SignatureFaultKind.WrongToken => new("InvalidToken", "The provided token is malformed or otherwise invalid.", 400),
        SignatureFaultKind.ExpiredToken => new("ExpiredToken", "The provided token has expired.", 400),
        SignatureFaultKind.WrongScope => new("AuthorizationHeaderMalformed", "The authorization header is malformed; " + message, 400),
        SignatureFaultKind.Expired or SignatureFaultKind.NotYetCurrent =>
            new("RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", 403),
        SignatureFaultKind.PresignedExpired => new("AccessDenied", "Request has expired", 403),
        SignatureFaultKind.PayloadMismatch => new("XAmzContentSHA256Mismatch", message, 400),
        SignatureFaultKind.MalformedChunks => new("IncompleteBody", "The request body terminated unexpectedly", 400),
        _ => new("SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method.", 403),
    };

    public static AwsException Throttled(ErrorStyle style) => style switch
    {
        ErrorStyle.Query => new("Throttling", "Rate exceeded", 400),
        ErrorStyle.Ec2 => new("RequestLimitExceeded", "Request limit exceeded.", 503),
        ErrorStyle.S3 => new("SlowDown", "Please reduce your request rate.", 503),
        ErrorStyle.RestJson => new("TooManyRequestsException", "Rate exceeded", 429),
        _ => new("ThrottlingException", "Rate exceeded", 400),
    };

    public static AwsException UnknownOperation(ErrorStyle style, string? operation, string? version) => style switch
    {
        ErrorStyle.Query when operation is null => new("MissingAction", "No Action was specified.", 400),
        ErrorStyle.Query => new("InvalidAction", $"Could not find operation {operation} for version {version ?? "NO_VERSION_SPECIFIED"}", 400),
        ErrorStyle.Ec2 when operation is null => new("MissingAction", "The request is missing an action or a required parameter.", 400),
        ErrorStyle.Ec2 => new("InvalidAction", $"The action {operation} is not valid for this web service.", 400),
        ErrorStyle.RestXml or ErrorStyle.S3 => new("MethodNotAllowed", "The specified method is not allowed against this resource.", 405),
        ErrorStyle.RestJson => new("UnknownOperationException", null, 404),
        _ => new("UnknownOperationException", null, 400),
    };

    public static AwsException UnknownService(ErrorStyle style, string? service)
    {
        var message = service is null ? "The request names no service: it is not signed, and its target is unknown." : $"Minato does not serve {service}.";
        return style is ErrorStyle.Json or ErrorStyle.RestJson ? new("UnknownOperationException", message, 400) : new("InvalidAction", message, 400);
    }

    public static AwsException Malformed(ErrorStyle style, string? explanation) => style switch
    {
        ErrorStyle.Query => new("MalformedInput", explanation ?? "The request body could not be parsed.", 400),
        ErrorStyle.Ec2 => new("InvalidParameterValue", explanation ?? "The request body could not be parsed.", 400),
        ErrorStyle.RestXml => new("InvalidInput", explanation ?? "The XML you provided is not well-formed", 400),
        ErrorStyle.S3 => new("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema", 400),
        _ => new("SerializationException", explanation, 400),
    };

    /// <summary>AWS: buckets made since June 2020 know version 4 alone.</summary>
    public static AwsException OldSignature => new("InvalidRequest", "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.", 400);

    /// <summary>A path with bytes that are no text.</summary>
    public static AwsException BadPath(ErrorStyle style) => style is ErrorStyle.S3
        ? new("InvalidURI", "Couldn't parse the specified URI.", 400) : Malformed(style, "The path is not UTF-8.");

    public static AwsException TooLarge(ErrorStyle style, long limit) => style is ErrorStyle.Json or ErrorStyle.RestJson
        ? new("RequestEntityTooLargeException", $"Request body is larger than {limit} bytes.", 413)
        : new("RequestEntityTooLarge", $"Request body is larger than {limit} bytes.", 413);

    /// <param name="words">What the client may know of it; AWS's own words without.</param>
    public static AwsException Internal(ErrorStyle style, ServiceModel? service, string? words = null) => style switch
    {
        _ when service?.Errors.ContainsKey("ServerException") is true => new("ServerException", words ?? "Service Unavailable. Please try again later.", 500),
        ErrorStyle.Ec2 => new("InternalError", words ?? "An internal error has occurred", 500),
        ErrorStyle.S3 => new("InternalError", words ?? "We encountered an internal error. Please try again.", 500),
        _ => new("InternalFailure", words ?? "The request processing has failed because of an unknown error, exception or failure.", 500),
    };

    /// <summary>What the service answers to a request that breaks the limits of its model.</summary>
    public static AwsException Invalid(ErrorStyle style, ServiceModel service, Violations violations) => (style, service.SigningName) switch
    {
        (ErrorStyle.Ec2, _) => Ec2Invalid(violations.Found[0]),
        (_, "ecr") => new("InvalidParameterException", EcrText(violations.Found[0]), 400),
        (_, "ecs" or "logs") => new("InvalidParameterException", violations.ToString(), 400),
        (ErrorStyle.Query, _) => new("ValidationError", violations.ToString(), 400),
        (ErrorStyle.RestXml, _) => new("InvalidInput", violations.ToString(), 400),
        (ErrorStyle.S3, _) => S3Invalid(violations.Found[0]),
        _ => new("ValidationException", violations.ToString(), 400),
    };

    // AWS: ECR names one fault only, and quotes the constraint.
    private static string EcrText(Violation first)
    {
        const string Pattern = "Member must satisfy regular expression pattern: ";
        var constraint = first.Constraint.StartsWith(Pattern, StringComparison.Ordinal) ? $"must satisfy regular expression '{first.Constraint[Pattern.Length..]}'"
            : first.Constraint.StartsWith("Member must ", StringComparison.Ordinal) ? first.Constraint["Member ".Length..] : first.Constraint;
        return $"Invalid parameter at '{first.Path}' failed to satisfy constraint: '{constraint}'";
    }

    // What stands in a document has a path; what stands in a header or the query has a name alone.
    private static AwsException S3Invalid(Violation first) => first.Path switch
    {
        "createBucketConfiguration.locationConstraint" => new("InvalidLocationConstraint", "The specified location-constraint is not valid", 400),
        "storageClass" => new("InvalidStorageClass", "The storage class you specified is not valid", 400),
        "encodingType" => new("InvalidArgument", "Invalid Encoding Method specified in Request", 400),
        var path when path.Contains('.', StringComparison.Ordinal) || first.Value is "null" => Malformed(ErrorStyle.S3, null),
        _ => new("InvalidArgument", first.ToString(), 400),
    };

    private static AwsException Ec2Invalid(Violation first) => first.Value is "null"
        ? new("MissingParameter", $"The request must contain the parameter {first.Path}", 400)
        : new("InvalidParameterValue", $"Value ({first.Value.Trim('\'')}) for parameter {first.Path} is invalid. {first.Constraint}", 400);
}
