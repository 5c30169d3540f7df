using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Minato.Engines.Proxy;

namespace Minato.Engines.Simulated;

/// <summary>Cookies that keep a client where it was: until when, and where.</summary>
internal static class SimStickiness
{
    public const string Group = "AWSALBTG";
    private static readonly TimeSpan s_session = TimeSpan.FromDays(365);

    /// <summary>What a cookie of the request names, while it is good.</summary>
    public static string? Read(ProxyCall call, string cookie, DateTimeOffset now)
    {
        const int Time = 8;
        if ((Find(call, cookie) ?? Find(call, cookie + "CORS")) is not { Length: > Time } value
            || !long.TryParse(value.AsSpan(0, Time), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var until) || until <= now.ToUnixTimeSeconds()) return null;
        try { return Encoding.UTF8.GetString(Convert.FromHexString(value.AsSpan(Time))); }
        catch (FormatException) { return null; } // A client may send anything.
    }

    public static IEnumerable<string> Write(string cookie, string name, DateTimeOffset until)
    {
        var value = until.ToUnixTimeSeconds().ToString("X8", CultureInfo.InvariantCulture) + Convert.ToHexString(Encoding.UTF8.GetBytes(name));
        return cookie.Contains('-', StringComparison.Ordinal) ? [$"{cookie}={value}"] : [$"{cookie}={value}", $"{cookie}CORS={value}"];
    }

    public static string CookieOf(ProxyStickiness stickiness) => stickiness switch
    {
        { IsClassic: true } => "AWSELB",
        { ApplicationCookie: null } => "AWSALB",
        _ => "AWSALBAPP-0",
    };

    /// <summary>The server a client stays with, if it is ready.</summary>
    public static ProxyServer? ServerOf(ProxyBackend backend, ProxyCall call, DateTimeOffset now)
    {
        if (backend.Stickiness is not { } stickiness || (stickiness.ApplicationCookie is { } own && Find(call, own) is null)) return null;
        return Read(call, CookieOf(stickiness), now) is { } name ? backend.Servers.FirstOrDefault(s => s.Id == name && s.State is ServerState.Ready) : null;
    }

    public static ImmutableArray<string> AnswerOf(ProxyBackend backend, string server, bool stayed, DateTimeOffset now)
    {
        // Simulated targets set no cookies of their own: only a client that has one already is kept.
        if (backend.Stickiness is not { } stickiness || (stickiness.ApplicationCookie is not null && !stayed)) return [];
        if (stickiness.IsClassic && stayed) return [];
        return [.. Write(CookieOf(stickiness), server, now + (stickiness.Duration > TimeSpan.Zero ? stickiness.Duration : s_session))];
    }

    public static string? Find(ProxyCall call, string cookie) => call.Headers.Where(h => h.Name.Equals("Cookie", StringComparison.OrdinalIgnoreCase))
        .SelectMany(h => h.Value.Split(';', StringSplitOptions.TrimEntries)).Where(c => c.StartsWith(cookie + "=", StringComparison.Ordinal))
        .Select(c => c[(cookie.Length + 1)..]).FirstOrDefault();
}
