using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Minato.Platform;
using Minato.Sns.State;

namespace Minato.Sns.Reconcile;

/// <summary>Signs messages with a key of this installation, whose certificate the authority signed and anybody may fetch.</summary>
internal sealed class MessageSigner(Store store, ISealer sealer, ICertificateAuthority authority, Installation installation, Ids ids, TimeProvider clock)
{
    private const int KeyBits = 2048;
    private static readonly TimeSpan s_life = TimeSpan.FromDays(365);
    private static readonly TimeSpan s_renewBefore = TimeSpan.FromDays(30);

    /// <returns>What to sign with; made when first needed.</returns>
    public async ValueTask<SignerState> SignerAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (Newest(store.Current) is { } there && there.Until - s_renewBefore > now) return there;
        var made = Make(now);
        return await store.UpdateAsync(tx =>
        {
            // Somebody else may have been quicker.
            if (Newest(tx) is { } other && other.Until - s_renewBefore > now) return other;
            tx.Put(SnsTables.Signers, made);
            return made;
        }, ct);
    }

    /// <param name="signer">What to sign with.</param>
    /// <param name="text">What is signed.</param>
    /// <param name="version">AWS: 1 is SHA-1, 2 is SHA-256.</param>
    public string Sign(SignerState signer, string text, string version)
    {
        using var key = RSA.Create();
        key.ImportPkcs8PrivateKey(sealer.Open(signer.SealedKey, SignerState.ContextOf(signer.Id)), out _);
        var bytes = Encoding.UTF8.GetBytes(text);
#pragma warning disable CA5350 // AWS: the first version of signatures is what clients verify unless the topic asks for the second.
        var hash = version is "2" ? SHA256.HashData(bytes) : SHA1.HashData(bytes);
#pragma warning restore CA5350
        return Convert.ToBase64String(key.SignHash(hash, version is "2" ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1));
    }

    public string UrlOf(SignerState signer) => new Uri(installation.Endpoint, $"/SimpleNotificationService-{signer.Id}.pem").ToString();

    private static SignerState? Newest(IReadState state) => state.All(SnsTables.Signers).MaxBy(s => s.Until);

    private SignerState Make(DateTimeOffset now)
    {
        var id = ids.Hex(32);
        using var key = RSA.Create(KeyBits);
        var request = new CertificateRequest("CN=sns.amazonaws.com", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var signed = authority.Sign(request, now.AddDays(-1), now + s_life);
        return new() { Id = id, Certificate = signed.ExportCertificatePem() + "\n", SealedKey = sealer.Seal(key.ExportPkcs8PrivateKey(), SignerState.ContextOf(id)), Until = now + s_life };
    }
}
