using Minato.Contracts.Iam;
using Minato.Engines.Certificates;
using Minato.Aws;
using Minato.Testing;
using Minato.Testing.Templates;
using Microsoft.Extensions.DependencyInjection;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Minato.Iam.Tests;

public sealed class ServerCertificateTests
{
    [Fact]
    public void A_certificate_is_uploaded_described_and_gives_out_its_key_to_the_vault_alone() => Run(async w =>
    {
        var (body, key) = Given(w);
        var made = (await UploadAsync(w, "www", body, key, path: "/web/")).ServerCertificateMetadata.ShouldNotBeNull();
        made.Arn.ShouldBe($"arn:aws:iam::{w.Caller.AccountId}:server-certificate/web/www");
        made.ServerCertificateId.ShouldMatch("^ASCA[A-Z2-7]{17}$");
        made.Expiration.ShouldNotBeNull();
        var seen = (await Iam(w).GetServerCertificateAsync(new() { ServerCertificateName = "www" }, w.Caller, default)).ServerCertificate;
        (seen.CertificateBody, seen.CertificateChain, seen.ServerCertificateMetadata).ShouldBe((body, null, made));
        var material = w.Client<ICertificateVault>().Find(made.Arn).ShouldNotBeNull();
        material.Pem.ShouldContain("PRIVATE KEY");
        material.Names.ShouldContain("www.example.com");
        (await Iam(w).ListServerCertificatesAsync(new() { PathPrefix = "/web/" }, w.Caller, default)).ServerCertificateMetadataList.ShouldBe([made]);
        (await Iam(w).ListServerCertificatesAsync(new() { PathPrefix = "/other/" }, w.Caller, default)).ServerCertificateMetadataList.ShouldBeEmpty();
        ((await Iam(w).GetAccountSummaryAsync(new(), w.Caller, default)).SummaryMap ?? throw new InvalidOperationException())["ServerCertificates"].ShouldBe(1);
    });

    [Fact]
    public void A_name_is_given_once_and_twenty_are_the_quota() => Run(async w =>
    {
        var (body, key) = Given(w);
        await UploadAsync(w, "www", body, key);
        (await w.Throws<EntityAlreadyExistsException>(() => UploadAsync(w, "www", body, key))).Message.ShouldBe("The Server Certificate with name www already exists.");
        for (var i = 2; i <= 20; i++) await UploadAsync(w, $"c{i}", body, key);
        (await w.Throws<LimitExceededException>(() => UploadAsync(w, "c21", body, key))).Message.ShouldBe("Cannot exceed quota for ServerCertificatesPerAccount: 20");
        (await w.Throws<NoSuchEntityException>(() => Iam(w).GetServerCertificateAsync(new() { ServerCertificateName = "c21" }, w.Caller, default)))
            .Message.ShouldBe("The Server Certificate with name c21 cannot be found.");
    });

    [Fact]
    public void What_cannot_serve_is_refused_with_the_reason() => Run(async w =>
    {
        var (body, key) = Given(w);
        var (otherBody, otherKey) = Given(w);
        await MalformedAsync("hello", key, null, "Unable to parse certificate. Please ensure the certificate is in PEM format.");
        await MalformedAsync(body + "\n" + otherBody, key, null, "Unable to parse certificate. Please ensure the certificate is in PEM format.");
        await MalformedAsync(body, "hello", null, "Invalid Private Key.");
        const string Chain = "Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, followed by any intermediaries in order. The index within the chain of the invalid certificate is: -1";
        await MalformedAsync(body, key, otherBody, Chain);
        await MalformedAsync(body, key, "hello", Chain);
        var (oldBody, oldKey) = Given(w, w.Time.GetUtcNow() - TimeSpan.FromDays(1));
        await MalformedAsync(oldBody, oldKey, null, "Certificate is no longer valid. The 'Not After' date in the certificate is in the past.");
        await w.Throws<KeyPairMismatchException>(() => UploadAsync(w, "x", body, otherKey));
        using var elliptic = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await w.Throws<KeyPairMismatchException>(() => UploadAsync(w, "x", body, elliptic.ExportPkcs8PrivateKeyPem()));

        async Task MalformedAsync(string body, string key, string? chain, string message) =>
            (await w.Throws<MalformedCertificateException>(() => UploadAsync(w, "x", body, key, chain))).Message.ShouldBe(message);
    });

    [Fact]
    public void A_renamed_certificate_goes_on_serving_under_its_former_name() => Run(async w =>
    {
        var (body, key) = Given(w);
        var before = (await UploadAsync(w, "old", body, key)).ServerCertificateMetadata?.Arn ?? "";
        await Iam(w).UpdateServerCertificateAsync(new() { ServerCertificateName = "old", NewServerCertificateName = "new", NewPath = "/p/" }, w.Caller, default);
        var after = (await Iam(w).GetServerCertificateAsync(new() { ServerCertificateName = "new" }, w.Caller, default)).ServerCertificate.ServerCertificateMetadata;
        after.Arn.ShouldBe($"arn:aws:iam::{w.Caller.AccountId}:server-certificate/p/new");
        w.Client<ICertificateVault>().Find(before).ShouldNotBeNull().Version.ShouldBe(after.ServerCertificateId);
        w.Client<ICertificateVault>().Find(after.Arn).ShouldNotBeNull();
        await w.Throws<NoSuchEntityException>(() => Iam(w).GetServerCertificateAsync(new() { ServerCertificateName = "old" }, w.Caller, default));
    });

    [Fact]
    public void Tags_are_put_taken_and_listed() => Run(async w =>
    {
        var (body, key) = Given(w);
        await UploadAsync(w, "www", body, key);
        await Iam(w).TagServerCertificateAsync(new() { ServerCertificateName = "www", Tags = [new() { Key = "a", Value = "1" }, new() { Key = "b", Value = "2" }] }, w.Caller, default);
        await Iam(w).UntagServerCertificateAsync(new() { ServerCertificateName = "www", TagKeys = ["a"] }, w.Caller, default);
        (await Iam(w).ListServerCertificateTagsAsync(new() { ServerCertificateName = "www" }, w.Caller, default)).Tags.ShouldBe([new() { Key = "b", Value = "2" }]);
        await Iam(w).DeleteServerCertificateAsync(new() { ServerCertificateName = "www" }, w.Caller, default);
    });

    [Fact]
    public void A_certificate_of_a_template_has_a_life() => Run(async w =>
    {
        var (body, key) = Given(w);
        var types = TypeDriver.In(w);
        string Properties(string path, string tag) => $$"""
            {"ServerCertificateName":"www","CertificateBody":{{JsonSerializer.Serialize(body)}},"PrivateKey":{{JsonSerializer.Serialize(key)}},"Path":"{{path}}","Tags":[{"Key":"a","Value":"{{tag}}"}]}
            """;
        var made = await types.CreateAsync("AWS::IAM::ServerCertificate", Properties("/", "1"));
        (made.Id, made.GetAtt("Arn")).ShouldBe(("www", $"arn:aws:iam::{w.Caller.AccountId}:server-certificate/www"));
        made = await types.UpdateAsync(made, Properties("/p/", "2"));
        await types.DeleteAsync(made);
    });

    private static void Run(Func<World, Task> test) => World.Run(1, test, services => services
        .AddSingleton(new PageTokens("a secret of the test"u8)).AddIam("123456789012", "AKIAROOT", "secret"));

    private static IIam Iam(World w) => w.Client<IIam>();

    private static Task<UploadServerCertificateResponse> UploadAsync(World w, string name, string body, string key, string? chain = null, string? path = null) =>
        Iam(w).UploadServerCertificateAsync(new() { ServerCertificateName = name, CertificateBody = body, PrivateKey = key, CertificateChain = chain, Path = path }, w.Caller, default);

    private static (string Body, string Key) Given(World w, DateTimeOffset? end = null)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=www.example.com", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.CreateSelfSigned((end ?? w.Time.GetUtcNow()) - TimeSpan.FromDays(30), end ?? w.Time.GetUtcNow() + TimeSpan.FromDays(30));
        return (made.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
