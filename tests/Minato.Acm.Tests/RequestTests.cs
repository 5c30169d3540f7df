using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Minato.Contracts.Acm;
using Minato.Engines.Certificates;
using Minato.Platform;

namespace Minato.Acm.Tests;

public sealed class RequestTests
{
    [Fact]
    public void A_request_is_pending_and_then_issued_by_the_local_authority() => AcmWorld.Run(async w =>
    {
        var arn = await w.RequestAsync("www.example.com", r => r with { SubjectAlternativeNames = ["*.example.com"] });
        arn.ShouldMatch("^arn:aws:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f-]{36}$");
        var pending = await w.DescribeAsync(arn);
        pending.Status.ShouldBe(CertificateStatus.PendingValidation);
        pending.Serial.ShouldBeNull();
        await w.World.Throws<RequestInProgressException>(() => w.Acm.GetCertificateAsync(new() { CertificateArn = arn }, w.Caller, default));
        await w.World.Eventually(async () => (await w.DescribeAsync(arn)).Status is CertificateStatus.Issued, TimeSpan.FromSeconds(5));
        var got = await w.Acm.GetCertificateAsync(new() { CertificateArn = arn }, w.Caller, default);
        got.CertificateChain.ShouldBe(w.Service<ICertificateAuthority>().RootPem);
        VerifiedBy(got.CertificateChain ?? "", got.Certificate ?? "", w.Now).ShouldBeTrue();
        var issued = await w.DescribeAsync(arn);
        issued.SubjectAlternativeNames?.ShouldBe(["www.example.com", "*.example.com"]);
        issued.Type.ShouldBe(CertificateType.AmazonIssued);
        issued.SignatureAlgorithm.ShouldBe("SHA256WITHRSA");
        (issued.Serial ?? "").ShouldMatch("^[0-9a-f]{2}(:[0-9a-f]{2})+$");
        issued.KeyUsages?.Select(u => u.Name).ShouldBe([KeyUsageName.DigitalSignature, KeyUsageName.KeyEncipherment]);
        issued.ExtendedKeyUsages?[0].ShouldBe(new() { Name = ExtendedKeyUsageName.TlsWebServerAuthentication, OID = "1.3.6.1.5.5.7.3.1" });
    });

    [Fact]
    public void Dns_validation_names_one_record_for_a_domain_and_its_wildcard() => AcmWorld.Run(async w =>
    {
        var arn = await w.RequestAsync("example.com", r => r with { SubjectAlternativeNames = ["*.example.com", "www.example.com"] });
        var options = (await w.DescribeAsync(arn)).DomainValidationOptions ?? [];
        options.Length.ShouldBe(3);
        options.ShouldAllBe(o => o.ValidationStatus == DomainStatus.PendingValidation);
        var record = options[0].ResourceRecord.ShouldNotBeNull();
        record.Type.ShouldBe(RecordType.Cname);
        record.Name.ShouldMatch("^_[0-9a-f]{32}\\.example\\.com\\.$");
        record.Value.ShouldMatch("^_[0-9a-f]{32}\\.acm-validations\\.aws\\.$");
        options[1].ResourceRecord.ShouldBe(record);
        options[2].ResourceRecord.ShouldNotBe(record);
        var again = await w.RequestAsync("example.com");
        (await w.DescribeAsync(again)).DomainValidationOptions?[0].ResourceRecord.ShouldBe(record);
    });

    [Fact]
    public void Email_is_the_method_when_none_is_given() => AcmWorld.Run(async w =>
    {
        var arn = await w.RequestAsync("*.example.com", r => r with { ValidationMethod = null });
        var option = (await w.DescribeAsync(arn)).DomainValidationOptions?[0];
        option?.ValidationMethod.ShouldBe(ValidationMethod.Email);
        option?.ValidationEmails?.ShouldContain("admin@example.com");
        option?.ResourceRecord.ShouldBeNull();
    });

    [Theory]
    [InlineData(KeyAlgorithm.ECPrime256v1), InlineData(KeyAlgorithm.ECSecp384r1), InlineData(KeyAlgorithm.Rsa2048)]
    public void A_certificate_has_the_key_it_was_asked_for(KeyAlgorithm algorithm) => AcmWorld.Run(async w =>
    {
        var arn = await w.IssuedAsync("www.example.com", r => r with { KeyAlgorithm = algorithm });
        (await w.DescribeAsync(arn)).KeyAlgorithm.ShouldBe(algorithm);
        var material = w.Service<ICertificateVault>().Find(arn).ShouldNotBeNull();
        material.IsElliptic.ShouldBe(algorithm is not KeyAlgorithm.Rsa2048);
        using var whole = X509Certificate2.CreateFromPem(material.Pem, material.Pem);
        whole.HasPrivateKey.ShouldBeTrue();
        material.ToString().ShouldNotContain("PRIVATE KEY");
    });

    [Theory]
    [InlineData(KeyAlgorithm.Rsa1024), InlineData(KeyAlgorithm.Rsa3072), InlineData(KeyAlgorithm.Rsa4096), InlineData(KeyAlgorithm.ECSecp521r1)]
    public void Keys_that_are_only_imported_are_not_requested(KeyAlgorithm algorithm) => AcmWorld.Run(async w =>
    {
        var place = algorithm is KeyAlgorithm.Rsa4096 ? w.Caller.AccountId : w.Caller.Region;
        (await w.World.Throws<ValidationException>(() => w.RequestAsync("www.example.com", r => r with { KeyAlgorithm = algorithm }))).Message
            .ShouldBe($"Encryption Algorithm {algorithm.ToWire()} is not supported in {place} region");
    });

    [Fact]
    public void The_same_token_is_the_same_certificate_for_an_hour() => AcmWorld.Run(async w =>
    {
        var one = await w.RequestAsync("www.example.com", r => r with { IdempotencyToken = "t1" });
        (await w.RequestAsync("www.example.com", r => r with { IdempotencyToken = "t1" })).ShouldBe(one);
        (await w.RequestAsync("www.example.com", r => r with { IdempotencyToken = "t2" })).ShouldNotBe(one);
        (await w.RequestAsync("api.example.com", r => r with { IdempotencyToken = "t1" })).ShouldNotBe(one);
        await w.World.RunFor(TimeSpan.FromMinutes(61));
        (await w.RequestAsync("www.example.com", r => r with { IdempotencyToken = "t1" })).ShouldNotBe(one);
    });

    [Fact]
    public void What_somebody_uses_is_eligible_for_renewal() => AcmWorld.Run(async w =>
    {
        var arn = await w.IssuedAsync("www.example.com");
        (await w.DescribeAsync(arn)).RenewalEligibility.ShouldBe(RenewalEligibility.Ineligible);
        w.Users.Of.Add(arn);
        (await w.DescribeAsync(arn)).RenewalEligibility.ShouldBe(RenewalEligibility.Eligible);
        (await w.DescribeAsync(arn)).NotAfter.ShouldNotBeNull().ShouldBe(w.Now.AddDays(395), TimeSpan.FromMinutes(1));
    });

    [Fact]
    public void A_renewal_may_be_asked_for_when_it_is_eligible() => AcmWorld.Run(async w =>
    {
        var arn = await w.IssuedAsync("www.example.com");
        await w.World.Throws<ValidationException>(() => w.Acm.RenewCertificateAsync(new() { CertificateArn = arn }, w.Caller, default));
        w.Users.Of.Add(arn);
        var before = (await w.DescribeAsync(arn)).Serial;
        await w.Acm.RenewCertificateAsync(new() { CertificateArn = arn }, w.Caller, default);
        await w.World.Eventually(async () => (await w.DescribeAsync(arn)).Serial != before, TimeSpan.FromSeconds(5));
        (await w.DescribeAsync(arn)).RenewalSummary?.RenewalStatus.ShouldBe(RenewalStatus.Success);
    });

    [Fact]
    public void What_is_in_use_says_by_whom_and_is_not_deleted() => AcmWorld.Run(async w =>
    {
        var arn = await w.IssuedAsync("www.example.com");
        w.Users.Of.Add(arn);
        (await w.DescribeAsync(arn)).InUseBy?.Length.ShouldBe(1);
        (await w.World.Throws<ResourceInUseException>(() => w.Acm.DeleteCertificateAsync(new() { CertificateArn = arn }, w.Caller, default)))
            .Message.ShouldBe($"Certificate {arn} in use.");
        w.Users.Of.Clear();
        await w.Acm.DeleteCertificateAsync(new() { CertificateArn = arn }, w.Caller, default);
        await w.World.Throws<ResourceNotFoundException>(() => w.DescribeAsync(arn));
        w.Service<ICertificateVault>().Find(arn).ShouldBeNull();
    });

    [Fact]
    public void Only_what_was_requested_for_export_is_exported_and_its_key_needs_the_passphrase() => AcmWorld.Run(async w =>
    {
        var closed = await w.IssuedAsync("www.example.com");
        (await w.World.Throws<ValidationException>(() => Export(closed))).Message.ShouldBe($"Certificate ARN: {closed} is not a private certificate");
        var open = await w.IssuedAsync("www.example.com", r => r with { Options = new() { Export = CertificateExport.Enabled } });
        var exported = await Export(open);
        using var key = RSA.Create();
        Should.Throw<CryptographicException>(() => key.ImportFromEncryptedPem(exported.PrivateKey, "wrong"));
        key.ImportFromEncryptedPem(exported.PrivateKey, "secret");
        using var certificate = X509Certificate2.CreateFromPem(exported.Certificate);
        certificate.PublicKey.ExportSubjectPublicKeyInfo().ShouldBe(key.ExportSubjectPublicKeyInfo());

        Task<ExportCertificateResponse> Export(string arn) =>
            w.Acm.ExportCertificateAsync(new() { CertificateArn = arn, Passphrase = AcmWorld.Bytes("secret") }, w.Caller, default);
    });

    [Fact]
    public void A_private_authority_that_is_not_there_fails_the_request() => AcmWorld.Run(async w =>
    {
        var arn = await w.RequestAsync("www.example.com", r => r with { CertificateAuthorityArn = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/1" });
        await w.World.RunFor(TimeSpan.FromSeconds(5));
        var failed = await w.DescribeAsync(arn);
        (failed.Status, failed.FailureReason, failed.Type).ShouldBe((CertificateStatus.Failed, FailureReason.PcaResourceNotFound, CertificateType.Private));
    });

    [Fact]
    public void The_first_name_has_64_characters_and_others_may_have_more() => AcmWorld.Run(async w =>
    {
        var longer = $"{new string('a', 60)}.example.com";
        (await w.World.Throws<InvalidDomainValidationOptionsException>(() => w.RequestAsync(longer))).Message.ShouldBe("The first domain name can be no longer than 64 characters.");
        await w.IssuedAsync("www.example.com", r => r with { SubjectAlternativeNames = [longer] });
    });

    [Fact]
    public void A_validation_domain_is_the_domain_or_above_it() => AcmWorld.Run(async w =>
    {
        var arn = await w.RequestAsync("a.b.example.com", r => r with { ValidationMethod = ValidationMethod.Email, DomainValidationOptions = [new() { DomainName = "a.b.example.com", ValidationDomain = "example.com" }] });
        var option = (await w.DescribeAsync(arn)).DomainValidationOptions?[0];
        option?.ValidationDomain.ShouldBe("example.com");
        option?.ValidationEmails?.ShouldContain("admin@example.com"); // Its mail goes there.
        await w.World.Throws<InvalidDomainValidationOptionsException>(() => w.RequestAsync("a.example.com",
            r => r with { DomainValidationOptions = [new() { DomainName = "a.example.com", ValidationDomain = "b.example.com" }] }));
    });

    [Fact]
    public void A_restart_keeps_certificates_and_their_keys() => AcmWorld.Run(async w =>
    {
        var arn = await w.IssuedAsync("www.example.com");
        var before = await w.DescribeAsync(arn);
        await w.World.RestartAsync();
        (await w.DescribeAsync(arn)).Serial.ShouldBe(before.Serial);
    });

    private static bool VerifiedBy(string root, string certificate, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        using var trusted = X509Certificate2.CreateFromPem(root);
        using var leaf = X509Certificate2.CreateFromPem(certificate);
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(trusted);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        return chain.Build(leaf);
    }
}
