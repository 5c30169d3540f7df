using System.Text;
using Minato.Engines.HaProxy.Running;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Tests;

public sealed class RequestLineTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("M f_http b_web one 200 12 -- 5", RequestEnd.Answered, 200, 12, 1)]
    [InlineData("M f_http b_web one 500 12 -- 5", RequestEnd.Answered, 500, 12, 1)]
    [InlineData("M f_http b_web one 200 +12 -- 5", RequestEnd.Answered, 200, 12, 1)]
    [InlineData("M f_http b_web one 200 12 -- 1000", RequestEnd.Answered, 200, 12, 1)]
    [InlineData("M f_http b_web one 200 12 -- 1001", RequestEnd.Answered, 200, 12, 100)]
    [InlineData("M f_http b_web one 200 12 SD 5", RequestEnd.Answered, 200, 12, 1)]
    [InlineData("M f_http b_web one 502 -1 SH 1001", RequestEnd.Error, 502, null, 1)]
    [InlineData("M f_http b_web one 502 -1 PH 5", RequestEnd.Error, 502, null, 1)]
    [InlineData("M f_http b_web one 504 -1 sH 5", RequestEnd.Error, 504, null, 1)]
    [InlineData("M f_http b_web one 503 -1 SC 5", RequestEnd.Unreached, 502, null, 1)]
    [InlineData("M f_http b_web one 503 -1 sC 5", RequestEnd.Unreached, 502, null, 1)]
    [InlineData("M f_http b_web one -1 -1 CH 5", RequestEnd.Abandoned, 0, null, 1)]
    [InlineData("M f_http b_web <NOSRV> 503 -1 LR 5", RequestEnd.Error, 503, null, 1)]
    [InlineData("M f_http m_none <NOSRV> 503 -1 LR 5", RequestEnd.Error, 503, null, 1)]
    [InlineData("M f_http f_http <NOSRV> 404 -1 LR 5", RequestEnd.Told, 404, null, 1)]
    [InlineData("M f_http f_http <NOSRV> 405 -1 LR 5", RequestEnd.Error, 405, null, 1)]
    [InlineData("M f_http f_http <NOSRV> 400 -1 PR 5", RequestEnd.Malformed, 400, null, 1)]
    [InlineData("M f_http f_http <NOSRV> 408 -1 cR 5", RequestEnd.Malformed, 408, null, 1)]
    public void How_a_request_ended_is_understood(string line, RequestEnd end, int status, int? milliseconds, int weight)
    {
        var request = Parse(line).ShouldNotBeNull();
        (request.End, request.Status, (int?)request.ServerTime?.TotalMilliseconds, request.Weight).ShouldBe((end, status, milliseconds, weight));
        (request.Listener, request.ServerStatus).ShouldBe(("http", milliseconds is null ? null : status));
    }

    [Theory]
    [InlineData("Proxy f_http started.")]
    [InlineData("M f_http h_http listener 200 1 -- 5")]
    [InlineData("M m_shared b_web one 200 1 -- 5")]
    [InlineData("M f_http")]
    [InlineData("")]
    public void What_is_no_request_of_a_client_is_left_out(string line) => Parse(line).ShouldBeNull();

    [Fact]
    public void Texts_keep_their_blanks_and_quotes()
    {
        var request = Parse("A f_http b_web one 200 12 -- 900 10.0.0.9 4711 127.0.0.1 80 30 1 2 3 150 200 - - 7 \"GET\" \"/a?b=\\\"c\\\" d\" \"HTTP/1.1\" \"x.example.com\" \"a \\\\ b\" \"Root=1-2-3\" \"-\"\n");
        var details = request.ShouldNotBeNull().Details.ShouldNotBeNull();
        request.Weight.ShouldBe(1); // All are told.
        (details.ClientAddress, details.ClientPort, details.ServerAddress, details.ServerPort).ShouldBe(("10.0.0.9", 4711, "127.0.0.1", 80));
        (details.BeganAt, details.RequestTime, details.BytesIn, details.BytesOut).ShouldBe((s_now.AddMilliseconds(-30), TimeSpan.FromMilliseconds(6), 150L, 200L));
        (details.Method, details.Target, details.Version, details.Host, details.UserAgent, details.TraceId, details.Location, details.Priority)
            .ShouldBe(("GET", "/a?b=\"c\" d", "HTTP/1.1", "x.example.com", "a \\ b", "Root=1-2-3", null, 7));
    }

    [Fact]
    public void A_connection_tells_its_handshake_its_name_and_its_server()
    {
        var told = Parse("C f_tls b_web one -- 10.0.0.9 4711 127.0.0.1 80 3 40 98 246 TLSv1.3 TLS_AES_256_GCM_SHA384 \"www.example.com\" \"h2\"\n").ShouldNotBeNull();
        (told.Listener, told.Backend, told.Server, told.End, told.Details).ShouldBe(("tls", "web", "one", RequestEnd.Answered, null));
        var connection = told.Connection.ShouldNotBeNull();
        (connection.ClientAddress, connection.ClientPort, connection.ServerAddress, connection.ServerPort, connection.BytesIn, connection.BytesOut).ShouldBe(("10.0.0.9", 4711, "127.0.0.1", 80, 98L, 246L));
        (connection.BeganAt, connection.Duration, connection.HandshakeTime).ShouldBe((s_now.AddMilliseconds(-40), TimeSpan.FromMilliseconds(40), TimeSpan.FromMilliseconds(3)));
        (connection.TlsProtocol, connection.TlsCipher, connection.ServerName, connection.Alpn, connection.HandshakeFault).ShouldBe(("TLSv1.3", "TLS_AES_256_GCM_SHA384", "www.example.com", "h2", null));
        Parse("C f_tls b_web one --").ShouldBeNull();
    }

    [Fact]
    public void A_handshake_that_failed_tells_why()
    {
        Parse("F f_tls 10.0.0.9 4711 10").ShouldNotBeNull().Connection.ShouldNotBeNull().HandshakeFault.ShouldBe(10);
        Parse("F f_tls 10.0.0.9 4711 -").ShouldNotBeNull().Connection.ShouldNotBeNull().HandshakeFault.ShouldBe(0);
    }

    private static ProxyRequest? Parse(string line) => RequestLine.Parse(Encoding.UTF8.GetBytes(line), s_now);
}
