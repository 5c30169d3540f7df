using System.Collections.Immutable;
using Minato.Migration.Plans;

namespace Minato.Migration.Running;

/// <summary>How to reach one side alone.</summary>
/// <param name="Header">Added to each request, with its value.</param>
/// <param name="Host">Asked for by requests that name none; null for the address's own.</param>
internal sealed record SideAddress(Uri Url, string? Header, string? Value, string? Host = null);

/// <param name="Failure">Why there is no answer; null when there is one.</param>
/// <param name="IsCut">The body was longer than was asked for.</param>
internal sealed record HttpAnswer(int Status, ImmutableSortedDictionary<string, string> Headers, ReadOnlyMemory<byte> Body, bool IsCut, string? Failure)
{
    public static HttpAnswer Failed(string why) => new(0, ImmutableSortedDictionary<string, string>.Empty, default, false, why);
}

/// <summary>Sends requests of tests. Follows no redirects and keeps no cookies: answers are compared as they come.</summary>
internal interface IHttpSender
{
    /// <summary>Never throws for what a server may do.</summary>
    Task<HttpAnswer> SendAsync(SideAddress side, MirrorRequest request, TimeSpan timeout, int maxBody, CancellationToken ct);
}
