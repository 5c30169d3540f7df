using System.Collections.Immutable;

namespace Minato.Engines.Webhooks;

/// <summary>Posts messages to addresses that users gave.</summary>
public interface IWebhookEngine
{
    /// <summary>Posts once and waits for the answer, for some seconds at most. Redirects are not followed.</summary>
    /// <returns>How it ended. Throws only when <paramref name="ct"/> is cancelled.</returns>
    ValueTask<WebhookOutcome> PostAsync(WebhookRequest request, CancellationToken ct);
}

/// <param name="Url">http or https.</param>
/// <param name="Headers">Beside the content type.</param>
/// <param name="ContentType">Of the body.</param>
/// <param name="Body">UTF-8.</param>
public sealed record WebhookRequest(Uri Url, ImmutableArray<(string Name, string Value)> Headers, string ContentType, string Body);

/// <summary>How a post ended.</summary>
public abstract record WebhookOutcome
{
    private WebhookOutcome()
    {
    }

    public sealed record Answered(int Status) : WebhookOutcome;

    /// <summary>Nobody answered, or not in time.</summary>
    public sealed record Failed(string Error) : WebhookOutcome;
}
