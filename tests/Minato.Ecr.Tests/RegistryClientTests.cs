using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Minato.Engines.Registries;

namespace Minato.Ecr.Tests;

/// <summary>The client for other registries against one with a token server, redirects and bad manners.</summary>
public sealed class RegistryClientTests : IAsyncLifetime
{
    private static readonly byte[] s_manifest = Given.Manifest("config"u8.ToArray(), "layer"u8.ToArray());

    private readonly ServiceProvider _services = new ServiceCollection().AddSingleton(TimeProvider.System).AddRegistryClient().BuildServiceProvider();
    private readonly List<string> _tokens = [];
    private readonly List<string> _cdn = [];
    private WebApplication? _app;
    private Uri _root = new("http://127.0.0.1");

    private IRegistryClient Client => _services.GetRequiredService<IRegistryClient>();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = _app = builder.Build();
        app.MapGet("/token", TokenAsync);
        app.MapGet("/cdn/{digest}", CdnAsync);
        app.MapGet("/v2/{**path}", RegistryAsync);
        await app.StartAsync();
        _root = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.First() ?? "");
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task A_token_is_fetched_with_the_login_for_the_repository_and_used_again()
    {
        var upstream = new UpstreamAddress(_root, "user", "password");
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var found = (await Client.ManifestAsync(upstream, "team/web", "v1", default)).ShouldBeOfType<ManifestOutcome.Found>();
            (found.MediaType, found.Digest).ShouldBe((Given.OciImage, EcrFixture.DigestOf(s_manifest)));
        }

        _tokens.ShouldBe(["user:password repository:team/web:pull registry.example"]);
    }

    [Fact]
    public async Task A_blob_behind_a_redirect_is_fetched_without_the_credentials()
    {
        var found = (await Client.BlobAsync(new(_root, "user", "password"), "team/web", EcrFixture.DigestOf("layer"u8), default)).ShouldBeOfType<BlobOutcome.Found>();
        using var reader = new StreamReader(found.Content);
        (await reader.ReadToEndAsync()).ShouldBe("layer");
        _cdn.ShouldBe([""]);
    }

    [Theory]
    [InlineData("user", "wrong", "v1", UpstreamFailure.Unavailable), InlineData("user", "password", "none", UpstreamFailure.NotFound)]
    [InlineData("user", "password", "busy", UpstreamFailure.TooManyRequests), InlineData("user", "password", "huge", UpstreamFailure.Unavailable)]
    [InlineData("user", "password", "sha256:0000000000000000000000000000000000000000000000000000000000000000", UpstreamFailure.Unavailable)]
    public async Task Failures_are_told_apart(string user, string password, string reference, UpstreamFailure failure) =>
        (await Client.ManifestAsync(new(_root, user, password), "team/web", reference, default)).ShouldBeOfType<ManifestOutcome.Failed>().Failure.ShouldBe(failure);

    [Fact]
    public async Task Nobody_there_is_unavailable() =>
        (await Client.ManifestAsync(new(new("http://127.0.0.1:1")), "web", "v1", default)).ShouldBeOfType<ManifestOutcome.Failed>().Failure.ShouldBe(UpstreamFailure.Unavailable);

    private async Task TokenAsync(HttpContext context)
    {
        var login = Encoding.UTF8.GetString(Convert.FromBase64String(context.Request.Headers.Authorization.ToString()["Basic ".Length..]));
        if (login != "user:password")
        {
            context.Response.StatusCode = 401;
            return;
        }

        lock (_tokens) _tokens.Add($"{login} {context.Request.Query["scope"]} {context.Request.Query["service"]}");
        await context.Response.WriteAsync("""{"token":"good","expires_in":300}""");
    }

    private async Task CdnAsync(HttpContext context)
    {
        _cdn.Add(context.Request.Headers.Authorization.ToString());
        await context.Response.WriteAsync("layer");
    }

    private async Task RegistryAsync(HttpContext context)
    {
        if (context.Request.Headers.Authorization != "Bearer good")
        {
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"{_root}token\",service=\"registry.example\",scope=\"repository:team/web:pull\"";
            return;
        }

        var path = context.Request.Path.Value ?? "";
        switch (path.Split('/')[^1])
        {
            case "none": context.Response.StatusCode = 404; break;
            case "busy": context.Response.StatusCode = 429; break;
            case "huge": await context.Response.Body.WriteAsync(new byte[(4 * 1024 * 1024) + 1]); break;
            case var digest when path.Contains("/blobs/", StringComparison.Ordinal): context.Response.Redirect($"/cdn/{digest}"); break;
            default:
                context.Response.ContentType = Given.OciImage;
                await context.Response.Body.WriteAsync(s_manifest);
                break;
        }
    }
}
