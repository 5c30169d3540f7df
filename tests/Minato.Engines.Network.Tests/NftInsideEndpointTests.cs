using System.Diagnostics;
using System.Net;
using System.Text;
using Minato.Engines.Inside;

namespace Minato.Engines.Network.Tests;

/// <summary>The real table and a real listener. Needs root and nftables.</summary>
[Trait("Floor", "engine")]
public sealed class NftInsideEndpointTests
{
    private readonly string _installation = "test" + Guid.NewGuid().ToString("N")[..8];
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private sealed class Echo : IInsideHandler
    {
        public ValueTask<InsideAnswer> AnswerAsync(InsideRequest request, CancellationToken ct) => ValueTask.FromResult(
            new InsideAnswer(200, "text/plain", Encoding.UTF8.GetBytes($"{request.Method} {request.Path} {request.Source} {Encoding.UTF8.GetString(request.Body.Span)}")));
    }

    [Fact]
    public async Task The_host_reaches_it_at_the_address_of_the_agent_and_nothing_stays()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/usr/sbin/nft"), "Needs root and nftables.");
        await using var endpoint = new NftInsideEndpoint(new() { InstallationId = _installation });
        try
        {
            (await endpoint.OpenAsync(new InsideNetwork.Host(), InsideDoor.Task, new Echo(), Ct)).ShouldBeOfType<OpenOutcome.Open>();
            (await endpoint.OpenAsync(new InsideNetwork.Host(), InsideDoor.Task, new Echo(), Ct)).ShouldBeOfType<OpenOutcome.Open>(); // Again is no more.
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            using var answer = await http.PutAsync("http://169.254.170.2/v4/me", new StringContent("hello"), Ct);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            var words = (await answer.Content.ReadAsStringAsync(Ct)).Split(' ');
            (words[0], words[1], words[3]).ShouldBe(("PUT", "/v4/me", "hello"));
        }
        finally
        {
            await endpoint.RemoveAsync(Ct);
        }

        (await TablesAsync()).ShouldNotContain(_installation);
    }

    [Fact]
    public async Task An_address_that_the_host_does_not_have_is_refused_in_words()
    {
        await using var endpoint = new NftInsideEndpoint(new() { InstallationId = _installation });
        (await endpoint.OpenAsync(new InsideNetwork.Bridge("192.0.2.0/24", "192.0.2.1"), InsideDoor.Task, new Echo(), Ct))
            .ShouldBeOfType<OpenOutcome.Refused>().Reason.ShouldContain("192.0.2.1");
    }

    [Fact]
    public async Task A_host_without_nftables_is_told_what_to_install()
    {
        await using var endpoint = new NftInsideEndpoint(new() { InstallationId = _installation, Nft = "/nowhere/nft" });
        (await endpoint.OpenAsync(new InsideNetwork.Host(), InsideDoor.Task, new Echo(), Ct)).ShouldBeOfType<OpenOutcome.Refused>().Reason.ShouldContain("install nftables");
        await endpoint.RemoveAsync(Ct);
    }

    private static async Task<string> TablesAsync()
    {
        using var nft = Process.Start(new ProcessStartInfo("/usr/sbin/nft", ["list", "tables"]) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("nft does not start.");
        return await nft.StandardOutput.ReadToEndAsync(Ct);
    }
}
