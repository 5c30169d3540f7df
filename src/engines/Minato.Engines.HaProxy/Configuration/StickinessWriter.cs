using System.Collections.Immutable;
using System.Globalization;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>
/// Writes how clients are kept with their backend or server. A cookie holds the time it is good for and the name it stands for; a map says
/// which names still count, so that a server that drains or is not healthy loses its clients at once.
/// </summary>
internal static class StickinessWriter
{
    private const string GroupCookie = "AWSALBTG";
    private const string ClassicCookie = "AWSELB";
    private const string Week = "; Expires=%[date(604800),http_date]";
    private const string Now = "http-request set-var(txn.now) date";
    private const string IsGroupSticky = "{ var(txn.sticky) -m found }";

    /// <summary>Longer than any client keeps a cookie of its session.</summary>
    private static readonly TimeSpan s_session = TimeSpan.FromDays(365);

    /// <summary>After <see cref="WriteGroup"/>: the client is new, and its backend has to be drawn.</summary>
    public const string HasNoBackendYet = $" if {IsGroupSticky} !{{ var(txn.be) -m found }}";

    public static string ServersMap(string backend) => $"s_{backend}.map";

    /// <summary>The servers that may keep their clients.</summary>
    public static ImmutableArray<MapEntry> Servers(ProxyBackend backend) =>
        [.. backend.Servers.Where(s => s.State is ServerState.Ready).Select(s => new MapEntry(s.Id, s.Id))];

    /// <summary>The backend of a client that has one; <c>txn.be</c> stays empty for one that has none.</summary>
    /// <param name="backendsMap">Of all backends of the action: a weight of zero sends no client away.</param>
    public static void WriteGroup(Action<string> line, TimeSpan duration, string backendsMap, string when)
    {
        line($"http-request set-var(txn.sticky) int({Seconds(duration)}){when}");
        line($"{Now} if {IsGroupSticky}");
        WriteCookie(line, GroupCookie, "txn.group", $" if {IsGroupSticky}");
        line($"http-request set-var(txn.be) {Name("txn.group")},map_str({backendsMap}) if {{ var(txn.group) -m found }} {IsFresh("txn.group")}");
    }

    /// <summary>Once for a listener that has such an action.</summary>
    public static void WriteGroupAnswer(Action<string> line)
    {
        foreach (var header in SetCookies(GroupCookie, "date,add(txn.sticky)", "var(txn.be)")) line($"http-response add-header Set-Cookie {header} if {IsGroupSticky}");
    }

    public static void WriteServer(Action<string> line, string backend, ProxyStickiness stickiness)
    {
        var application = stickiness.ApplicationCookie;
        var cookie = (stickiness.IsClassic, application) switch
        {
            (true, _) => ClassicCookie,
            (_, null) => "AWSALB",
            _ => "AWSALBAPP-0",
        };
        line(Now);
        if (application is null) WriteCookie(line, cookie, "txn.stick", "");
        // AWS: a client has to send both, its application's and the load balancer's.
        else line($"http-request set-var(txn.stick) req.cook({cookie}) if {{ req.cook({application}) -m found }}");
        line($"http-request set-var(txn.server) {Name("txn.stick")},map_str({ServersMap(backend)}) if {{ var(txn.stick) -m found }} {IsFresh("txn.stick")}");
        var when = (stickiness.IsClassic, application) switch
        {
            (true, null) => " if !{ var(txn.server) -m found }",
            (true, { } own) => $" if {{ res.cook({own}) -m found }}",
            (_, null) => "",
            (_, { } own) => $" if {{ res.cook({own}) -m found }} or {{ var(txn.server) -m found }}",
        };
        var duration = stickiness.Duration > TimeSpan.Zero ? stickiness.Duration : s_session;
        foreach (var header in SetCookies(cookie, $"date({Seconds(duration)})", "srv_name", LifeOf(stickiness))) line($"http-response add-header Set-Cookie {header}{when}");
        line("use-server %[var(txn.server)] if { var(txn.server) -m found }");
    }

    /// <summary>A page of another site sends only the cookie that it may.</summary>
    private static void WriteCookie(Action<string> line, string cookie, string variable, string when)
    {
        var and = when.Length > 0 ? when + " " : " if ";
        line($"http-request set-var({variable}) req.cook({cookie}){when}");
        line($"http-request set-var({variable}) req.cook({cookie}CORS){and}!{{ var({variable}) -m found }}");
    }

    /// <summary>AWS: the cookie itself lives for seven days; what it is good for is inside. That of a Classic Load Balancer ends when it is over.</summary>
    private static string LifeOf(ProxyStickiness stickiness)
    {
        if (!stickiness.IsClassic) return Week;
        return stickiness.Duration > TimeSpan.Zero ? $"; Expires=%[date({Seconds(stickiness.Duration)}),http_date]" : "";
    }

    private static IEnumerable<string> SetCookies(string cookie, string until, string name, string life = Week)
    {
        var value = $"%[{until},hex,bytes(8,8)]%[{name},ub64enc]{life}; Path=/";
        yield return $"\"{cookie}={value}\"";
        if (!cookie.Contains('-', StringComparison.Ordinal)) yield return $"\"{cookie}CORS={value}; SameSite=None; Secure\"";
    }

    private static string Name(string variable) => $"var({variable}),bytes(8),ub64dec";

    private static string IsFresh(string variable) => $"{{ var({variable}),bytes(0,8),hex2i,sub(txn.now) gt 0 }}";

    private static string Seconds(TimeSpan duration) => ((long)duration.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}
