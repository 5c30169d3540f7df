using System.Collections.Immutable;

namespace Minato.Engines.Certificates;

/// <summary>
/// Where those who end TLS find certificates with their private keys. No AWS API gives a key out, so this is a port: whoever keeps
/// certificates implements it, and only what carries traffic may ask.
/// </summary>
public interface ICertificateVault
{
    /// <returns>Null when there is no such certificate, or it is not issued yet.</returns>
    CertificateMaterial? Find(string arn);
}

/// <summary>Who uses a certificate: asked before one is deleted, and to say so when it is described.</summary>
public interface ICertificateUsers
{
    /// <returns>ARNs of what uses it.</returns>
    IEnumerable<string> UsersOf(string arn);
}

/// <summary>A certificate that can serve.</summary>
public sealed record CertificateMaterial
{
    public required string Arn { get; init; }

    /// <summary>Another one for every renewal or import under the same ARN.</summary>
    public required string Version { get; init; }

    /// <summary>Names it is valid for, <c>*.</c> in front for a wildcard.</summary>
    public required ImmutableArray<string> Names { get; init; }
    public required bool IsElliptic { get; init; }
    public required int KeyBits { get; init; }
    public required DateTimeOffset NotBefore { get; init; }
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>Certificate, chain and private key, in this order.</summary>
    public required string Pem { get; init; }

    public override string ToString() => $"{Arn} ({Version})"; // A key does not belong in a log.
}
