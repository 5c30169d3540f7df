using Minato.Aws.Signing;
using Minato.Iam.State;
using Minato.Platform;

namespace Minato.Iam;

/// <summary>Whom a key belongs to: root, or a user of the account.</summary>
internal sealed class IamCredentials(Store store, RootKey root) : ICredentials
{
    private readonly Credential _root = new(
        root.AccessKeyId, root.SecretAccessKey, SessionToken: null, root.AccountId, $"arn:aws:iam::{root.AccountId}:root", root.AccountId);

    public Credential? Find(string accessKeyId)
    {
        if (string.Equals(accessKeyId, _root.AccessKeyId, StringComparison.Ordinal)) return _root;
        var state = store.Current;
        if (state.Find(IamTables.AccessKeys, accessKeyId) is not { IsActive: true } key) return null;
        return state.Find(IamTables.Users, IamTables.KeyOf(key.AccountId, key.UserName)) is not { } user ? null
            : new(key.AccessKeyId, key.SecretAccessKey, SessionToken: null, key.AccountId, user.Arn, user.Id);
    }
}
