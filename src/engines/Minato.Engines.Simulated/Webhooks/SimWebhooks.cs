using System.Collections.Concurrent;
using Minato.Engines.Webhooks;

namespace Minato.Engines.Simulated;

/// <summary>The web that messages are posted to. It is no part of Minato, so that a restart leaves it alone.</summary>
public sealed class SimWebhooks(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, Func<WebhookRequest, WebhookOutcome>> _sites = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(WebhookRequest Request, DateTimeOffset At)> _posts = new();

    /// <summary>How long an answer takes.</summary>
    public TimeSpan Takes { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Every post so far, in order.</summary>
    public IReadOnlyCollection<(WebhookRequest Request, DateTimeOffset At)> Posts => _posts;

    public void Put(string url, Func<WebhookRequest, WebhookOutcome> site) => _sites[url] = site;

    internal async ValueTask<WebhookOutcome> PostAsync(WebhookRequest request, CancellationToken ct)
    {
        await Task.Delay(Takes, clock, ct);
        _posts.Enqueue((request, clock.GetUtcNow()));
        return _sites.TryGetValue(request.Url.ToString(), out var site) ? site(request) : new WebhookOutcome.Failed("connection refused");
    }
}

/// <summary>The simulated twin of what posts messages.</summary>
public sealed class SimWebhookEngine(SimWebhooks web) : IWebhookEngine
{
    public ValueTask<WebhookOutcome> PostAsync(WebhookRequest request, CancellationToken ct) => web.PostAsync(request, ct);
}
