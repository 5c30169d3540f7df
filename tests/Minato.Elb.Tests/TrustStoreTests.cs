using System.Text;
using Minato.Acm;
using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Contracts.S3;
using Minato.S3;
using Minato.Testing;
using Minato.Testing.Proxy;
using Minato.Testing.Templates;

namespace Minato.Elb.Tests;

/// <summary>Mutual TLS that verifies: trust stores out of S3, their revocation lists, and the listeners that use them.</summary>
public sealed class TrustStoreTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static void Run(Func<HttpsWorld, Task> test) => World.Run(1, async world =>
    {
        var w = new HttpsWorld(world);
        await world.Client<IS3>().CreateBucketAsync(new() { Bucket = "trust" }, w.Elb.Caller, None);
        await test(w);
    }, services =>
    {
        ElbWorld.Configure(services);
        services.AddAcm();
        services.AddS3();
    });

    private static Task PutAsync(HttpsWorld w, string key, string text) => w.World.Client<IS3>().PutObjectAsync(
        new() { Bucket = "trust", Key = key, Body = new MemoryStream(Encoding.ASCII.GetBytes(text)) }, w.Elb.Caller, None);

    private static async Task<TrustStore> CreateAsync(HttpsWorld w, string key, string name = "clients") => (await w.Elb.Elb.CreateTrustStoreAsync(
        new() { Name = name, CaCertificatesBundleS3Bucket = "trust", CaCertificatesBundleS3Key = key }, w.Elb.Caller, None)).TrustStores?[0] ?? new();

    private static Task<ModifyListenerResponse> VerifyAsync(HttpsWorld w, Listener listener, string? store, bool names = false) => w.Elb.Elb.ModifyListenerAsync(new()
    {
        ListenerArn = listener.ListenerArn ?? "",
        MutualAuthentication = new() { Mode = "verify", TrustStoreArn = store, IgnoreClientCertificateExpiry = true, AdvertiseTrustStoreCaNames = names ? AdvertiseTrustStoreCaNamesEnum.On : null },
    }, w.Elb.Caller, None);

    [Fact]
    public void A_listener_in_verify_mode_demands_certificates_of_its_trust_store() => Run(async w =>
    {
        using var root = new Authority("Root");
        using var other = new Authority("Other");
        using var client = root.Issue("client");
        await PutAsync(w, "ca.pem", root.Pem + other.Pem);
        var store = await CreateAsync(w, "ca.pem");
        (store.NumberOfCaCertificates, store.TotalRevokedEntries, store.Status).ShouldBe((2, 0L, TrustStoreStatus.Active));
        var (listener, _) = await w.SecureAsync();
        await ElbWorld.RefusedAsync(() => VerifyAsync(w, listener, null), "ValidationError");
        await ElbWorld.RefusedAsync(() => VerifyAsync(w, listener, (store.TrustStoreArn ?? "")[..^1] + "0"), "TrustStoreNotFound");
        var shown = (await VerifyAsync(w, listener, store.TrustStoreArn, names: true)).Listeners?[0].MutualAuthentication;
        (shown?.Mode, shown?.TrustStoreArn, shown?.IgnoreClientCertificateExpiry, shown?.AdvertiseTrustStoreCaNames, shown?.TrustStoreAssociationStatus)
            .ShouldBe(("verify", store.TrustStoreArn, true, AdvertiseTrustStoreCaNamesEnum.On, TrustStoreAssociationStatusEnum.Active));
        await w.World.Eventually(() => w.Proxy.Serving.Listeners is [{ Tls.Trust: { Revocations: null, IgnoresExpiry: true, NamesAuthorities: true } trust }]
            && trust.Authorities.Split("BEGIN CERTIFICATE").Length == 3, TimeSpan.FromSeconds(5));

        await PutAsync(w, "list.pem", root.ListOf(client));
        var added = (await w.Elb.Elb.AddTrustStoreRevocationsAsync(
            new() { TrustStoreArn = store.TrustStoreArn ?? "", RevocationContents = [new() { S3Bucket = "trust", S3Key = "list.pem" }] }, w.Elb.Caller, None)).TrustStoreRevocations?[0];
        (added?.RevocationId, added?.NumberOfRevokedEntries, added?.RevocationType).ShouldBe((1L, 1L, RevocationType.Crl));
        await w.World.Eventually(() => w.Proxy.Serving.Listeners is [{ Tls.Trust.Revocations: { } lists }] && lists.Contains("X509 CRL"), TimeSpan.FromSeconds(5));
        (await w.Elb.Elb.DescribeTrustStoresAsync(new() { Names = ["clients"] }, w.Elb.Caller, None)).TrustStores?[0].TotalRevokedEntries.ShouldBe(1);
        await w.Elb.Elb.RemoveTrustStoreRevocationsAsync(new() { TrustStoreArn = store.TrustStoreArn ?? "", RevocationIds = [1] }, w.Elb.Caller, None);
        await w.World.Eventually(() => w.Proxy.Serving.Listeners is [{ Tls.Trust.Revocations: null }], TimeSpan.FromSeconds(5));
        await ElbWorld.RefusedAsync(() => w.Elb.Elb.RemoveTrustStoreRevocationsAsync(new() { TrustStoreArn = store.TrustStoreArn ?? "", RevocationIds = [1] }, w.Elb.Caller, None), "RevocationIdNotFound");
    });

    [Fact]
    public void A_trust_store_in_use_is_not_deleted_and_its_associations_name_who_uses_it() => Run(async w =>
    {
        using var root = new Authority("Root");
        await PutAsync(w, "ca.pem", root.Pem);
        var store = (await CreateAsync(w, "ca.pem")).TrustStoreArn ?? "";
        await ElbWorld.RefusedAsync(() => CreateAsync(w, "ca.pem"), "DuplicateTrustStoreName");
        var (listener, _) = await w.SecureAsync();
        await VerifyAsync(w, listener, store);
        var uses = await w.Elb.Elb.DescribeTrustStoreAssociationsAsync(new() { TrustStoreArn = store }, w.Elb.Caller, None);
        uses.TrustStoreAssociations?.ShouldHaveSingleItem().ResourceArn.ShouldBe(listener.ListenerArn);
        await ElbWorld.RefusedAsync(() => w.Elb.Elb.DeleteTrustStoreAsync(new() { TrustStoreArn = store }, w.Elb.Caller, None), "TrustStoreInUse");
        await w.Elb.Elb.ModifyListenerAsync(new() { ListenerArn = listener.ListenerArn ?? "", MutualAuthentication = new() { Mode = "off" } }, w.Elb.Caller, None);
        await w.Elb.Elb.DeleteTrustStoreAsync(new() { TrustStoreArn = store }, w.Elb.Caller, None);
        (await w.Elb.Elb.DescribeTrustStoresAsync(new(), w.Elb.Caller, None)).TrustStores.GetValueOrDefault().ShouldBeEmpty();
    });

    [Theory]
    [InlineData("nothing.pem", "CaCertificatesBundleNotFound")]
    [InlineData("words.pem", "InvalidCaCertificatesBundle")]
    [InlineData("torn.pem", "InvalidCaCertificatesBundle")]
    public void What_is_no_bundle_is_refused(string key, string code) => Run(async w =>
    {
        await PutAsync(w, "words.pem", "just words");
        await PutAsync(w, "torn.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
        await ElbWorld.RefusedAsync(() => CreateAsync(w, key), code);
    });

    [Theory]
    [InlineData("nothing.pem", "RevocationContentNotFound")]
    [InlineData("words.pem", "InvalidRevocationContent")]
    [InlineData("ca.pem", "InvalidRevocationContent")]
    public void What_is_no_revocation_list_is_refused(string key, string code) => Run(async w =>
    {
        using var root = new Authority("Root");
        await PutAsync(w, "ca.pem", root.Pem);
        await PutAsync(w, "words.pem", "just words");
        var store = (await CreateAsync(w, "ca.pem")).TrustStoreArn ?? "";
        await ElbWorld.RefusedAsync(() => w.Elb.Elb.AddTrustStoreRevocationsAsync(
            new() { TrustStoreArn = store, RevocationContents = [new() { S3Bucket = "trust", S3Key = key }] }, w.Elb.Caller, None), code);
    });

    [Fact]
    public void A_template_has_trust_stores_and_their_revocations() => Run(async w =>
    {
        using var root = new Authority("Root");
        using var other = new Authority("Other");
        using var client = root.Issue("client");
        await PutAsync(w, "one.pem", root.Pem);
        await PutAsync(w, "two.pem", root.Pem + other.Pem);
        await PutAsync(w, "list.pem", root.ListOf(client));
        var types = TypeDriver.In(w.World);
        string Properties(string key) => $$"""{"Name":"clients","CaCertificatesBundleS3Bucket":"trust","CaCertificatesBundleS3Key":"{{key}}","Tags":[{"Key":"a","Value":"1"}]}""";
        var store = await types.CreateAsync("AWS::ElasticLoadBalancingV2::TrustStore", Properties("one.pem"), "Store");
        (store.GetAtt("TrustStoreArn"), store.GetAtt("Status"), store.GetAtt("NumberOfCaCertificates")).ShouldBe((store.Id, "ACTIVE", "1"));
        store = await types.UpdateAsync(store, Properties("two.pem"));
        store.GetAtt("NumberOfCaCertificates").ShouldBe("2");
        var revocation = await types.CreateAsync("AWS::ElasticLoadBalancingV2::TrustStoreRevocation", $$"""
            {"TrustStoreArn":"{{store.Id}}","RevocationContents":[{"S3Bucket":"trust","S3Key":"list.pem","RevocationType":"CRL"}]}
            """, "Revocation");
        revocation.Id.ShouldBe($"{store.Id}|{revocation.GetAtt("RevocationId")}");
        await types.DeleteAsync(revocation);
        await types.DeleteAsync(store);
        types.FaultsOfSchemas().ShouldBeEmpty();
    });
}
