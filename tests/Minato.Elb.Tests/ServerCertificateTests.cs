using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Minato.Contracts.ElasticLoadBalancing;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Contracts.Iam;
using Minato.Iam;
using Minato.Testing;

namespace Minato.Elb.Tests;

/// <summary>Listeners that present server certificates of IAM.</summary>
public sealed class ServerCertificateTests
{
    [Fact]
    public void A_listener_presents_a_server_certificate_of_IAM_which_then_cannot_be_deleted() => Run(async w =>
    {
        var arn = await UploadAsync(w, "www+1", "www.example.com");
        var balancer = await w.Elb.BalancerAsync();
        var listener = await w.ListenerAsync(balancer.LoadBalancerArn, await w.Elb.GroupAsync(), arn);
        listener.Certificates?.ShouldBe([new() { CertificateArn = arn }]);
        await w.World.Eventually(() => w.Proxy.Serving.Listeners.Length == 1, TimeSpan.FromSeconds(5));
        var presented = w.Proxy.Serving.Listeners[0].Tls.ShouldNotBeNull().Default;
        presented.Pem.ShouldContain("PRIVATE KEY");
        presented.Id.ShouldMatch("^[A-Za-z0-9._-]+$");
        (await ElbWorld.RefusedAsync(() => Iam(w).DeleteServerCertificateAsync(new() { ServerCertificateName = "www+1" }, w.Elb.Caller, default), "DeleteConflict"))
            .Message.ShouldMatch($"^Certificate: ASCA[A-Z2-7]+ is currently in use by {balancer.LoadBalancerArn}\\. Please remove it first before deleting it from IAM\\.$");
        await Iam(w).UpdateServerCertificateAsync(new() { ServerCertificateName = "www+1", NewServerCertificateName = "renamed" }, w.Elb.Caller, default);
        await ElbWorld.RefusedAsync(() => Iam(w).DeleteServerCertificateAsync(new() { ServerCertificateName = "renamed" }, w.Elb.Caller, default), "DeleteConflict");
        await w.Elb.Elb.DeleteListenerAsync(new() { ListenerArn = listener.ListenerArn ?? "" }, w.Elb.Caller, default);
        await Iam(w).DeleteServerCertificateAsync(new() { ServerCertificateName = "renamed" }, w.Elb.Caller, default);
    });

    [Fact]
    public void One_that_is_not_there_is_not_found_and_one_without_a_domain_is_unsupported() => Run(async w =>
    {
        var (balancer, group) = (await w.Elb.BalancerAsync(), await w.Elb.GroupAsync());
        var arn = await UploadAsync(w, "www", "www.example.com");
        foreach (var missing in new[] { arn + "x", arn.Replace("/www", "/path/www", StringComparison.Ordinal) })
        {
            (await ElbWorld.RefusedAsync(() => w.ListenerAsync(balancer.LoadBalancerArn, group, missing), "CertificateNotFound"))
                .Message.ShouldBe($"Certificate '{missing}' not found");
        }

        var local = await UploadAsync(w, "local", "localhost");
        (await ElbWorld.RefusedAsync(() => w.ListenerAsync(balancer.LoadBalancerArn, group, local), "UnsupportedCertificate")).Message
            .ShouldBe($"The certificate '{local}' must have a fully-qualified domain name, a supported signature, and a supported key size.");
    });

    [Fact]
    public void A_classic_load_balancer_presents_one_too() => Run(async w =>
    {
        var arn = await UploadAsync(w, "www", "www.example.com");
        await w.World.Client<IElasticLoadBalancing>().CreateLoadBalancerAsync(new()
        {
            LoadBalancerName = "old", Subnets = [(await w.Elb.SubnetsAsync())[0].SubnetId ?? ""],
            Listeners = [new() { Protocol = "HTTPS", LoadBalancerPort = 443, InstanceProtocol = "HTTP", InstancePort = 80, SSLCertificateId = arn }],
        }, w.Elb.Caller, default);
        await w.World.Eventually(() => w.Proxy.Serving.Listeners is [{ Tls: not null }], TimeSpan.FromSeconds(5));
        await ElbWorld.RefusedAsync(() => Iam(w).DeleteServerCertificateAsync(new() { ServerCertificateName = "www" }, w.Elb.Caller, default), "DeleteConflict");
    });

    private static void Run(Func<HttpsWorld, Task> test) => World.Run(1, world => test(new(world)), services =>
    {
        ElbWorld.Configure(services);
        services.AddIam("123456789012", "AKIAROOT", "secret");
    });

    private static IIam Iam(HttpsWorld w) => w.World.Client<IIam>();

    private static async Task<string> UploadAsync(HttpsWorld w, string name, string domain)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={domain}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.CreateSelfSigned(w.World.Time.GetUtcNow() - TimeSpan.FromDays(1), w.World.Time.GetUtcNow() + TimeSpan.FromDays(30));
        return (await Iam(w).UploadServerCertificateAsync(
            new() { ServerCertificateName = name, CertificateBody = made.ExportCertificatePem(), PrivateKey = key.ExportPkcs8PrivateKeyPem() }, w.Elb.Caller, default)).ServerCertificateMetadata?.Arn ?? "";
    }
}
