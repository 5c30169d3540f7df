using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.Aws.Signing;
using Minato.Contracts.Ecr;
using Minato.Contracts.Ssm;
using Minato.Ecr;
using Minato.Engines.Gates;
using Minato.Platform;
using Minato.Ssm;
using ICredentials = Minato.Aws.Signing.ICredentials;

namespace Minato.Gates.Tests;

/// <summary>The gate over the real rooms of ECR and SSM, which a user would set it up with.</summary>
public sealed class GateTests : IAsyncLifetime
{
    private const string Account = "123456789012";
    private const string Config = "application/vnd.oci.image.config.v1+json";
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    private readonly Caller _caller = new() { AccountId = Account, Region = "us-east-1", PrincipalArn = $"arn:aws:iam::{Account}:root" };
    private WebApplication? _app;
    private HttpClient? _http;

    private IServiceProvider Services => (_app ?? throw new InvalidOperationException()).Services;
    private HttpClient Http => _http ?? throw new InvalidOperationException();
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(address.ToString());
        builder.Logging.ClearProviders();
        builder.Services.AddPlatform().AddSingleton(new Ids()).AddSingleton(TimeProvider.System).AddSingleton<IBlobStore>(new MemoryBlobStore()).AddSingleton<IJournal>(new MemoryJournal())
            .AddEcr().AddSsm().AddImageGate()
            .AddSingleton(new PageTokens("a secret of the test"u8)).AddSingleton<ICredentials>(new RootKey())
            .AddSingleton(new Installation { Id = "test", AccountId = Account, Endpoint = address });
        _app = builder.Build();
        _app.Run(EcrRoom.Registry(_app.Services));
        await Services.GetRequiredService<PlatformHost>().StartAsync(CancellationToken.None);
        await _app.StartAsync();
        _http = new() { BaseAddress = address };
        Http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("AKIAROOT:a secret key"u8));
        await Services.GetRequiredService<IEcr>().CreateRepositoryAsync(new() { RepositoryName = "web" }, _caller, Ct);
    }

    [Fact]
    public async Task Without_a_policy_everything_passes() => (await AskAsync("nginx")).ShouldBe(GateVerdict.Allowed);

    [Fact]
    public async Task A_policy_that_cannot_be_read_lets_nothing_through()
    {
        await SetAsync(GatePolicy.Default, "{ oops");
        var verdict = await AskAsync("nginx");
        verdict.Outcome.ShouldBe(GateOutcome.Refused);
        verdict.Reason.ShouldStartWith("the policy in SSM cannot be read");
    }

    [Fact]
    public async Task A_clusters_own_policy_takes_the_place_of_the_default()
    {
        await SetAsync(GatePolicy.Default, """{"requireDigest":true}""");
        (await AskAsync("nginx")).Outcome.ShouldBe(GateOutcome.Refused);
        await SetAsync(GatePolicy.OfCluster("default"), "{}");
        (await AskAsync("nginx")).Outcome.ShouldBe(GateOutcome.Allowed);
        (await AskAsync("nginx", "other")).Outcome.ShouldBe(GateOutcome.Refused);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_signature_of_cosign_opens_the_gate_by_tag_and_by_referrer(bool isReferrer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await SetAsync(GatePolicy.Default, JsonSerializer.Serialize(new { signatures = new { publicKeys = new[] { key.ExportSubjectPublicKeyInfoPem() } } }));
        var digest = await PushAsync("1", Encoding.UTF8.GetBytes("{}"), [("layer"u8.ToArray(), "application/vnd.oci.image.layer.v1.tar", null)], null);
        (await AskAsync(Image(":1"))).Reason.ShouldEndWith("is not signed");

        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await SignAsync(digest, stranger, isReferrer);
        (await AskAsync(Image(":1"))).Reason.ShouldEndWith("has 1 signatures, none of them by a key of the policy");
        await SignAsync(digest, key, isReferrer);
        (await AskAsync(Image(":1"))).Outcome.ShouldBe(GateOutcome.Allowed);
        (await AskAsync(Image($"@{digest}"))).Outcome.ShouldBe(GateOutcome.Allowed);
    }

    [Fact]
    public async Task Lint_looks_at_the_configuration_in_the_registry()
    {
        await SetAsync(GatePolicy.Default, """{"lint":{"refuse":"error"}}""");
        await PushAsync("bad", """{"config":{"Env":["DB_PASSWORD=x"]},"rootfs":{}}"""u8.ToArray(), [], null);
        await PushAsync("good", """{"config":{"Env":["PATH=/bin"]},"rootfs":{}}"""u8.ToArray(), [], null);
        (await AskAsync(Image(":bad"))).Reason.ShouldContain("CIS-DI-0010");
        (await AskAsync(Image(":good"))).Outcome.ShouldBe(GateOutcome.Allowed);
        (await AskAsync(Image(":none"))).Reason.ShouldEndWith("is not in its repository");
    }

    [Fact]
    public async Task The_registry_under_its_own_address_is_no_other_registry()
    {
        await SetAsync(GatePolicy.Default, """{"lint":{"refuse":"error"},"otherRegistries":"allow"}""");
        await PushAsync("bad", """{"config":{"Env":["DB_PASSWORD=x"]},"rootfs":{}}"""u8.ToArray(), [], null);
        var port = (Http.BaseAddress ?? throw new InvalidOperationException()).Port;
        foreach (var host in new[] { "127.0.0.1", "localhost" }) (await AskAsync($"{host}:{port}/web:bad")).Reason.ShouldContain("CIS-DI-0010");
        (await AskAsync($"127.0.0.1:{port + 1}/web:bad")).Outcome.ShouldBe(GateOutcome.Allowed);
    }

    [Fact]
    public async Task All_images_of_a_list_are_looked_at()
    {
        await SetAsync(GatePolicy.Default, """{"lint":{"refuse":"error"}}""");
        var good = await PushAsync("good", """{"config":{"Env":["PATH=/bin"]},"rootfs":{}}"""u8.ToArray(), [], null);
        var bad = await PushAsync("bad", """{"config":{"Env":["DB_PASSWORD=x"]},"rootfs":{}}"""u8.ToArray(), [], null);
        var attestation = await PushAsync("about", "{}"u8.ToArray(), [("{}"u8.ToArray(), "application/vnd.in-toto+json", null)], null);
        await ListAsync("sound", (good, "linux"), (attestation, "unknown"));
        await ListAsync("mixed", (good, "linux"), (bad, "linux"));
        (await AskAsync(Image(":sound"))).Outcome.ShouldBe(GateOutcome.Allowed);
        (await AskAsync(Image(":mixed"))).Reason.ShouldContain("CIS-DI-0010");
    }

    private async Task ListAsync(string tag, params (string Digest, string System)[] images)
    {
        const string type = "application/vnd.oci.image.index.v1+json";
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2, mediaType = type,
            manifests = images.Select(i => new { mediaType = ManifestType, digest = i.Digest, size = 1, platform = new { os = i.System, architecture = "amd64" } }),
        }));
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        using var answer = await Http.PutAsync($"/v2/web/manifests/{tag}", content, Ct);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Ct));
    }

    private Task SignAsync(string digest, ECDsa key, bool isReferrer)
    {
        var payload = GatePolicyTests.Payload(digest);
        var layer = (payload, CosignSignature.LayerType, (string?)GatePolicyTests.Sign(key, payload));
        return PushAsync(isReferrer ? "" : CosignSignature.TagOf(digest), "{}"u8.ToArray(), [layer], isReferrer ? digest : null);
    }

    private async Task<string> PushAsync(string reference, byte[] config, (byte[] Bytes, string Type, string? Signature)[] layers, string? subject)
    {
        foreach (var blob in layers.Select(l => l.Bytes).Append(config))
        {
            using var pushed = await Http.PostAsync($"/v2/web/blobs/uploads/?digest={DigestOf(blob)}", new ByteArrayContent(blob), Ct);
            pushed.StatusCode.ShouldBe(HttpStatusCode.Created);
        }

        var manifest = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object?>
        {
            ["schemaVersion"] = 2, ["mediaType"] = ManifestType, ["config"] = new { mediaType = Config, digest = DigestOf(config), size = config.Length },
            ["layers"] = layers.Select(l => new Dictionary<string, object?>
            {
                ["mediaType"] = l.Type, ["digest"] = DigestOf(l.Bytes), ["size"] = l.Bytes.Length,
                ["annotations"] = l.Signature is null ? new() : new Dictionary<string, string> { [CosignSignature.Annotation] = l.Signature },
            }),
        }.Concat(subject is null ? new Dictionary<string, object?>() : new Dictionary<string, object?> { ["subject"] = new { mediaType = ManifestType, digest = subject, size = 1 } }).ToDictionary());
        var content = new ByteArrayContent(manifest);
        content.Headers.ContentType = new MediaTypeHeaderValue(ManifestType);
        using var answer = await Http.PutAsync($"/v2/web/manifests/{(reference.Length == 0 ? DigestOf(manifest) : reference)}", content, Ct);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Ct));
        return DigestOf(manifest);
    }

    private static string Image(string reference) => $"{Account}.dkr.ecr.us-east-1.amazonaws.com/web{reference}";

    private static string DigestOf(byte[] bytes) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";

    private async Task SetAsync(string name, string policy) =>
        await Services.GetRequiredService<ISsm>().PutParameterAsync(new() { Name = name, Value = policy, Type = ParameterType.String, Overwrite = true }, _caller, Ct);

    private async Task<GateVerdict> AskAsync(string image, string cluster = "default") =>
        await Services.GetRequiredService<IImageGate>().AskAsync(new(Account, "us-east-1", cluster, [new("web", image)]), Ct);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_app is null) return;
        await _app.StopAsync();
        await Services.GetRequiredService<PlatformHost>().DisposeAsync();
        await _app.DisposeAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class RootKey : ICredentials
    {
        public Credential? Find(string accessKeyId) =>
            accessKeyId == "AKIAROOT" ? new(accessKeyId, "a secret key", null, Account, $"arn:aws:iam::{Account}:root", Account) : null;
    }
}
