using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
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

    public static async Task<Target> StartAsync(string id, string address)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Parse(address), 0));
        var app = builder.Build();
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

    private async Task AnswerAsync(HttpContext context)
    {
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
