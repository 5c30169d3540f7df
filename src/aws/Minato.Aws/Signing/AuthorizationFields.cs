using Microsoft.AspNetCore.Http;

namespace Minato.Aws.Signing;

/// <summary>What a request says about who signed it and how: from the <c>Authorization</c> header, or from the query of a presigned one.</summary>
internal sealed record AuthorizationFields
{
    public const string Algorithm = "AWS4-HMAC-SHA256";

    public string? Credential { get; private init; }
    public string? SignedHeaders { get; private init; }
    public string? Signature { get; private init; }

    /// <summary>As sent: ISO 8601 basic, or in a Date header RFC 822.</summary>
    public string? Date { get; private init; }
    public string? SessionToken { get; private init; }
    public bool IsPresigned { get; private init; }
    public string? Expires { get; private init; }

    /// <summary>The Authorization header, for messages.</summary>
    public string? Header { get; private init; }

    /// <summary>KEY / yyyyMMdd / region / service / aws4_request; shorter when the sender did not know.</summary>
    public string[] Scope => _scope ??= Credential?.Split('/') ?? [];
    private string[]? _scope;

    /// <summary>Signing name of the service, when the credential is whole. An access key may itself hold no slash.</summary>
    public string? Service => Scope.Length == 5 ? Scope[3] : null;

    public static bool IsSigned(IHeaderDictionary headers, string query) =>
        headers.Authorization is [{ } header, ..] ? header.StartsWith(Algorithm, StringComparison.Ordinal)
            : query.Contains("X-Amz-Algorithm=", StringComparison.OrdinalIgnoreCase);

    /// <returns>Null when the request is not signed in a way known here.</returns>
    public static AuthorizationFields? Find(IHeaderDictionary headers, string query)
    {
        if (headers.Authorization is [{ } header, ..]) return header.StartsWith(Algorithm, StringComparison.Ordinal) ? FromHeader(header, headers) : null;
        return query.Contains("X-Amz-Algorithm=", StringComparison.OrdinalIgnoreCase) ? FromQuery(query) : null;
    }

    private static AuthorizationFields FromHeader(string header, IHeaderDictionary headers)
    {
        string? credential = null, signedHeaders = null, signature = null;
        var rest = header.AsSpan(Algorithm.Length);
        foreach (var range in rest.Split(','))
        {
            var part = rest[range].Trim();
            if (part.StartsWith("Credential=", StringComparison.Ordinal)) credential = part["Credential=".Length..].ToString();
            else if (part.StartsWith("SignedHeaders=", StringComparison.Ordinal)) signedHeaders = part["SignedHeaders=".Length..].ToString();
            else if (part.StartsWith("Signature=", StringComparison.Ordinal)) signature = part["Signature=".Length..].ToString();
        }
        string? date = headers["X-Amz-Date"];
        return new()
        {
            Credential = credential,
            SignedHeaders = signedHeaders,
            Signature = signature,
            Date = date ?? headers.Date,
            SessionToken = headers["X-Amz-Security-Token"],
            Header = header,
        };
    }

    private static AuthorizationFields FromQuery(string query)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in query.Split('&'))
            if (pair.StartsWith("X-Amz-", StringComparison.OrdinalIgnoreCase) && pair.IndexOf('=') is var equals and > 0)
                fields.TryAdd(pair[..equals], Uri.UnescapeDataString(pair[(equals + 1)..]));
        return new()
        {
            Credential = fields.GetValueOrDefault("X-Amz-Credential"),
            SignedHeaders = fields.GetValueOrDefault("X-Amz-SignedHeaders"),
            Signature = fields.GetValueOrDefault("X-Amz-Signature"),
            Date = fields.GetValueOrDefault("X-Amz-Date"),
            SessionToken = fields.GetValueOrDefault("X-Amz-Security-Token"),
            Expires = fields.GetValueOrDefault("X-Amz-Expires"),
            IsPresigned = true,
        };
    }
}
