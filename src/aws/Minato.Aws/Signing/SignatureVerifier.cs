using System.Globalization;
using System.Security.Cryptography;
using Minato.Aws.Protocols;

namespace Minato.Aws.Signing;

/// <summary>Checks that a request was signed by the owner of the key it names, for this service, and lately.</summary>
internal sealed class SignatureVerifier(ICredentials credentials, TimeProvider clock)
{
    private const string BasicIso = "yyyyMMdd'T'HHmmss'Z'";
    private const int LongestPresigned = 7 * 24 * 60 * 60;
    private readonly SigningKeys _keys = new();

    /// <param name="serviceName">The signing name the service expects.</param>
    /// <returns>A credential and what the signature says of the body, or what is wrong. A stream is not read here.</returns>
    public Verification Verify(WireInput request, AuthorizationFields? fields, string serviceName)
    {
        if (fields is null) return SignatureFault.MissingToken;
        if (Missing(fields) is { } incomplete) return incomplete;
        if (!TryDate(fields, out var amzDate, out var signedAt)) return Incomplete(fields, "Date must be in ISO-8601 'basic format'. Got '" + fields.Date + "'. See http://en.wikipedia.org/wiki/ISO_8601");
        if (WrongScope(fields, amzDate, serviceName) is { } scope) return scope;
        if (credentials.Find(fields.Scope[0]) is not { } credential) return SignatureFault.UnknownKey;
        if (!SameSecret(credential.SessionToken ?? "", fields.SessionToken ?? "")) return SignatureFault.WrongToken;
        if (credential.ExpiresAt <= clock.GetUtcNow()) return SignatureFault.ExpiredToken;
        if (OutOfTime(fields, amzDate, signedAt, serviceName) is { } late) return late;

        if (serviceName is "s3" && Unsigned(request, fields) is { } unsigned) return unsigned;

        var key = _keys.Find(fields, credential);
        var payload = SignedPayload.Of(request, fields, serviceName);
        if (payload is null) return SignatureFault.PayloadMismatch;
        Span<byte> signature = stackalloc byte[32];
        using (var canonical = new PooledBuffer())
        {
            CanonicalRequest.Write(canonical, request.Method, request.Path, request.Query, request.Headers, fields.SignedHeaders ?? "", payload, serviceName is not "s3");
            key.Sign(amzDate, canonical.Span, signature);
        }
        if (!SameHex(signature, fields.Signature)) return SignatureFault.Mismatch;
        _keys.Keep(fields, credential, key);
        return new(credential, null, new(payload, key, amzDate, signature.ToArray()));
    }

    // AWS: S3 alone insists that every header of AWS's own is signed; in a presigned URL they stand in the query.
    private static SignatureFault? Unsigned(WireInput request, AuthorizationFields fields)
    {
        foreach (var name in request.Headers.Keys)
        {
            if (!name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase) || name.Equals("x-amz-content-sha256", StringComparison.OrdinalIgnoreCase)) continue;
            var isSigned = false;
            foreach (var range in fields.SignedHeaders.AsSpan().Split(';')) isSigned |= fields.SignedHeaders.AsSpan()[range].Equals(name, StringComparison.OrdinalIgnoreCase);
            if (!isSigned) return SignatureFault.UnsignedHeaders;
        }
        return null;
    }

    private static SignatureFault? Missing(AuthorizationFields fields)
    {
        if (fields.IsPresigned)
        {
            return fields is { Credential: not null, SignedHeaders: not null, Signature: not null, Date: not null, Expires: not null, Scope.Length: 5 } ? null
                : new(SignatureFaultKind.PresignedIncomplete, "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
        }
        var text = "";
        if (fields.Credential is null) text += "Authorization header requires 'Credential' parameter. ";
        if (fields.Signature is null) text += "Authorization header requires 'Signature' parameter. ";
        if (fields.SignedHeaders is null) text += "Authorization header requires 'SignedHeaders' parameter. ";
        if (fields.Date is null) text += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
        if (text.Length == 0 && fields.Scope.Length != 5)
            text = $"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{fields.Credential}'. ";
        return text.Length == 0 ? null : Incomplete(fields, text.TrimEnd());
    }

    private static SignatureFault Incomplete(AuthorizationFields fields, string text) => new(SignatureFaultKind.Incomplete,
        fields.Header is null ? text : $"{text} (Hashed with SHA-256 and encoded with Base64) Authorization={Convert.ToBase64String(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(fields.Header)))}");

    private static bool TryDate(AuthorizationFields fields, out string amzDate, out DateTimeOffset at)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        amzDate = fields.Date ?? "";
        if (DateTimeOffset.TryParseExact(amzDate, BasicIso, CultureInfo.InvariantCulture, Utc, out at)) return true;
        if (!DateTimeOffset.TryParseExact(amzDate, "R", CultureInfo.InvariantCulture, Utc, out at)) return false;
        amzDate = at.ToString(BasicIso, CultureInfo.InvariantCulture);
        return true;
    }

    private static SignatureFault? WrongScope(AuthorizationFields fields, string amzDate, string serviceName)
    {
        var (date, region, service, terminator) = (fields.Scope[1], fields.Scope[2], fields.Scope[3], fields.Scope[4]);
        if (!amzDate.StartsWith(date, StringComparison.Ordinal) || date.Length != 8)
            return Wrong($"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{date}' != '{amzDate[..8]}', from '{amzDate}'.");
        if (region.Length is 0 or > 32 || region.AsSpan().ContainsAnyExcept(RegionCharacters)) return Wrong($"Credential should be scoped to a valid Region, not '{region}'. ");
        if (service != serviceName) return Wrong($"Credential should be scoped to correct service: '{serviceName}'. ");
        if (terminator is not "aws4_request") return Wrong($"Credential should be scoped with a valid terminator: 'aws4_request', not '{terminator}'. ");
        foreach (var range in fields.SignedHeaders.AsSpan().Split(';'))
            if (fields.SignedHeaders.AsSpan()[range].Equals("host", StringComparison.OrdinalIgnoreCase)) return null;
        return Wrong("'Host' must be a 'SignedHeader' in the AWS Authorization.");

        static SignatureFault Wrong(string text) => new(SignatureFaultKind.WrongScope, text);
    }

    private static readonly System.Buffers.SearchValues<char> RegionCharacters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private SignatureFault? OutOfTime(AuthorizationFields fields, string amzDate, DateTimeOffset signedAt, string serviceName)
    {
        var now = clock.GetUtcNow();
        // AWS: most services allow five minutes, the oldest ones fifteen.
        var minutes = serviceName is "s3" or "sts" ? 15 : 5;
        var skew = TimeSpan.FromMinutes(minutes);
        if (signedAt > now + skew)
            return new(SignatureFaultKind.NotYetCurrent, $"Signature not yet current: {amzDate} is still later than {Basic(now + skew)} ({Basic(now)} + {minutes} min.)");
        if (!fields.IsPresigned)
        {
            return signedAt >= now - skew ? null
                : new(SignatureFaultKind.Expired, $"Signature expired: {amzDate} is now earlier than {Basic(now - skew)} ({Basic(now)} - {minutes} min.)");
        }
        if (!int.TryParse(fields.Expires, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds is < 1 or > LongestPresigned)
            return new(SignatureFaultKind.PresignedIncomplete, int.TryParse(fields.Expires, NumberStyles.None, CultureInfo.InvariantCulture, out _)
                ? "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds" : "X-Amz-Expires should be a number");
        return signedAt.AddSeconds(seconds) >= now ? null : new(SignatureFaultKind.PresignedExpired, "Request has expired");
    }

    private static string Basic(DateTimeOffset at) => at.UtcDateTime.ToString(BasicIso, CultureInfo.InvariantCulture);

    private static bool SameSecret(string a, string b) => CryptographicOperations.FixedTimeEquals(
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(a.AsSpan()), System.Runtime.InteropServices.MemoryMarshal.AsBytes(b.AsSpan()));

    internal static bool SameHex(ReadOnlySpan<byte> signature, ReadOnlySpan<char> hex)
    {
        Span<byte> given = stackalloc byte[32];
        return hex.Length == 64 && Convert.FromHexString(hex, given, out _, out var written) is System.Buffers.OperationStatus.Done && written == 32
            && CryptographicOperations.FixedTimeEquals(signature, given);
    }
}

/// <summary>Either whom a request comes from, or why nobody is sure.</summary>
internal readonly record struct Verification(Credential? Credential, SignatureFault? Fault, SignedPayload? Payload)
{
    public static implicit operator Verification(SignatureFault fault) => new(null, fault, null);
}
