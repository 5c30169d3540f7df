using System.Collections.Frozen;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Minato.Engines.Inside;

namespace Minato.Engines.Network;

/// <summary>Listens on the host's own address in one network, on a port that the kernel chooses.</summary>
internal sealed class InsideListener : IAsyncDisposable
{
    private const int LongestBody = 16 * 1024;

    private readonly WebApplication _web;

    private InsideListener(WebApplication web, int port) => (_web, Port) = (web, port);

    public int Port { get; }

    /// <exception cref="IOException">The address is not on this host.</exception>
    public static async Task<InsideListener> StartAsync(InsideNetwork network, IInsideHandler handler, CancellationToken ct)
    {
        var address = network is InsideNetwork.Bridge bridge ? IPAddress.Parse(bridge.Gateway) : IPAddress.Loopback;
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LongestBody;
            kestrel.Listen(address, 0);
        });
        var web = builder.Build();
        web.Run(context => AnswerAsync(context, network, handler));
        try
        {
            await web.StartAsync(ct);
        }
        catch
        {
            await web.DisposeAsync();
            throw;
        }

        var bound = web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.First()
            ?? throw new InvalidOperationException("The listener has no address.");
        return new(web, new Uri(bound).Port);
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private static async Task AnswerAsync(HttpContext context, InsideNetwork network, IInsideHandler handler)
    {
        var body = ReadOnlyMemory<byte>.Empty;
        if (context.Request.ContentLength is > 0 || context.Request.Headers.TransferEncoding.Count > 0)
        {
            var read = new MemoryStream();
            await context.Request.Body.CopyToAsync(read, context.RequestAborted);
            body = read.ToArray();
        }

        var source = context.Connection.RemoteIpAddress?.MapToIPv4().ToString() ?? "";
        var headers = context.Request.Headers.ToFrozenDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString(), StringComparer.Ordinal);
        var answer = await handler.AnswerAsync(
            new(network, source, context.Request.Method, context.Request.Path.Value ?? "/", body) { Headers = headers }, context.RequestAborted);
        if (answer.HopLimit is { } hops && context.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket) socket.Ttl = (short)hops;
        foreach (var (name, value) in answer.Headers) context.Response.Headers[name] = value;
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        context.Response.ContentLength = answer.Body.Length;
        await context.Response.BodyWriter.WriteAsync(answer.Body, context.RequestAborted);
    }
}
