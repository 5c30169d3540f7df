using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Minato.Server;

/// <summary>
/// A load balancer answers to its DNS name on the endpoint, too: the request goes to the proxy's shared port, which knows the name.
/// For a first look in a browser or curl; load belongs on the load balancer's own address.
/// </summary>
internal sealed class LoadBalancerEntrance(InstallationFile installation) : IDisposable
{
    private static readonly HashSet<string> HopByHop = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade", "TE", "Trailer", "Proxy-Authorization", "Proxy-Authenticate",
    };

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        UseProxy = false, AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None,
    });

    public static bool IsMeant(string host) => host.EndsWith(".elb.amazonaws.com", StringComparison.OrdinalIgnoreCase);

    public async Task ForwardAsync(HttpContext context)
    {
        using var request = ToProxy(context.Request);
        try
        {
            using var answer = await _http.SendAsync(request, context.RequestAborted);
            await CopyAsync(answer, context);
        }
        catch (HttpRequestException) when (!context.Response.HasStarted)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await context.Response.WriteAsync("The load balancers of this installation do not run: see ./minato status\n", context.RequestAborted);
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage ToProxy(HttpRequest from)
    {
        var request = new HttpRequestMessage(new(from.Method), new Uri($"http://127.0.0.1:{installation.SharedProxyPort}{from.Path.ToUriComponent()}{from.QueryString}"));
        if (from.ContentLength > 0 || from.Headers.TransferEncoding.Count > 0) request.Content = new StreamContent(from.Body);
        foreach (var (name, values) in from.Headers)
        {
            if (HopByHop.Contains(name)) continue;
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values)) request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
        request.Headers.Host = from.Host.Value;
        return request;
    }

    private static async Task CopyAsync(HttpResponseMessage from, HttpContext context)
    {
        context.Response.StatusCode = (int)from.StatusCode;
        foreach (var (name, values) in from.Headers.Concat(from.Content.Headers))
            if (!HopByHop.Contains(name)) context.Response.Headers[name] = new StringValues([.. values]);
        await from.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
