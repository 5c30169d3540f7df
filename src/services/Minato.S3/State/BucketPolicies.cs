using System.Runtime.CompilerServices;
using Minato.Aws.Authorization;
using Minato.Aws.Policies;
using Minato.Platform;
using Minato.S3.Planning;

namespace Minato.S3.State;

/// <summary>Whose a bucket is, and its policy, for calls of users and roles.</summary>
internal sealed class BucketPolicies(Store store) : IResourcePolicies
{
    private const string Prefix = "arn:aws:s3:::";

    // What nobody can read denies: it was stored when less was checked.
    private static readonly PolicyDocument s_denied =
        PolicyParser.Parse("""{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}""", PolicyKind.Resource);

    private readonly ConditionalWeakTable<BucketState, PolicyDocument> _read = [];

    public string Service => "s3";

    public ResourceFacts? Find(string arn)
    {
        if (!arn.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var slash = arn.IndexOf('/', StringComparison.Ordinal);
        return store.Current.Find(S3Tables.Buckets, slash < 0 ? arn[Prefix.Length..] : arn[Prefix.Length..slash]) is not { } bucket ? null : new(arn)
        {
            AccountId = bucket.AccountId, Tags = bucket.Tags,
            Policy = bucket.Policy is null ? null : _read.GetValue(bucket, static b => BucketPolicy.Parse(b.Policy ?? "").Document ?? s_denied),
        };
    }
}
