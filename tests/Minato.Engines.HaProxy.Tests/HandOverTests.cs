using System.Net;
using Minato.Engines.Proxy;
using Minato.Testing.Proxy;

namespace Minato.Engines.HaProxy.Tests;

/// <summary>Clients that keep their connection over a reload, and whose next request the former worker still gets.</summary>
[Trait("Floor", "engine")]
public sealed class HandOverTests : OnHaProxy
{
    private static readonly IPAddress s_client = IPAddress.Parse("127.200.9.9");
    private static readonly ProxyAction s_toWeb = new ProxyAction.Forward([new("web", 1)]);

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_request_that_is_handed_over_is_still_its_clients(bool isTls)
    {
        var one = await Bed.StartTargetAsync("one");
        var listener = Listener() with
        {
            Tls = isTls ? GivenTls.Of(GivenTls.Certificate("default")) : null,
            Rules = [new(1, [new ProxyCondition.SourceIp([$"{s_client}/32"])], s_toWeb)],
            DefaultAction = new ProxyAction.FixedResponse(403, null, null),
        };
        await ApplyAsync(listener, one);
        using var client = new KeepAliveClient(Endpoint(listener), isTls, s_client);
        (await client.GetAsync("/")).ShouldBe(200);
        await ApplyAsync(Reloaded(listener), one);
        (await client.GetAsync("/")).ShouldBe(200, "the rule is for its address");
        var answer = client.LastAnswer.ShouldNotBeNull();
        var seen = answer[answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)..].Split('\n');
        seen.ShouldContain($"x-forwarded-for: {s_client}");
        seen.ShouldContain($"x-forwarded-port: {listener.Port}");
        seen.ShouldContain($"x-forwarded-proto: {(isTls ? "https" : "http")}");
        answer.ShouldContain("connection: close", Case.Insensitive);
        (await client.GetAsync("/")).ShouldBe(200); // Of the present worker.
    }

    [Fact]
    public async Task A_client_that_showed_a_certificate_is_served_over_a_reload()
    {
        using var root = new Authority("Root");
        using var certificate = root.Issue("client");
        var one = await Bed.StartTargetAsync("one");
        var trust = new ProxyClientTrust(root.Pem, Revocations: null, IgnoresExpiry: false, NamesAuthorities: true);
        var listener = Listener() with { Tls = GivenTls.Of(GivenTls.Certificate("default")) with { Newest = "TLSv1.2", Trust = trust } };
        await ApplyAsync(listener, one);
        using var client = new KeepAliveClient(Endpoint(listener), isTls: true, certificate: certificate);
        (await client.GetAsync("/")).ShouldBe(200);
        await ApplyAsync(Reloaded(listener), one);
        (await client.GetAsync("/")).ShouldBe(200);
        client.LastAnswer.ShouldNotBeNull().ShouldContain("X-Amzn-Mtls-Clientcert-Subject: CN=client,O=Minato", Case.Insensitive);
    }

    private ProxyListener Listener() => new() { Id = "http", Address = Bed.Address, Port = Bed.NewPort(), DefaultAction = s_toWeb };

    private static IPEndPoint Endpoint(ProxyListener listener) => new(IPAddress.Parse(listener.Address), listener.Port);

    /// <summary>The same but for a rule that nobody meets.</summary>
    private static ProxyListener Reloaded(ProxyListener listener) => listener with { Rules = [.. listener.Rules, new(7, [new ProxyCondition.Path(["/nowhere"])], s_toWeb)] };

    private async Task ApplyAsync(ProxyListener listener, ProxyServer server) =>
        (await Bed.Engine.ApplyAsync(new() { Listeners = [listener], Backends = [new() { Id = "web", Servers = [server] }] }, Stopping)).ShouldBe(new ApplyOutcome.Applied());
}
