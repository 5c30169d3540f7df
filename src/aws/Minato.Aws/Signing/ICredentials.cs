namespace Minato.Aws.Signing;

/// <summary>A key pair as its owner signs with it, and whom it stands for.</summary>
/// <param name="SessionToken">Of temporary credentials; a request must carry exactly this one.</param>
/// <param name="PrincipalId">Unique id of the principal, e.g. <c>AIDA…</c> or <c>AROA…:session</c>.</param>
/// <param name="ExpiresAt">Temporary credentials are refused from this moment on.</param>
/// <param name="Session">Of temporary credentials.</param>
public sealed record Credential(
    string AccessKeyId,
    string SecretKey,
    string? SessionToken,
    string AccountId,
    string PrincipalArn,
    string PrincipalId,
    DateTimeOffset? ExpiresAt = null,
    CallerSession? Session = null)
{
    /// <summary>A secret has no business in a log line.</summary>
    public override string ToString() => $"{AccessKeyId} of {PrincipalArn}";
}

/// <summary>
/// Who owns an access key. Asked on every request and never waited for: an implementation answers from memory.
/// An inactive or deleted key is not found.
/// </summary>
public interface ICredentials
{
    Credential? Find(string accessKeyId);
}

/// <summary>Several owners of keys asked one after the other: long-lived keys have one, temporary keys another.</summary>
public sealed class CredentialChain(IEnumerable<ICredentials> owners) : ICredentials
{
    private readonly ICredentials[] _owners = [.. owners];

    public Credential? Find(string accessKeyId)
    {
        foreach (var owner in _owners)
            if (owner.Find(accessKeyId) is { } found) return found;
        return null;
    }
}
