using System.Security.Cryptography;
using Minato.Contracts.Acm;
using Minato.Engines.Certificates;

namespace Minato.Acm.Tests;

public sealed class ImportTests
{
    [Fact]
    public void An_imported_certificate_is_issued_and_tells_what_is_in_it() => AcmWorld.Run(async w =>
    {
        var given = GivenCertificate.SelfSigned(w.Now);
        var arn = await w.ImportAsync(given);
        var detail = await w.DescribeAsync(arn);
        (detail.Type, detail.Status, detail.DomainName).ShouldBe((CertificateType.Imported, CertificateStatus.Issued, "www.example.com"));
        detail.SubjectAlternativeNames?.ShouldBe(["www.example.com", "*.www.example.com"]);
        (detail.ImportedAt is null, detail.IssuedAt, detail.DomainValidationOptions).ShouldBe((false, null, null));
        detail.RenewalEligibility.ShouldBe(RenewalEligibility.Ineligible);
        detail.Issuer.ShouldBe("www.example.com");
        var got = await w.Acm.GetCertificateAsync(new() { CertificateArn = arn }, w.Caller, default);
        got.Certificate.ShouldBe(given.Pem);
        got.CertificateChain.ShouldBeNull();
    });

    [Fact]
    public void A_key_of_another_certificate_is_refused() => AcmWorld.Run(async w =>
    {
        var (one, two) = (GivenCertificate.SelfSigned(w.Now), GivenCertificate.SelfSigned(w.Now));
        (await w.RefusedAsync(one with { Key = two.Key })).ShouldBe("The private key does not match the certificate.");
        using var elliptic = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        (await w.RefusedAsync(one with { Key = elliptic.ExportPkcs8PrivateKeyPem() })).ShouldBe("The private key is not PEM-encoded or is not valid.");
        (await w.RefusedAsync(one with { Key = "hello" })).ShouldBe("The private key is not PEM-encoded or is not valid.");
        using var rsa = RSA.Create(2048);
        var locked = rsa.ExportEncryptedPkcs8PrivateKeyPem("x", new(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000));
        (await w.RefusedAsync(one with { Key = locked })).ShouldStartWith("The private key is encrypted.");
    });

    [Theory]
    [InlineData(-90, -1, "The certificate has expired, is not valid.")]
    [InlineData(1, 90, "The certificate is not in effect yet, is not valid.")]
    public void A_certificate_out_of_its_time_is_refused(int from, int to, string message) => AcmWorld.Run(async w =>
        (await w.RefusedAsync(GivenCertificate.SelfSigned(w.Now, from: from, days: to))).ShouldBe(message));

    [Fact]
    public void Text_that_is_no_certificate_is_refused() => AcmWorld.Run(async w =>
    {
        var given = GivenCertificate.SelfSigned(w.Now);
        (await w.RefusedAsync(given with { Pem = "hello" })).ShouldBe("The certificate is not PEM-encoded or is not valid.");
        (await w.RefusedAsync(given with { Chain = "hello" })).ShouldBe("The certificate chain is not PEM-encoded or is not valid.");
        (await w.RefusedAsync(given with { Pem = given.Pem + given.Pem }))
            .ShouldBe("The certificate field contains more than one certificate. You can specify only one certificate in this field.");
    });

    [Fact]
    public void A_chain_leads_on_from_the_certificate_link_by_link() => AcmWorld.Run(async w =>
    {
        var (leaf, middle, root) = GivenCertificate.Chained(w.Now);
        (await w.RefusedAsync(leaf)).ShouldStartWith("Provided certificate is not a valid self signed.");
        (await w.RefusedAsync(leaf with { Chain = root + middle })).ShouldBe("Could not validate the certificate with the certificate chain.");
        (await w.RefusedAsync(leaf with { Chain = root })).ShouldBe("Could not validate the certificate with the certificate chain.");
        await w.ImportAsync(leaf with { Chain = middle });
        var arn = await w.ImportAsync(leaf with { Chain = middle + root });
        (await w.Acm.GetCertificateAsync(new() { CertificateArn = arn }, w.Caller, default)).CertificateChain.ShouldBe(middle + root);
        var pem = w.Service<ICertificateVault>().Find(arn).ShouldNotBeNull().Pem;
        pem.IndexOf(middle, StringComparison.Ordinal).ShouldBeLessThan(pem.IndexOf("PRIVATE KEY", StringComparison.Ordinal));
    });

    [Fact]
    public void Keys_and_signatures_that_nobody_takes_are_refused() => AcmWorld.Run(async w =>
    {
        (await w.RefusedAsync(GivenCertificate.OfSha1(w.Now))).ShouldBe("The signature algorithm of the certificate is not supported.");
        (await w.RefusedAsync(GivenCertificate.SelfSigned(w.Now, key: RSA.Create(1536)))).ShouldBe("The certificate's key algorithm or key length is not supported.");
        (await w.RefusedAsync(GivenCertificate.SelfSigned(w.Now, key: ECDsa.Create(ECCurve.NamedCurves.brainpoolP256r1))))
            .ShouldBe("The certificate's key algorithm or key length is not supported.");
    });

    [Fact]
    public void An_import_over_an_arn_replaces_the_contents_and_keeps_tags() => AcmWorld.Run(async w =>
    {
        var arn = await w.ImportAsync(GivenCertificate.SelfSigned(w.Now));
        await w.Acm.AddTagsToCertificateAsync(new() { CertificateArn = arn, Tags = [new() { Key = "team", Value = "a" }] }, w.Caller, default);
        var before = await w.DescribeAsync(arn);
        await w.World.RunFor(TimeSpan.FromHours(1));
        (await w.ImportAsync(GivenCertificate.SelfSigned(w.Now, "new.example.com"), arn)).ShouldBe(arn);
        var after = await w.DescribeAsync(arn);
        after.Serial.ShouldNotBe(before.Serial);
        (after.DomainName, after.CreatedAt).ShouldBe(("new.example.com", before.CreatedAt));
        (await w.Acm.ListTagsForCertificateAsync(new() { CertificateArn = arn }, w.Caller, default)).Tags?.Length.ShouldBe(1);
        (await w.RefusedAsync(GivenCertificate.SelfSigned(w.Now, key: ECDsa.Create(ECCurve.NamedCurves.nistP256)), arn)).ShouldContain("key type");
        (await w.RefusedAsync(GivenCertificate.SelfSigned(w.Now), await w.IssuedAsync("x.example.com"))).ShouldContain("not an imported certificate");
        var missing = arn[..^4] + "0000";
        await w.World.Throws<ResourceNotFoundException>(() => w.ImportAsync(GivenCertificate.SelfSigned(w.Now), missing));
    });

    [Fact]
    public void A_list_filters_pages_and_shows_rsa_keys_alone_unless_asked() => AcmWorld.Run(async w =>
    {
        for (var i = 0; i < 3; i++) await w.ImportAsync(GivenCertificate.SelfSigned(w.Now, $"w{i}.example.com", days: 3));
        await w.ImportAsync(GivenCertificate.SelfSigned(w.Now, "ec.example.com", ECDsa.Create(ECCurve.NamedCurves.nistP384)));
        await w.IssuedAsync("asked.example.com");
        (await ListAsync(new())).Count.ShouldBe(4);
        (await ListAsync(new() { MaxItems = 1 })).ShouldBe(await ListAsync(new()));
        (await ListAsync(new() { Includes = new() { KeyTypes = [KeyAlgorithm.ECSecp384r1] } })).ShouldBe(["ec.example.com"]);
        (await ListAsync(new() { CertificateStatuses = [CertificateStatus.Expired] })).ShouldBeEmpty();
        (await ListAsync(new() { Includes = new() { KeyUsage = [KeyUsageName.KeyEncipherment] } })).ShouldBe(["asked.example.com"]);
        await w.World.RunFor(TimeSpan.FromDays(4));
        (await ListAsync(new() { CertificateStatuses = [CertificateStatus.Expired] })).Count.ShouldBe(3);
        await w.World.Throws<InvalidArgsException>(() => w.Acm.ListCertificatesAsync(new() { NextToken = "made up" }, w.Caller, default));

        async Task<List<string?>> ListAsync(ListCertificatesRequest request)
        {
            List<string?> names = [];
            do
            {
                var page = await w.Acm.ListCertificatesAsync(request, w.Caller, default);
                names.AddRange((page.CertificateSummaryList ?? []).Select(c => c.DomainName));
                request = request with { NextToken = page.NextToken };
            }
            while (request.NextToken is not null);
            return names;
        }
    });

    [Fact]
    public void Tags_have_their_limits() => AcmWorld.Run(async w =>
    {
        var arn = await w.ImportAsync(GivenCertificate.SelfSigned(w.Now));
        await w.World.Throws<ValidationException>(() => TagAsync("aws:x"));
        for (var i = 0; i < 50; i++) await TagAsync($"k{i}");
        await w.World.Throws<TooManyTagsException>(() => TagAsync("one more"));
        await w.Acm.RemoveTagsFromCertificateAsync(new() { CertificateArn = arn, Tags = [new() { Key = "k1", Value = "other" }, new() { Key = "k2" }, new() { Key = "k3", Value = "v" }] }, w.Caller, default);
        var left = (await w.Acm.ListTagsForCertificateAsync(new() { CertificateArn = arn }, w.Caller, default)).Tags ?? [];
        left.Select(t => t.Key).ShouldContain("k1");
        left.Length.ShouldBe(48);

        Task TagAsync(string key) => w.Acm.AddTagsToCertificateAsync(new() { CertificateArn = arn, Tags = [new() { Key = key, Value = "v" }] }, w.Caller, default);
    });

    [Fact]
    public void Expiry_events_come_one_to_ninety_days_ahead() => AcmWorld.Run(async w =>
    {
        (await w.Acm.GetAccountConfigurationAsync(new(), w.Caller, default)).ExpiryEvents?.DaysBeforeExpiry.ShouldBe(45);
        await w.Acm.PutAccountConfigurationAsync(new() { IdempotencyToken = "t", ExpiryEvents = new() { DaysBeforeExpiry = 10 } }, w.Caller, default);
        (await w.Acm.GetAccountConfigurationAsync(new(), w.Caller, default)).ExpiryEvents?.DaysBeforeExpiry.ShouldBe(10);
        await w.World.Throws<ValidationException>(() => w.Acm.PutAccountConfigurationAsync(new() { IdempotencyToken = "t", ExpiryEvents = new() { DaysBeforeExpiry = 91 } }, w.Caller, default));
    });
}
