using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Contracts.S3;

namespace Minato.Elb.Api;

/// <summary>Reads what trust stores are made of from S3, with the caller's own rights. Foreign bytes: bounded, and understood before they are kept.</summary>
internal sealed class TrustFacts(IS3? s3 = null)
{
    private const int LongestBundle = 256 * 1024;
    private const int LongestList = 1024 * 1024;

    public async Task<(string Pem, int Count)> BundleAsync(string bucket, string key, string? version, Caller caller, CancellationToken ct)
    {
        var bytes = await ReadAsync(bucket, key, version, LongestBundle, caller, ct)
            ?? throw new CaCertificatesBundleNotFoundException("The specified ca certificate bundle does not exist");
        try
        {
            var found = new X509Certificate2Collection();
            found.ImportFromPem(Encoding.ASCII.GetString(bytes));
            var pem = string.Concat(found.Select(c => c.ExportCertificatePem() + "\n"));
            return found.Count > 0 ? (pem, found.Count) : throw InvalidBundle();
        }
        catch (CryptographicException)
        {
            throw InvalidBundle();
        }
    }

    public async Task<(string Pem, int Entries)> ListAsync(RevocationContent content, Caller caller, CancellationToken ct)
    {
        var bytes = await ReadAsync(content.S3Bucket ?? "", content.S3Key ?? "", content.S3ObjectVersion, LongestList, caller, ct)
            ?? throw new RevocationContentNotFoundException("The provided revocation file does not exist");
        try
        {
            var text = Encoding.ASCII.GetString(bytes);
            var der = PemEncoding.TryFind(text, out var fields) && text[fields.Label] is "X509 CRL" ? Convert.FromBase64String(text[fields.Base64Data]) : bytes;
            return (PemEncoding.WriteString("X509 CRL", der) + "\n", EntriesOf(der));
        }
        catch (Exception e) when (e is AsnContentException or FormatException or CryptographicException)
        {
            throw new InvalidRevocationContentException("The provided revocation file is an invalid format, or uses an incorrect algorithm");
        }
    }

    private static InvalidCaCertificatesBundleException InvalidBundle() =>
        new("The specified ca certificate bundle is in an invalid format, or corrupt");

    /// <returns>Null when it is not there, may not be read, or is longer than it may be.</returns>
    private async Task<byte[]?> ReadAsync(string bucket, string key, string? version, int longest, Caller caller, CancellationToken ct)
    {
        if (s3 is null) return null;
        try
        {
            var found = await s3.GetObjectAsync(new() { Bucket = bucket, Key = key, VersionId = version }, caller, ct);
            if (found.ContentLength > longest || found.Body is null) return null;
            await using var body = found.Body;
            var all = new byte[longest];
            var length = await body.ReadAtLeastAsync(all, longest, throwOnEndOfStream: false, ct);
            return all[..length];
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            return null;
        }
    }

    /// <summary>RFC 5280: of the list that is signed, the revoked certificates come after version, algorithm, issuer and the two dates.</summary>
    private static int EntriesOf(byte[] der)
    {
        var signed = new AsnReader(der, AsnEncodingRules.DER).ReadSequence().ReadSequence();
        if (signed.PeekTag() == Asn1Tag.Integer) signed.ReadInteger();
        signed.ReadSequence();
        signed.ReadSequence();
        for (var dates = 0; dates < 2 && signed.HasData && signed.PeekTag() is { TagClass: TagClass.Universal, TagValue: (int)UniversalTagNumber.UtcTime or (int)UniversalTagNumber.GeneralizedTime }; dates++)
            signed.ReadEncodedValue();
        if (!signed.HasData || signed.PeekTag() != Asn1Tag.Sequence) return 0;
        var revoked = signed.ReadSequence();
        var count = 0;
        for (; revoked.HasData; count++) revoked.ReadEncodedValue();
        return count;
    }
}
