namespace Minato.Aws.Signing;

internal enum SignatureFaultKind
{
    MissingToken,
    Incomplete,
    PresignedIncomplete,
    UnknownKey,
    WrongToken,
    ExpiredToken,
    Mismatch,
    WrongScope,
    Expired,
    NotYetCurrent,
    PresignedExpired,
    PayloadMismatch,
    MalformedChunks,
    UnsignedHeaders,
}

/// <summary>Why a signature was refused. Kind gives the code, which differs by service; the message is AWS's.</summary>
internal sealed record SignatureFault(SignatureFaultKind Kind, string Message)
{
    public static SignatureFault MissingToken { get; } = new(SignatureFaultKind.MissingToken, "Request is missing Authentication Token");
    public static SignatureFault UnknownKey { get; } = new(SignatureFaultKind.UnknownKey, "The security token included in the request is invalid.");
    public static SignatureFault WrongToken { get; } = new(SignatureFaultKind.WrongToken, "The security token included in the request is invalid.");
    public static SignatureFault ExpiredToken { get; } = new(SignatureFaultKind.ExpiredToken, "The security token included in the request is expired");
    public static SignatureFault PayloadMismatch { get; } = new(SignatureFaultKind.PayloadMismatch,
        "The provided 'x-amz-content-sha256' header does not match what was computed.");
    public static SignatureFault MalformedChunks { get; } = new(SignatureFaultKind.MalformedChunks, "The chunked encoding of the request body is invalid.");
    public static SignatureFault UnsignedHeaders { get; } = new(SignatureFaultKind.UnsignedHeaders, "There were headers present in the request which were not signed");
    public static SignatureFault Mismatch { get; } = new(SignatureFaultKind.Mismatch,
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.");
}
