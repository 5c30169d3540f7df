using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Minato.Engines.Registries;

internal sealed record RegistryToken(string Value, DateTimeOffset Until);

/// <summary>Where a registry sends for its tokens.</summary>
internal sealed partial record BearerChallenge(Uri Realm, string? Service)
{
    private const int LargestAnswer = 256 * 1024;
    private static readonly TimeSpan s_shortestLife = TimeSpan.FromSeconds(60); // What the protocol promises when nothing is said.

    /// <returns>Null when no token is asked for.</returns>
    public static BearerChallenge? Read(HttpHeaderValueCollection<AuthenticationHeaderValue> challenges)
    {
        var bearer = challenges.FirstOrDefault(c => c.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase));
        var values = Parameter().Matches(bearer?.Parameter ?? "").DistinctBy(m => m.Groups["name"].Value).ToDictionary(m => m.Groups["name"].Value, m => m.Groups["value"].Value);
        return values.TryGetValue("realm", out var realm) && Uri.TryCreate(realm, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? new(uri, values.GetValueOrDefault("service")) : null;
    }

    /// <exception cref="HttpRequestException">No token is to be had.</exception>
    public async ValueTask<RegistryToken> FetchAsync(
        HttpClient http, UpstreamAddress upstream, AuthenticationHeaderValue? login, string name, TimeProvider clock, TimeSpan patience, CancellationToken ct)
    {
        if (upstream.Root.Scheme is "https" && Realm.Scheme is not "https") throw new HttpRequestException($"{upstream.Root.Host} sends for tokens without TLS");
        var query = $"scope={Uri.EscapeDataString($"repository:{name}:pull")}{(Service is null ? "" : $"&service={Uri.EscapeDataString(Service)}")}";
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Realm}{(Realm.Query.Length > 0 ? '&' : '?')}{query}");
        request.Headers.Authorization = login;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(patience);
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        answer.EnsureSuccessStatusCode();
        await answer.Content.LoadIntoBufferAsync(LargestAnswer, limit.Token);
        return ReadToken(await answer.Content.ReadAsByteArrayAsync(limit.Token), clock.GetUtcNow());
    }

    private static RegistryToken ReadToken(byte[] bytes, DateTimeOffset now)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes);
            var root = json.RootElement;
            var value = root.TryGetProperty("token", out var token) || root.TryGetProperty("access_token", out token) ? token.GetString() : null;
            var life = root.TryGetProperty("expires_in", out var seconds) && seconds.TryGetInt32(out var n) ? TimeSpan.FromSeconds(n) : s_shortestLife;
            return new(value ?? throw new HttpRequestException("the token server gave no token"), now + (life * 0.9));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new HttpRequestException(string.Create(CultureInfo.InvariantCulture, $"the token server's answer cannot be read: {e.Message}"), e);
        }
    }

    [GeneratedRegex("(?<name>[a-z_]+)=\"(?<value>[^\"]*)\"", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Parameter();
}
