using Minato.Engines.Proxy;
using Shouldly;
using Xunit;

namespace Minato.Testing.Proxy;

public abstract partial class ProxyEngineKit
{
    [Theory, InlineData(1, 1), InlineData(9, 1), InlineData(95, 5)]
    public async Task Weights_share_requests(int blue, int green)
    {
        var (one, two) = (await Bed.StartTargetAsync("one"), await Bed.StartTargetAsync("two"));
        var listener = Listener("http", To(("blue", blue), ("green", green)));
        await ApplyAsync(listener, Backend("blue", one), Backend("green", two));
        var shares = await SharesAsync(listener, 400);
        shares["one"].ShouldBeInRange(400 * blue / (blue + green) - 3, 400 * blue / (blue + green) + 3);
    }

    [Fact]
    public async Task An_empty_backend_keeps_its_share()
    {
        var one = await Bed.StartTargetAsync("one");
        var listener = Listener("http", To(("blue", 3), ("green", 1)));
        await ApplyAsync(listener, Backend("blue", one), Backend("green"));
        var shares = await SharesAsync(listener, 200);
        shares["503"].ShouldBeInRange(48, 52);
        shares["one"].ShouldBeInRange(148, 152);
    }

    [Fact]
    public async Task Weights_that_change_are_obeyed_when_apply_returns()
    {
        var (one, two) = (await Bed.StartTargetAsync("one"), await Bed.StartTargetAsync("two"));
        var listener = Listener("http", To(("blue", 100), ("green", 0)));
        ProxyBackend[] backends = [Backend("blue", one), Backend("green", two)];
        await ApplyAsync(listener, backends);
        (await SharesAsync(listener, 20)).ShouldBe(new Dictionary<string, int> { ["one"] = 20 });
        await ApplyAsync(listener with { DefaultAction = To(("blue", 0), ("green", 100)) }, backends);
        (await SharesAsync(listener, 20)).ShouldBe(new Dictionary<string, int> { ["two"] = 20 });
    }

    [Fact]
    public async Task Weights_that_are_all_zero_answer_503()
    {
        var one = await Bed.StartTargetAsync("one");
        var listener = Listener("http", To(("blue", 0), ("green", 0)));
        await ApplyAsync(listener, Backend("blue", one), Backend("green", one));
        (await GetAsync(listener)).Status.ShouldBe(503);
    }

    [Fact]
    public async Task Listeners_come_and_go()
    {
        var one = await Bed.StartTargetAsync("one");
        var more = Listener("more", To("web"));
        await ApplyAsync([Plain, more], Backend("web", one));
        (await GetAsync(more)).Server.ShouldBe("one");
        await ApplyAsync(Plain, Backend("web", one));
        (await GetAsync(Plain)).Server.ShouldBe("one");
        await ShouldBeGoneAsync(more);
    }

    [Fact]
    public async Task A_listener_whose_port_is_taken_is_named_and_the_rest_is_applied()
    {
        var one = await Bed.StartTargetAsync("one");
        var taken = Listener("taken", To("web"));
        using (Bed.Occupy(taken.Port))
        {
            var wanted = new ProxyConfiguration { Listeners = [taken, Plain], Backends = [Backend("web", one)] };
            (await Engine.ApplyAsync(wanted, Stopping)).ShouldBeOfType<ApplyOutcome.PortTaken>().Listener.ShouldBe("taken");
            (await GetAsync(Plain)).Server.ShouldBe("one");
        }
        await ApplyAsync([taken, Plain], Backend("web", one));
        (await GetAsync(taken)).Server.ShouldBe("one");
    }

    [Fact]
    public async Task A_port_moves_from_one_listener_to_another()
    {
        var (one, two) = (await Bed.StartTargetAsync("one"), await Bed.StartTargetAsync("two"));
        await ApplyAsync(Plain, Backend("web", one), Backend("other", two));
        var next = Plain with { Id = "next", DefaultAction = To("other") };
        await ApplyAsync(next, Backend("web", one), Backend("other", two));
        (await GetAsync(next)).Server.ShouldBe("two");
    }

    [Fact]
    public async Task An_engine_that_died_says_so_and_comes_back_as_it_was()
    {
        var one = await Bed.StartTargetAsync("one");
        await ApplyAsync(Plain, Backend("web"));
        await ApplyAsync(Plain, Backend("web", one));
        await using var notices = Engine.WatchAsync(Stopping).GetAsyncEnumerator(Stopping);
        await Bed.KillAsync();
        (await NextAsync(notices)).ShouldBe(ProxyNotice.Died);
        (await NextAsync(notices)).ShouldBe(ProxyNotice.Started);
        (await GetAsync(Plain)).Server.ShouldBe("one");
    }

    [Fact]
    public async Task An_engine_that_was_stopped_starts_with_the_next_configuration()
    {
        var one = await Bed.StartTargetAsync("one");
        await ApplyAsync(Plain, Backend("web", one));
        await Engine.StopAsync(Stopping);
        await ShouldBeGoneAsync(Plain);
        await ApplyAsync(Plain, Backend("web", one));
        (await GetAsync(Plain)).Server.ShouldBe("one");
    }

    [Theory]
    [InlineData("has space")]
    [InlineData("new\nline")]
    [InlineData("quo'te")]
    public async Task Ids_that_are_not_ids_are_refused_and_nothing_changes(string id)
    {
        var one = await Bed.StartTargetAsync("one");
        await ApplyAsync(Plain, Backend("web", one));
        (await Engine.ApplyAsync(new() { Listeners = [Plain], Backends = [Backend(id, one)] }, Stopping)).ShouldBeOfType<ApplyOutcome.Refused>();
        (await Engine.ApplyAsync(new() { Listeners = [Plain], Backends = [Backend("web", one with { Id = id })] }, Stopping)).ShouldBeOfType<ApplyOutcome.Refused>();
        (await Engine.ApplyAsync(new() { Listeners = [Plain], Backends = [Backend("web", one with { Address = id })] }, Stopping)).ShouldBeOfType<ApplyOutcome.Refused>();
        (await GetAsync(Plain)).Server.ShouldBe("one");
    }

    /// <summary>A client that kept a connection may be told so once; others find nobody there.</summary>
    private async Task ShouldBeGoneAsync(ProxyListener listener)
    {
        try { (await GetAsync(listener)).ShouldSatisfyAllConditions(a => a.Server.ShouldBeNull(), a => a.Status.ShouldBe(502)); }
        catch (HttpRequestException) { return; }
        await Should.ThrowAsync<HttpRequestException>(() => GetAsync(listener));
    }

    private static async Task<ProxyNotice> NextAsync(IAsyncEnumerator<ProxyNotice> notices)
    {
        (await notices.MoveNextAsync()).ShouldBeTrue();
        return notices.Current;
    }
}
