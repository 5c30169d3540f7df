using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Minato.Engines.Docker.Tests;

/// <summary>A registry on loopback with one tiny image, <c>team/web:1</c>, for whoever says the password.</summary>
internal sealed class FakeRegistry : IAsyncDisposable
{
    public const string Password = "a secret?>";

    private readonly WebApplication server;
    private readonly Dictionary<string, (string Type, byte[] Content)> answers = [];

    private FakeRegistry(WebApplication server) => this.server = server;

    public string Host { get; private set; } = "";

    public string ManifestDigest { get; private set; } = "";

    public static async Task<FakeRegistry> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var registry = new FakeRegistry(builder.Build());
        registry.FillWithImage();
        registry.server.Run(registry.AnswerAsync);
        await registry.server.StartAsync();
        registry.Host = new Uri(registry.server.Urls.Single()).Authority;
        return registry;
    }

    public async ValueTask DisposeAsync() => await server.DisposeAsync();

    private void FillWithImage()
    {
        using var layer = new MemoryStream();
        using (var tar = new TarWriter(layer, leaveOpen: true))
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "stamp") { DataStream = new MemoryStream(RandomNumberGenerator.GetBytes(16)) });
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(layer.ToArray());

        const string Docker = "application/vnd.docker.";
        var config = Add(Docker + "container.image.v1+json", Encoding.UTF8.GetBytes(
            $$$"""{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["{{{Digest(layer.ToArray())}}}"]}}"""));
        var blob = Add(Docker + "image.rootfs.diff.tar.gzip", zipped.ToArray());
        ManifestDigest = Add(Docker + "distribution.manifest.v2+json", Encoding.UTF8.GetBytes(
            $$$"""{"schemaVersion":2,"mediaType":"{{{Docker}}}distribution.manifest.v2+json","config":{{{config}}},"layers":[{{{blob}}}]}"""),
            tag: "1").Split('"')[^2];
    }

    /// <returns>Its descriptor.</returns>
    private string Add(string type, byte[] content, string? tag = null)
    {
        answers[Digest(content)] = (type, content);
        if (tag is not null) answers[tag] = (type, content);
        return $$$"""{"mediaType":"{{{type}}}","size":{{{content.Length}}},"digest":"{{{Digest(content)}}}"}""";
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var login = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("AWS:" + Password));
        if (context.Request.Headers.Authorization != login)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"kit\"";
            await WriteAsync(context, 401, "application/json", """{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"""u8.ToArray());
            return;
        }
        var path = context.Request.Path.Value ?? "";
        if (path == "/v2/") await WriteAsync(context, 200, "application/json", "{}"u8.ToArray());
        else if (path.StartsWith("/v2/team/web/", StringComparison.Ordinal) && answers.TryGetValue(path.Split('/')[^1], out var answer))
        {
            context.Response.Headers["Docker-Content-Digest"] = Digest(answer.Content);
            await WriteAsync(context, 200, answer.Type, answer.Content);
        }
        else await WriteAsync(context, 404, "application/json", """{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"""u8.ToArray());
    }

    private static async Task WriteAsync(HttpContext context, int status, string type, byte[] body)
    {
        (context.Response.StatusCode, context.Response.ContentType, context.Response.ContentLength) = (status, type, body.Length);
        if (context.Request.Method != "HEAD") await context.Response.Body.WriteAsync(body);
    }

    private static string Digest(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));
}
