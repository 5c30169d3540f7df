using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Tests;

/// <summary>A web server that tells its name and what it saw. Requests for <c>/hold</c> wait until they are released.</summary>
internal sealed class Target(string id, WebApplication app) : IAsyncDisposable
{
    public const string Name = "x-target";
    public const string AskedFor = "x-asked-for";
    private TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int inFlight;

    public Task Taken => taken.Task;

    public int InFlight => Volatile.Read(ref inFlight);

    public TimeSpan Latency { get; set; }

    public ProxyServer Server => new(id, Uri.Host, Uri.Port, ServerState.Ready);

    private Uri Uri => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.First() ?? "");

    public static async Task<Target> StartAsync(string id, string address, HttpProtocols protocols = HttpProtocols.Http1, ProxyCertificate? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (certificate is not null) builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Parse(address), 0, o =>
        {
            o.Protocols = protocols;
            if (certificate is not null) o.UseHttps(X509CertificateLoader.LoadPkcs12(X509Certificate2.CreateFromPem(certificate.Pem, certificate.Pem).Export(X509ContentType.Pkcs12), null));
        }));
        var app = builder.Build();
        app.UseWebSockets();
        var target = new Target(id, app);
        app.Run(target.AnswerAsync);
        await app.StartAsync();
        return target;
    }

    public void Release()
    {
        release.TrySetResult();
        release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public async ValueTask DisposeAsync()
    {
        Release();
        using var atOnce = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await app.StopAsync(atOnce.Token);
        await app.DisposeAsync();
    }

    private static async Task EchoAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[100];
        var got = await socket.ReceiveAsync(buffer, context.RequestAborted);
        await socket.SendAsync(buffer.AsMemory(0, got.Count), got.MessageType, true, context.RequestAborted);
    }

    /// <summary>As a server of gRPC answers: with its status in a trailer.</summary>
    private static async Task CallAsync(HttpContext context)
    {
        context.Response.DeclareTrailer("grpc-status");
        await context.Response.WriteAsync(context.Request.Protocol);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.WebSockets.IsWebSocketRequest) { await EchoAsync(context); return; }
        if (context.Request.Path == "/grpc") { await CallAsync(context); return; }
        Interlocked.Increment(ref inFlight);
        context.Response.Headers[Name] = id;
        context.Response.Headers[AskedFor] = context.Request.Headers.Host + (context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "");
        if (context.Request.Path == "/login") context.Response.Headers.SetCookie = "JSESSIONID=of-its-own; Path=/";
        if (context.Request.Path == "/hold")
        {
            var released = release.Task;
            taken.TrySetResult();
            await released;
        }
        if (Latency > TimeSpan.Zero) await Task.Delay(Latency);
        var seen = string.Join('\n', context.Request.Headers.Select(h => $"{h.Key}: {string.Join(" | ", h.Value.ToArray())}"));
        context.Response.ContentLength = Encoding.UTF8.GetByteCount(seen);
        Interlocked.Decrement(ref inFlight);
        await context.Response.WriteAsync(seen);
    }
}
