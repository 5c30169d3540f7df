using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace Minato.Engines.Webhooks;

/// <summary>Posts over HTTP.</summary>
internal sealed class HttpWebhookEngine : IWebhookEngine, IDisposable
{
    // AWS: SNS waits this long for an answer.
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(15);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) })
    {
        Timeout = s_longest,
    };

    public async ValueTask<WebhookOutcome> PostAsync(WebhookRequest request, CancellationToken ct)
    {
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, request.Url) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(request.Body)) };
            message.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
            foreach (var (name, value) in request.Headers) message.Headers.TryAddWithoutValidation(name, value);
            using var answer = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, ct);
            return new WebhookOutcome.Answered((int)answer.StatusCode);
        }
        catch (HttpRequestException e)
        {
            return new WebhookOutcome.Failed($"it could not be reached: {e.Message}");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new WebhookOutcome.Failed($"it did not answer within {s_longest.TotalSeconds} seconds.");
        }
    }

    public void Dispose() => _http.Dispose();
}

public static class WebhookServices
{
    public static IServiceCollection AddHttpWebhooks(this IServiceCollection services) => services.AddSingleton<IWebhookEngine, HttpWebhookEngine>();
}
