using Minato.Engines.HaProxy.Running;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Tests;

/// <summary>What is read out of HAProxy's statistics.</summary>
public sealed class StatisticsLedgerTests
{
    private const string Columns = "# pxname,svname,scur,stot,bin,bout,econ,wretr,wredis,req_tot,conn_tot,connect,ssl_failed_handshake,";
    private static readonly ProxyConfiguration s_applied = new()
    {
        Listeners = [new() { Id = "l", Address = "127.0.0.1", Port = 80, DefaultAction = new ProxyAction.Forward([new("web", 1)]) }],
        Backends = [new() { Id = "web", Servers = [new("a", "127.0.0.1", 81, ServerState.Ready), new("b", "127.0.0.1", 82, ServerState.Ready)] }],
    };

    [Fact]
    public void A_request_that_is_tried_again_counts_for_the_last_server_alone()
    {
        var read = Read("b_web,a,0,10,100,200,1,2,3,,,10,0,", "b_web,b,0,8,0,0,0,0,0,,,8,0,");
        read.Servers.Select(s => (s.Server, s.Requests, s.ConnectionErrors)).ShouldBe([("a", 5L, 1L), ("b", 8L, 0L)]);
    }

    [Fact]
    public void Handshakes_that_failed_and_bytes_of_servers_are_counted()
    {
        var read = Read("f_l,FRONTEND,1,9,10,20,,,,7,9,,4,", "b_web,a,0,7,100,200,0,0,0,,,7,6,");
        read.Listeners.Single().TlsErrors.ShouldBe(4);
        read.Servers[0].ShouldSatisfyAllConditions(s => s.TlsErrors.ShouldBe(6), s => s.Bytes.ShouldBe(300));
    }

    private static ProxyStatistics Read(params string[] rows)
    {
        var ledger = new StatisticsLedger();
        ledger.Record(1, $"{Columns}\n{string.Join('\n', rows)}\n");
        return ledger.Read(s_applied);
    }
}
