using Minato.Engines.Proxy;
using Shouldly;
using Xunit;

namespace Minato.Testing.Proxy;

public abstract partial class ProxyEngineKit
{
    private ProxyListener Secure => Listener("https", To("web")) with { Tls = GivenTls.Of(GivenTls.Certificate("default")) };

    [Fact]
    public async Task A_listener_with_tls_forwards_requests_as_others_do()
    {
        var one = await Bed.StartTargetAsync("one");
        var secure = Secure;
        await ApplyAsync([Plain, secure], Backend("web", one));
        (await GetAsync(secure)).Server.ShouldBe("one");
        (await GetAsync(Plain)).Server.ShouldBe("one");
    }

    [Fact]
    public async Task A_redirect_of_a_listener_with_tls_keeps_its_protocol()
    {
        var secure = Listener("https", new ProxyAction.Redirect(302, "#{protocol}", "#{host}", "#{port}", "/new", "")) with { Tls = Secure.Tls };
        await ApplyAsync(secure);
        (await GetAsync(secure)).Location.ShouldBe($"https://lb.example.com:{secure.Port}/new");
    }

    [Fact]
    public async Task Another_certificate_takes_the_place_of_one()
    {
        var one = await Bed.StartTargetAsync("one");
        var secure = Secure;
        await ApplyAsync(secure, Backend("web", one));
        await ApplyAsync(secure with { Tls = GivenTls.Of(GivenTls.Certificate("other")) }, Backend("web", one));
        (await GetAsync(secure)).Server.ShouldBe("one");
    }

    [Fact]
    public async Task A_connection_reaches_a_server_and_stays_there()
    {
        var one = await Bed.StartTargetAsync("one");
        var tcp = Listener("tcp", To("web")) with { Protocol = ProxyProtocol.Tcp };
        await ApplyAsync(tcp, Connections("web", one));
        (await GetAsync(tcp)).Server.ShouldBe("one");
    }

    [Fact]
    public async Task Weights_share_connections()
    {
        var one = await Bed.StartTargetAsync("one");
        var tcp = Listener("tcp", To(("blue", 100), ("green", 0))) with { Protocol = ProxyProtocol.Tcp };
        await ApplyAsync(tcp, Connections("blue", one), Connections("green"));
        (await GetAsync(tcp)).Server.ShouldBe("one");
    }

    [Fact]
    public async Task A_connection_that_nobody_takes_is_closed()
    {
        var tcp = Listener("tcp", To("web")) with { Protocol = ProxyProtocol.Tcp };
        await ApplyAsync(tcp, Connections("web"));
        await Should.ThrowAsync<HttpRequestException>(() => GetAsync(tcp));
    }

    [Fact]
    public async Task Connections_go_to_ready_servers_alone()
    {
        var (one, two) = (await Bed.StartTargetAsync("one"), await Bed.StartTargetAsync("two"));
        var tcp = Listener("tcp", To("web")) with { Protocol = ProxyProtocol.Tcp };
        await ApplyAsync(tcp, Connections("web", one with { State = ServerState.Stopped }, two));
        for (var i = 0; i < 5; i++) (await GetAsync(tcp)).Server.ShouldBe("two");
    }

    private static ProxyBackend Connections(string id, params ProxyServer[] servers) => Backend(id, servers) with { Protocol = new() { IsTcp = true } };
}
