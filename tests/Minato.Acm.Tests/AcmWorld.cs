using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Acm;
using Minato.Engines.Certificates;
using Minato.Platform;
using Minato.Testing;

namespace Minato.Acm.Tests;

/// <summary>A world with Certificate Manager alone, and somebody who may use its certificates.</summary>
internal sealed class AcmWorld(World world, Users users)
{
    public World World => world;
    public Users Users => users;
    public IAcm Acm => world.Client<IAcm>();
    public Caller Caller => world.Caller;
    public DateTimeOffset Now => world.Time.GetUtcNow();

    public T Service<T>()
        where T : notnull => world.Services.GetRequiredService<T>();

    public static void Run(Func<AcmWorld, Task> test)
    {
        var users = new Users();
        World.Run(1, world => test(new(world, users)), services =>
            services.AddSingleton(new PageTokens("a secret of the test"u8)).AddSingleton<ICertificateUsers>(users).AddAcm());
    }

    public async Task<string> RequestAsync(string name, Func<RequestCertificateRequest, RequestCertificateRequest>? with = null)
    {
        var request = new RequestCertificateRequest { DomainName = name, ValidationMethod = ValidationMethod.Dns };
        return (await Acm.RequestCertificateAsync(with?.Invoke(request) ?? request, Caller, default)).CertificateArn ?? "";
    }

    public async Task<string> IssuedAsync(string name, Func<RequestCertificateRequest, RequestCertificateRequest>? with = null)
    {
        var arn = await RequestAsync(name, with);
        await World.Eventually(async () => (await DescribeAsync(arn)).Status is CertificateStatus.Issued, TimeSpan.FromSeconds(5));
        return arn;
    }

    public async Task<CertificateDetail> DescribeAsync(string arn) =>
        (await Acm.DescribeCertificateAsync(new() { CertificateArn = arn }, Caller, default)).Certificate ?? throw new InvalidOperationException("Nothing was described.");

    public async Task<string> ImportAsync(GivenCertificate given, string? arn = null) => (await Acm.ImportCertificateAsync(new()
    {
        CertificateArn = arn, Certificate = Bytes(given.Pem), PrivateKey = Bytes(given.Key), CertificateChain = given.Chain is null ? default(ReadOnlyMemory<byte>?) : Bytes(given.Chain),
    }, Caller, default)).CertificateArn ?? "";

    public async Task<string> RefusedAsync(GivenCertificate given, string? arn = null) => (await World.Throws<ValidationException>(() => ImportAsync(given, arn))).Message;

    public static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);
}

internal sealed class Users : ICertificateUsers
{
    public HashSet<string> Of { get; } = [];

    public IEnumerable<string> UsersOf(string arn) => Of.Contains(arn) ? ["arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/1"] : [];
}

internal sealed record GivenCertificate(string Pem, string Key, string? Chain = null)
{
    public static GivenCertificate SelfSigned(
        DateTimeOffset now, string name = "www.example.com", AsymmetricAlgorithm? key = null, int from = -1, int days = 90)
    {
        key ??= RSA.Create(2048);
        var request = Request($"CN={name}", key);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddDnsName("*." + name);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(now.AddDays(from), now.AddDays(days));
        return new(made.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>A certificate, its intermediate and the root above that.</summary>
    public static (GivenCertificate Leaf, string Intermediate, string Root) Chained(DateTimeOffset now)
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = Authority("CN=root", rootKey).CreateSelfSigned(now.AddDays(-2), now.AddDays(900));
        using var signed = Authority("CN=middle", middleKey).Create(root, now.AddDays(-2), now.AddDays(800), [1, 2]);
        using var middle = signed.CopyWithPrivateKey(middleKey);
        using var leaf = Request("CN=leaf.example.com", key).Create(middle, now.AddDays(-1), now.AddDays(90), [3, 4]);
        return (new(leaf.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem()), middle.ExportCertificatePem() + "\n", root.ExportCertificatePem() + "\n");
    }

    /// <summary>Signed as was usual long ago.</summary>
    public static GivenCertificate OfSha1(DateTimeOffset now)
    {
        using var key = RSA.Create(2048);
        var request = Request("CN=old.example.com", key);
        using var made = request.Create(request.SubjectName, new Sha1Generator(key), now.AddDays(-1), now.AddDays(90), [1]);
        return new(made.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private sealed class Sha1Generator(RSA key) : X509SignatureGenerator
    {
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) =>
            [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05, 0x05, 0x00]; // sha1WithRSAEncryption

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => key.SignData(data, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1);

        protected override PublicKey BuildPublicKey() => new(key);
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = Request(name, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request;
    }

    private static CertificateRequest Request(string name, AsymmetricAlgorithm key) => key is RSA rsa
        ? new(name, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        : new(name, (ECDsa)key, HashAlgorithmName.SHA256);
}
