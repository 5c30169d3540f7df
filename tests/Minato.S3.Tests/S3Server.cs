using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.Aws.Dispatch;
using Minato.Aws.Signing;
using Minato.Contracts.S3;
using Minato.Platform;
using Minato.Platform.Files;
using ICredentials = Minato.Aws.Signing.ICredentials;

namespace Minato.S3.Tests;

/// <summary>S3 behind the real endpoint on a port of its own, with objects as files.</summary>
internal sealed class S3Server : IAsyncDisposable
{
    public const string AccessKeyId = "AKIAROOT";
    public const string SecretKey = "secret";
    private readonly WebApplication _app;
    private readonly string _directory;

    private S3Server(WebApplication app, string directory)
    {
        (_app, _directory) = (app, directory);
        Http = new() { BaseAddress = Address };
        S3 = new(new AwsClient(Http, Address, new(AccessKeyId, SecretKey, null, "123456789012", "arn:aws:iam::123456789012:root", "123456789012"), "us-east-1", TimeProvider.System));
    }

    public Uri Address => new(_app.Urls.First());
    public HttpClient Http { get; }
    public S3Client S3 { get; }
    public Caller Caller { get; } = new() { AccountId = "123456789012", Region = "us-east-1", PrincipalArn = "arn:aws:iam::123456789012:root" };

    /// <summary>Files of objects and of what is on its way.</summary>
    public string[] Files => Directory.GetFiles(_directory, "*", SearchOption.AllDirectories);

    public static async Task<S3Server> StartAsync()
    {
        var directory = Directory.CreateTempSubdirectory("minato-s3-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(k => k.Limits.MaxRequestBodySize = null);
        builder.Logging.ClearProviders();
        builder.Services.AddFileBlobs(directory).AddPlatform().AddSingleton<TimeProvider>(TimeProvider.System).AddSingleton(new PageTokens("a secret of the test"u8)).AddS3()
            .AddSingleton<ICredentials>(new OneKey()).AddSingleton(new AwsEndpointOptions { NewRequestId = () => "request" }).AddAwsEndpoint([S3Service.Model]);
        var app = builder.Build();
        app.Run(S3Room.ForBrowsers(app.Services, app.Services.GetRequiredService<AwsEndpoint>().HandleAsync));
        await app.Services.GetRequiredService<PlatformHost>().StartAsync(CancellationToken.None);
        await app.StartAsync();
        var server = new S3Server(app, directory);
        await server.S3.CreateBucketAsync(new() { Bucket = "things" }, server.Caller, default);
        return server;
    }

    public async Task<(HttpStatusCode Status, string Text, HttpResponseMessage Answer)> SendAsync(string method, string path, string? host = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new(method), path);
        request.Headers.Host = host;
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        var answer = await Http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer);
    }

    /// <summary>With the path just as it is given: a client of HTTP would put it in order first.</summary>
    public async Task<(int Status, string Code)> SendRawAsync(string method, string path)
    {
        using var connection = new System.Net.Sockets.TcpClient();
        await connection.ConnectAsync(Address.Host, Address.Port);
        await using var stream = connection.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: {Address.Authority}\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync();
        var code = answer.Split("<Code>") is [_, var rest, ..] ? rest.Split('<')[0] : "";
        return (int.Parse(answer.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), code);
    }

    public Task ResetAsync() => _app.Services.GetRequiredService<PlatformHost>().ResetAsync(default);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.Services.GetRequiredService<PlatformHost>().StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private sealed class OneKey : ICredentials
    {
        public Credential? Find(string accessKeyId) => accessKeyId == AccessKeyId ? new(AccessKeyId, SecretKey, null, "123456789012", "arn:aws:iam::123456789012:root", "123456789012") : null;
    }
}
