using System.Globalization;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>
/// How a frontend tells of its requests: a datagram each. Metrics need few words and, when there are many requests, only some of them; an access
/// log needs all. HAProxy drops what nobody takes in and never waits.
/// </summary>
internal static class RequestLines
{
    public const string Brief = "M";
    public const string Whole = "A";
    public const string Connection = "C";
    public const string FailedHandshake = "F";

    /// <summary>Requests a second of a listener that are all told. Of more, one in <see cref="Share"/> of those that a server answered: a line costs its reader more than HAProxy's request.</summary>
    public const int Many = 1_000;
    public const int Share = 100;

    /// <returns>How many requests a line stands for.</returns>
    public static int Weight(int rate) => rate > Many ? Share : 1;

    private const int Longest = HeaderLimits.LongestUrl + 12 * 1024;
    private const string Common = "%f %b %s %ST %Tr %ts %[fe_req_rate]";
    private static readonly string[] s_texts = ["%{+Q,+E}HM", "%{+Q,+E}HU", "%{+Q,+E}HV", Text("host"), Text("agent"), Text("traced"), Text("location")];
    private const string Name = "%{+Q,+E}[ssl_fc_sni]";
    private const string ClientCertificate = "%{+Q,+E}[ssl_c_s_dn(,0,rfc2253)] %{+Q}[ssl_c_serial,hex] %{+Q}[ssl_c_notbefore] %{+Q}[ssl_c_notafter]";

    public static IEnumerable<string> Of(ProxyListener listener, string socket)
    {
        yield return $"log {socket} len {Longest.ToString(CultureInfo.InvariantCulture)} format raw local0";
        yield return "option dontlognull"; // Connections that never said anything.
        if (!listener.TellsAll)
        {
            yield return $"log-format '{Brief} {Common}'";
            yield return $"http-response set-log-level silent if {{ fe_req_rate gt {Many} }} {{ rand({Share}) gt 0 }}";
            yield break;
        }
        yield return $"log-format '{Whole} {Common} %ci %cp %si %sp %Ta %Tw %Tc %TR %U %B %sslv %sslc %[var(txn.rule)] {string.Join(' ', s_texts)} %Th %[var(sess.since)]{(listener.Tls is null ? "" : $" {Name} {ClientCertificate}")}'";
        if (listener.Tls is not null) yield return $"error-log-format '{FailedHandshake} %f %ci %cp %[ssl_c_err]'";
        yield return "http-request set-var(txn.host) req.fhdr(host)";
        yield return "http-request set-var(txn.agent) req.fhdr(user-agent)";
        yield return "http-after-response set-var(txn.location) res.fhdr(location) if { status 301 302 }";
    }

    /// <summary>Connections that are forwarded as they are: those with TLS alone are told.</summary>
    public static IEnumerable<string> OfConnections(ProxyListener listener, string socket)
    {
        if (!listener.TellsAll || listener.Tls is null) yield break;
        yield return $"log {socket} len {Longest.ToString(CultureInfo.InvariantCulture)} format raw local0";
        yield return "option dontlognull";
        yield return $"log-format '{Connection} %f %b %s %ts %ci %cp %si %sp %Th %Tt %U %B %sslv %sslc {Name} %{{+Q,+E}}[ssl_fc_alpn]'";
        yield return $"error-log-format '{FailedHandshake} %f %ci %cp %[ssl_c_err]'";
    }

    private static string Text(string variable) => $"%{{+Q,+E}}[var(txn.{variable})]";
}
