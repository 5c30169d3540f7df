using Minato.Engines.Proxy;
using Shouldly;
using Xunit;

namespace Minato.Testing.Proxy;

public abstract partial class ProxyEngineKit
{
    private static readonly ProxyStickiness s_minute = new(TimeSpan.FromMinutes(1), null);

    [Fact]
    public async Task A_client_stays_with_its_server_by_cookie()
    {
        var (one, two) = (await Bed.StartTargetAsync("one"), await Bed.StartTargetAsync("two"));
        await ApplyAsync(Plain, Backend("web", one, two) with { Stickiness = s_minute });
        var first = await GetAsync(Plain);
        first.Cookies.Select(NameOf).ShouldBe(["AWSALB", "AWSALBCORS"]);
        for (var i = 0; i < 10; i++) (await GetWithAsync(Plain, first.Cookies[0])).Server.ShouldBe(first.Server);
        (await GetWithAsync(Plain, first.Cookies[1])).Server.ShouldBe(first.Server); // What a page of another site sends.
        (await SharesAsync(Plain, 10)).Count.ShouldBe(2); // Others take turns.
    }

    [Theory, InlineData(60), InlineData(0)]
    public async Task A_classic_cookie_keeps_a_client_and_is_given_once(int seconds)
    {
        var (one, two) = (await Bed.StartTargetAsync("one"), await Bed.StartTargetAsync("two"));
        await ApplyAsync(Plain, Backend("web", one, two) with { Stickiness = new(TimeSpan.FromSeconds(seconds), null) { IsClassic = true } });
        var first = await GetAsync(Plain);
        first.Cookies.Select(NameOf).ShouldBe(["AWSELB", "AWSELBCORS"]);
        for (var i = 0; i < 6; i++) (await GetWithAsync(Plain, first.Cookies[0])).ShouldSatisfyAllConditions(a => a.Server.ShouldBe(first.Server), a => a.Cookies.ShouldBeEmpty());
        (await GetWithAsync(Plain, "AWSELB=zzz")).Cookies.ShouldNotBeEmpty();
    }

    [Theory, InlineData(ServerState.Draining), InlineData(ServerState.Stopped), InlineData(null)]
    public async Task A_client_of_a_server_that_is_not_ready_gets_another_and_stays_there(ServerState? state)
    {
        var (one, two) = (await Bed.StartTargetAsync("one"), await Bed.StartTargetAsync("two"));
        await ApplyAsync(Plain, Backend("web", one, two) with { Stickiness = s_minute });
        var first = await GetAsync(Plain);
        var (own, other) = first.Server == "one" ? (one, two) : (two, one);
        await ApplyAsync(Plain, Backend("web", state is { } given ? [own with { State = given }, other] : [other]) with { Stickiness = s_minute });
        var next = await GetWithAsync(Plain, first.Cookies[0]);
        next.Server.ShouldBe(other.Id);
        await ApplyAsync(Plain, Backend("web", one, two) with { Stickiness = s_minute });
        for (var i = 0; i < 6; i++) (await GetWithAsync(Plain, next.Cookies[0])).Server.ShouldBe(other.Id);
    }

    [Theory, InlineData("AWSALB="), InlineData("AWSALB=zzz"), InlineData("AWSALB=00000001AAAA"), InlineData("AWSALB=7FFFFFFFnonsense; x=y")]
    public async Task A_cookie_that_means_nothing_is_as_none(string cookie)
    {
        var one = await Bed.StartTargetAsync("one");
        await ApplyAsync(Plain, Backend("web", one) with { Stickiness = s_minute });
        (await GetWithAsync(Plain, cookie)).ShouldSatisfyAllConditions(a => a.Server.ShouldBe("one"), a => a.Cookies.ShouldNotBeEmpty());
    }

    [Fact]
    public async Task A_cookie_whose_time_is_over_is_as_none()
    {
        var (one, two) = (await Bed.StartTargetAsync("one"), await Bed.StartTargetAsync("two"));
        await ApplyAsync(Plain, Backend("web", one, two) with { Stickiness = s_minute });
        var cookie = (await GetAsync(Plain)).Cookies[0];
        var over = cookie[..(cookie.IndexOf('=', StringComparison.Ordinal) + 1)] + "00000001" + cookie[(cookie.IndexOf('=', StringComparison.Ordinal) + 9)..];
        var seen = new HashSet<string?>();
        for (var i = 0; i < 6; i++) seen.Add((await GetWithAsync(Plain, over)).Server);
        seen.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Answers_without_a_server_keep_nobody()
    {
        await ApplyAsync(Plain, Backend("web") with { Stickiness = s_minute });
        (await GetAsync(Plain)).ShouldSatisfyAllConditions(a => a.Status.ShouldBe(503), a => a.Cookies.ShouldBeEmpty());
    }

    [Fact]
    public async Task A_client_stays_with_its_backend_whatever_the_weights()
    {
        var (one, two) = (await Bed.StartTargetAsync("one"), await Bed.StartTargetAsync("two"));
        ProxyAction Split(int blue, int green) => new ProxyAction.Forward([new("blue", blue), new("green", green)]) { Stickiness = TimeSpan.FromMinutes(1) };
        var listener = Listener("http", Split(1, 0));
        ProxyBackend[] backends = [Backend("blue", one), Backend("green", two)];
        await ApplyAsync(listener, backends);
        var first = await GetAsync(listener);
        first.Cookies.Select(NameOf).ShouldBe(["AWSALBTG", "AWSALBTGCORS"]);
        await ApplyAsync(listener with { DefaultAction = Split(0, 1) }, backends);
        for (var i = 0; i < 5; i++) (await GetWithAsync(listener, first.Cookies[0])).Server.ShouldBe("one");
        (await GetAsync(listener)).Server.ShouldBe("two");
        (await GetWithAsync(listener, "AWSALBTG=7FFFFFFFnonsense")).Server.ShouldBe("two");
    }

    [Fact]
    public async Task Clients_without_a_cookie_are_shared_by_weight_though_others_stay()
    {
        var (one, two) = (await Bed.StartTargetAsync("one"), await Bed.StartTargetAsync("two"));
        var listener = Listener("http", new ProxyAction.Forward([new("blue", 3), new("green", 1)]) { Stickiness = TimeSpan.FromMinutes(1) });
        await ApplyAsync(listener, Backend("blue", one), Backend("green", two));
        (await SharesAsync(listener, 200))["two"].ShouldBeInRange(48, 52);
    }

    [Fact]
    public async Task Answers_have_the_headers_of_their_listener()
    {
        var one = await Bed.StartTargetAsync("one");
        var listener = Plain with { AnswerHeaders = [("X-Frame-Options", "DENY"), ("Content-Security-Policy", "default-src 'self'; report-uri /x?a=100%")] };
        await ApplyAsync(listener, Backend("web", one));
        var headers = (await GetAsync(listener)).Headers;
        headers.ShouldContain(("X-Frame-Options", "DENY"));
        headers.ShouldContain(("Content-Security-Policy", "default-src 'self'; report-uri /x?a=100%"));
    }

    [Fact]
    public async Task Servers_share_by_their_weights()
    {
        var (one, two) = (await Bed.StartTargetAsync("one"), await Bed.StartTargetAsync("two"));
        await ApplyAsync(Plain, Backend("web", one, two));
        await ApplyAsync(Plain, Backend("web", one, two with { Weight = 25 }));
        (await SharesAsync(Plain, 100))["two"].ShouldBeInRange(18, 22);
        await ApplyAsync(Plain, Backend("web", one, two));
        (await SharesAsync(Plain, 100))["two"].ShouldBeInRange(48, 52);
    }

    protected static string NameOf(string cookie) => cookie[..cookie.IndexOf('=', StringComparison.Ordinal)];

    private async Task<ProxyAnswer> GetWithAsync(ProxyListener listener, string cookie) => await Bed.SendAsync(listener, new() { Headers = [("Cookie", cookie)] });
}
