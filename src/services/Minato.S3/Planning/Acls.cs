using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Minato.Contracts.S3;
using Minato.S3.State;

namespace Minato.S3.Planning;

/// <summary>Access control lists, as far as they live on: most buckets have none any more.</summary>
internal static class Acls
{
    public const string AllUsers = "http://acs.amazonaws.com/groups/global/AllUsers";
    private const string AuthenticatedUsers = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

    /// <summary>The canonical id of an account: AWS's own is as opaque.</summary>
    public static string CanonicalId(string accountId) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes($"canonical user {accountId}")));

    public static Owner Owner(string accountId) => new() { ID = CanonicalId(accountId) };

    public static ImmutableArray<Grant> Private(string accountId) =>
        [new() { Grantee = new() { Type = Contracts.S3.Type.CanonicalUser, ID = CanonicalId(accountId) }, Permission = Permission.FullControl }];

    /// <param name="canned">As the API spells it; null for none.</param>
    /// <returns>Null when nothing was asked for.</returns>
    public static ImmutableArray<Grant>? Of(string? canned, AccessControlPolicy? policy, IEnumerable<(Permission Permission, string? Header)> grants, string accountId)
    {
        var given = grants.Where(g => g.Header is not null).SelectMany(g => (g.Header ?? "").Split(',').Select(h => Parse(h, g.Permission))).ToImmutableArray();
        if ((canned is not null ? 1 : 0) + (policy is not null ? 1 : 0) + (given.Length > 0 ? 1 : 0) > 1)
            throw S3Errors.BadRequest("Specifying both Canned ACLs and Header Grants is not allowed");
        if (policy is not null) return policy.Grants ?? [];
        if (given.Length > 0) return given;
        return canned switch
        {
            null => null,
            "public-read" => Private(accountId).Add(Group(AllUsers, Permission.Read)),
            "public-read-write" => [.. Private(accountId), Group(AllUsers, Permission.Read), Group(AllUsers, Permission.Write)],
            "authenticated-read" => Private(accountId).Add(Group(AuthenticatedUsers, Permission.Read)),
            _ => Private(accountId),
        };
    }

    /// <exception cref="S3Exception">The bucket takes no lists, or no public ones.</exception>
    public static void Check(BucketState bucket, string? canned, ImmutableArray<Grant>? grants)
    {
        if (grants is not { } asked) return;
        var isOwnersAlone = asked.SequenceEqual(Private(bucket.AccountId)) && canned is null or "private" or "bucket-owner-full-control";
        if (bucket.Ownership is ObjectOwnership.BucketOwnerEnforced && !isOwnersAlone) throw new S3Exception("AccessControlListNotSupported", "The bucket does not allow ACLs", 400);
        if (bucket.PublicAccess?.BlockPublicAcls is true && asked.Any(g => g.Grantee?.URI is AllUsers or AuthenticatedUsers)) throw S3Errors.AccessDenied();
    }

    public static bool LetsEverybody(BucketState bucket, ImmutableArray<Grant>? grants, Permission permission) =>
        bucket.Ownership is not ObjectOwnership.BucketOwnerEnforced && bucket.PublicAccess?.IgnorePublicAcls is not true
        && (grants ?? []).Any(g => g.Grantee?.URI is AllUsers && (g.Permission == permission || g.Permission is Permission.FullControl));

    private static Grant Group(string uri, Permission permission) => new() { Grantee = new() { Type = Contracts.S3.Type.Group, URI = uri }, Permission = permission };

    // id="…", uri="…", emailAddress="…"
    private static Grant Parse(string text, Permission permission)
    {
        if (text.Split('=', 2, StringSplitOptions.TrimEntries) is not [var kind, var value]) throw S3Errors.Invalid("Argument format not recognized");
        value = value.Trim('"');
        return kind.ToLowerInvariant() switch
        {
            "id" => new() { Grantee = new() { Type = Contracts.S3.Type.CanonicalUser, ID = value }, Permission = permission },
            "uri" => Group(value, permission),
            "emailaddress" => throw new S3Exception("UnresolvableGrantByEmailAddress", "The e-mail address you provided does not match any account on record.", 400),
            _ => throw S3Errors.Invalid("Argument format not recognized"),
        };
    }
}
