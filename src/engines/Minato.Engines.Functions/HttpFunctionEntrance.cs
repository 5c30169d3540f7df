using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Minato.Engines.Functions;

/// <summary>Listens on loopback, on a port that the kernel chooses, from when it is first needed.</summary>
internal sealed class HttpFunctionEntrance : IFunctionEntrance, IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private WebApplication? _web;
    private int _port;

    public async ValueTask<int> OpenAsync(Func<EntranceRequest, CancellationToken, ValueTask<EntranceAnswer>> answer, CancellationToken ct)
    {
        if (Volatile.Read(ref _port) is > 0 and var open) return open;
        await _gate.WaitAsync(ct);
        try
        {
            if (_web is null) (_web, _port) = await StartAsync(answer, ct);
            return _port;
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_web is not null) await _web.DisposeAsync();
        _gate.Dispose();
    }

    private static async Task<(WebApplication Web, int Port)> StartAsync(Func<EntranceRequest, CancellationToken, ValueTask<EntranceAnswer>> answer, CancellationToken ct)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = IFunctionEntrance.LargestBody;
            kestrel.Limits.MinRequestBodyDataRate = null; // How patient a load balancer is says its idle timeout.
            kestrel.Limits.MaxRequestHeadersTotalSize = 128 * 1024; // The proxy has a bound of its own, and adds to it.
            kestrel.Limits.MaxRequestHeaderCount = 1000;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        var web = builder.Build();
        web.Run(context => AnswerAsync(context, answer));
        await web.StartAsync(ct);
        var bound = web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.First()
            ?? throw new InvalidOperationException("The entrance has no address.");
        return (web, new Uri(bound).Port);
    }

    private static async Task AnswerAsync(HttpContext context, Func<EntranceRequest, CancellationToken, ValueTask<EntranceAnswer>> answer)
    {
        await WriteAsync(context, await answer(await ReadAsync(context), context.RequestAborted));
    }

    private static async Task<EntranceRequest> ReadAsync(HttpContext context)
    {
        var body = new MemoryStream();
        var isTooLarge = false;
        try
        {
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            (isTooLarge, body) = (true, new());
        }

        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "/";
        if (!target.StartsWith('/')) target = Uri.TryCreate(target, UriKind.Absolute, out var uri) ? uri.PathAndQuery : "/";
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        return new(
            context.Request.Headers[IFunctionEntrance.DoorHeader].ToString(), context.Request.Method, mark < 0 ? target : target[..mark], mark < 0 ? "" : target[(mark + 1)..],
            [.. context.Request.Headers.Where(h => !IsOurs(h.Key)).SelectMany(h => h.Value, (h, value) => KeyValuePair.Create(h.Key.ToLowerInvariant(), value ?? ""))],
            body.ToArray()) { IsTooLarge = isTooLarge };
    }

    private static async Task WriteAsync(HttpContext context, EntranceAnswer answer)
    {
        var response = context.Response;
        response.StatusCode = answer.Status;
        if (answer.Reason is { } reason && context.Features.Get<IHttpResponseFeature>() is { } feature) feature.ReasonPhrase = reason;
        foreach (var (name, value) in answer.Headers.Where(h => !IsOurs(h.Key))) response.Headers.Append(name, value);
        if (answer.IsFault) response.Headers[IFunctionEntrance.FaultHeader] = "1";
        if (answer.Status is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified) return;
        response.ContentLength = answer.Body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }

    private static bool IsOurs(string header) =>
        header.Equals(IFunctionEntrance.DoorHeader, StringComparison.OrdinalIgnoreCase) || header.Equals(IFunctionEntrance.FaultHeader, StringComparison.OrdinalIgnoreCase);
}
