using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.Aws.Signing;
using Minato.Contracts.Ecr;
using Minato.Platform;
using Minato.Platform.Files;
using ICredentials = Minato.Aws.Signing.ICredentials;

namespace Minato.Ecr.Tests;

/// <summary>The ECR room on the platform behind a real listener, with a clock that stands still unless a test moves it.</summary>
internal sealed class EcrFixture : IAsyncDisposable
{
    public const string Account = "123456789012";
    public const string Secret = "a secret key";

    private readonly WebApplication _app;
    private bool _isDisposed;

    private EcrFixture(WebApplication app, ManualTime clock)
    {
        _app = app;
        Clock = clock;
        Address = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.First() ?? "");
        Http = new(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = Address };
        Http.DefaultRequestHeaders.Authorization = Basic("AKIAROOT", Secret);
    }

    public static DateTimeOffset Noon { get; } = DateTimeOffset.Parse("2026-03-01T12:00:00Z", CultureInfo.InvariantCulture);
    public ManualTime Clock { get; }
    public Uri Address { get; }

    /// <summary>Logged in with the root key.</summary>
    public HttpClient Http { get; }
    public IEcr Ecr => _app.Services.GetRequiredService<IEcr>();
    public Store Store => _app.Services.GetRequiredService<Store>();
    public IBlobStore Blobs => _app.Services.GetRequiredService<IBlobStore>();
    public PlatformHost Platform => _app.Services.GetRequiredService<PlatformHost>();
    public T Service<T>() where T : notnull => _app.Services.GetRequiredService<T>();
    public Caller Caller { get; } = CallerIn("us-east-1");

    public static Caller CallerIn(string region, string account = Account) =>
        new() { AccountId = account, Region = region, PrincipalArn = $"arn:aws:iam::{account}:root" };

    public static Task<EcrFixture> StartAsync(params string[] repositories) => StartAsync(new MemoryBlobStore(), new MemoryJournal(), repositories);

    /// <summary>With blobs as files, as the server keeps them.</summary>
    public static Task<EcrFixture> StartOnFilesAsync(string directory, params string[] repositories) =>
        StartAsync(new FileBlobStore(Path.Combine(directory, "registry"), TimeProvider.System), new MemoryJournal(), repositories);

    public static Task<EcrFixture> StartAsync(IBlobStore blobs, IJournal journal, params string[] repositories) => StartAsync(blobs, journal, _ => { }, repositories);

    /// <summary>With other rooms beside it.</summary>
    public static Task<EcrFixture> StartWithAsync(Action<IServiceCollection> more, params string[] repositories) =>
        StartAsync(new MemoryBlobStore(), new MemoryJournal(), more, repositories);

    private static async Task<EcrFixture> StartAsync(IBlobStore blobs, IJournal journal, Action<IServiceCollection> more, string[] repositories)
    {
        var clock = new ManualTime { Now = Noon };
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddPlatform().AddSingleton(new Ids()).AddSingleton<TimeProvider>(clock).AddSingleton(blobs).AddSingleton(journal).AddEcr()
            .AddSingleton(new PageTokens("a secret of the test"u8))
            .AddSingleton<ICredentials>(new RootKey())
            .AddSingleton(new Installation { Id = "test", AccountId = Account, Endpoint = new("http://127.0.0.1:4566") });
        more(builder.Services);
        var app = builder.Build();
        app.Run(EcrRoom.Registry(app.Services));
        await app.Services.GetRequiredService<PlatformHost>().StartAsync(CancellationToken.None);
        await app.StartAsync();
        var fixture = new EcrFixture(app, clock);
        foreach (var repository in repositories) await fixture.CreateAsync(repository);
        return fixture;
    }

    public async Task<Repository> CreateAsync(string name, ImageTagMutability? mutability = null) => (await Ecr.CreateRepositoryAsync(
        new() { RepositoryName = name, ImageTagMutability = mutability }, Caller, default)).Repository.ShouldNotBeNull();

    public static AuthenticationHeaderValue Basic(string user, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    public static string DigestOf(ReadOnlySpan<byte> bytes) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, byte[]? body = null, string? type = null, string? range = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = new ByteArrayContent(body);
        if (type is not null && request.Content is not null) request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (range is not null && request.Content is not null) request.Content.Headers.TryAddWithoutValidation("Content-Range", range);
        return await Http.SendAsync(request);
    }

    public async Task<string> PushLayerAsync(string repository, byte[] bytes)
    {
        var digest = DigestOf(bytes);
        using var answer = await SendAsync(HttpMethod.Post, $"/v2/{repository}/blobs/uploads/?digest={digest}", bytes);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        return digest;
    }

    /// <summary>An image of one layer; the same content gives the same digest.</summary>
    public async Task<(string Digest, byte[] Manifest)> PushImageAsync(string repository, string reference, string content = "layer", string? subject = null)
    {
        var config = Encoding.UTF8.GetBytes($"{{\"of\":\"{content}\"}}");
        var layer = Encoding.UTF8.GetBytes(content);
        await PushLayerAsync(repository, config);
        await PushLayerAsync(repository, layer);
        var manifest = Given.Manifest(config, layer, subject);
        using var answer = await SendAsync(HttpMethod.Put, $"/v2/{repository}/manifests/{(reference.Length == 0 ? DigestOf(manifest) : reference)}", manifest, Given.OciImage);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return (DigestOf(manifest), manifest);
    }

    public static async Task<AwsException> RefusedAsync(Func<Task> call, string code, string? message = null)
    {
        var error = await Should.ThrowAsync<AwsException>(async () => await call());
        error.Code.ShouldBe(code);
        if (message is not null) error.Message.ShouldBe(message);
        return error;
    }

    public static async Task FailedAsync(Task<HttpResponseMessage> call, int status, string code, string? message = null)
    {
        using var answer = await call;
        var body = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(status, body);
        var error = System.Text.Json.JsonDocument.Parse(body).RootElement.GetProperty("errors")[0];
        error.GetProperty("code").GetString().ShouldBe(code);
        if (message is not null) error.GetProperty("message").GetString().ShouldBe(message);
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        Http.Dispose();
        await _app.StopAsync();
        await Platform.DisposeAsync();
        await _app.DisposeAsync();
    }

    private sealed class RootKey : ICredentials
    {
        public Credential? Find(string accessKeyId) =>
            accessKeyId == "AKIAROOT" ? new(accessKeyId, Secret, null, Account, $"arn:aws:iam::{Account}:root", Account) : null;
    }
}

/// <summary>A clock a test moves; timers are the system's.</summary>
internal sealed class ManualTime : TimeProvider
{
    public DateTimeOffset Now { get; set; }

    public override DateTimeOffset GetUtcNow() => Now;
}
