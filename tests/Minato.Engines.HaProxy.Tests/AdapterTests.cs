using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Minato.Engines.Proxy;
using Minato.Testing.Proxy;

namespace Minato.Engines.HaProxy.Tests;

/// <summary>What is HAProxy's own: its process, its files, its headers.</summary>
[Trait("Floor", "engine")]
public sealed class AdapterTests : IAsyncLifetime
{
    private readonly List<HaProxyBed> beds = [];

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        Assert.SkipWhen(HaProxyBed.Absence is not null, HaProxyBed.Absence ?? "");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var bed in beds) await bed.DisposeAsync();
    }

    [Fact]
    public async Task A_new_adapter_adopts_what_runs_and_brings_it_up_to_date()
    {
        var bed = NewBed();
        var (one, two) = (await bed.StartTargetAsync("one"), await bed.StartTargetAsync("two"));
        var listener = Listener(bed, To("web"));
        await ApplyAsync(bed, listener, one with { State = ServerState.Draining }, two);
        var (master, workers) = (bed.MasterPid, bed.Workers().ToList());
        await bed.ReplaceAdapterAsync();
        await ApplyAsync(bed, listener, one, two with { State = ServerState.Stopped });
        (await bed.SendAsync(listener, new())).Server.ShouldBe("one");
        bed.MasterPid.ShouldBe(master);
        bed.Workers().ShouldBe(workers);
    }

    [Fact]
    public async Task A_listener_is_found_at_an_address_that_comes_later_and_does_not_need_it()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Needs root.");
        const string Later = "198.18.77.9"; // Nobody's (RFC 2544).
        var bed = NewBed();
        var listener = Listener(bed, To("web")) with { InnerAddresses = [Later] };
        await ApplyAsync(bed, listener, await bed.StartTargetAsync("one"));
        (await bed.SendAsync(listener, new())).Server.ShouldBe("one");
        try
        {
            Process.Start("ip", $"address add {Later}/32 dev lo").WaitForExit();
            (await bed.SendAsync(listener with { Address = Later }, new())).Server.ShouldBe("one");
        }
        finally
        {
            Process.Start("ip", $"address del {Later}/32 dev lo").WaitForExit();
        }
        await bed.ReplaceAdapterAsync();
        await ApplyAsync(bed, listener, await bed.StartTargetAsync("two"));
        (await bed.SendAsync(listener, new())).Server.ShouldBe("two");
    }

    [Fact]
    public async Task An_adopted_HAProxy_that_dies_is_noticed_too()
    {
        var bed = NewBed();
        var one = await bed.StartTargetAsync("one");
        var listener = Listener(bed, To("web"));
        await ApplyAsync(bed, listener, one);
        await bed.ReplaceAdapterAsync();
        await ApplyAsync(bed, listener, one);
        await RecoversAsync(bed, () => bed.KillAsync().AsTask().Wait());
        (await bed.SendAsync(listener, new())).Server.ShouldBe("one");
    }

    [Fact]
    public async Task A_worker_that_is_killed_comes_back()
    {
        var bed = NewBed();
        var one = await bed.StartTargetAsync("one");
        var listener = Listener(bed, To("web"));
        await ApplyAsync(bed, listener, one);
        await RecoversAsync(bed, bed.KillWorker);
        (await bed.SendAsync(listener, new())).Server.ShouldBe("one");
    }

    [Fact]
    public async Task A_master_that_is_killed_comes_back()
    {
        var bed = NewBed();
        var one = await bed.StartTargetAsync("one");
        var listener = Listener(bed, To("web"));
        await ApplyAsync(bed, listener, one);
        await RecoversAsync(bed, bed.KillMaster);
        (await EventuallyAnswersAsync(bed, listener)).Server.ShouldBe("one");
    }

    [Fact]
    public async Task Accidents_while_things_are_applied_heal()
    {
        var bed = NewBed();
        var one = await bed.StartTargetAsync("one");
        var listeners = Enumerable.Range(0, 4).Select(i => Listener(bed, To("web"), $"l{i}")).ToArray();
        await ApplyAsync(bed, listeners[0], one);
        for (var round = 0; round < 8; round++)
        {
            var wanted = new ProxyConfiguration { Listeners = [.. listeners.Take(round % 4 + 1)], Backends = [Backend(one, one with { Id = $"s{round}" })] };
            var applying = bed.Engine.ApplyAsync(wanted, Stopping).AsTask();
            await Task.Delay(round * 7, Stopping);
            await KillSomeAsync(bed, round);
            await applying; // Whatever it says: the next one has to succeed.
        }
        await EventuallyAppliesAsync(bed, new() { Listeners = [.. listeners], Backends = [Backend(one)] });
        foreach (var listener in listeners) (await bed.SendAsync(listener, new())).Server.ShouldBe("one");
    }

    [Fact]
    public async Task A_long_request_outlives_many_reloads_and_is_counted_all_the_while()
    {
        var bed = NewBed();
        var one = await bed.StartTargetAsync("one");
        var listener = Listener(bed, To("web"));
        await ApplyAsync(bed, listener, one);
        var held = await bed.HoldAsync(listener);
        for (var i = 0; i < 5; i++)
        {
            var more = new ProxyConfiguration { Listeners = [listener, Listener(bed, To("web"), $"more{i}")], Backends = [Backend(one with { State = ServerState.Draining })] };
            (await bed.Engine.ApplyAsync(more, Stopping)).ShouldBe(new ApplyOutcome.Applied());
            (await bed.Engine.StatisticsAsync(Stopping)).Servers.ShouldHaveSingleItem().ActiveSessions.ShouldBe(1);
        }
        (await held.ReleaseAsync()).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Death_is_noticed_at_once()
    {
        var bed = NewBed();
        await ApplyAsync(bed, Listener(bed, To("web")));
        await using var notices = bed.Engine.WatchAsync(Stopping).GetAsyncEnumerator(Stopping);
        var clock = Stopwatch.StartNew();
        await bed.KillAsync();
        await notices.MoveNextAsync();
        clock.ElapsedMilliseconds.ShouldBeLessThan(1000); // About 10 on a quiet machine.
    }

    [Fact]
    public async Task HAProxy_has_a_session_of_its_own_and_none_of_our_environment()
    {
        var bed = NewBed();
        await ApplyAsync(bed, Listener(bed, To("web")));
        var stat = (await File.ReadAllTextAsync($"/proc/{bed.MasterPid}/stat", Stopping)).Split(' ');
        stat[5].ShouldBe($"{bed.MasterPid}"); // The session it belongs to is the one it leads.
        (await File.ReadAllTextAsync($"/proc/{bed.MasterPid}/environ", Stopping)).ShouldNotContain("HOME=");
    }

    [Fact]
    public async Task Applying_the_same_again_does_nothing()
    {
        var bed = NewBed();
        var one = await bed.StartTargetAsync("one");
        var listener = Listener(bed, To("web"));
        await ApplyAsync(bed, listener, one);
        var (workers, written) = (bed.Workers().ToList(), File.GetLastWriteTimeUtc(Path.Combine(bed.Options.Directory, "haproxy.cfg")));
        for (var i = 0; i < 10; i++) await ApplyAsync(bed, listener, one);
        bed.Workers().ShouldBe(workers);
        File.GetLastWriteTimeUtc(Path.Combine(bed.Options.Directory, "haproxy.cfg")).ShouldBe(written);
    }

    [Fact]
    public async Task A_missing_HAProxy_is_away_with_advice()
    {
        var bed = NewBed(executable: "/nowhere/haproxy");
        (await bed.Engine.ApplyAsync(new() { Listeners = [Listener(bed, To("web"))] }, Stopping))
            .ShouldBe(new ApplyOutcome.Away("HAProxy is not installed: apt-get install haproxy"));
    }

    [Fact]
    public async Task A_full_disk_is_refused_and_the_old_configuration_serves_on()
    {
        var bed = NewBed();
        var one = await bed.StartTargetAsync("one");
        var listener = Listener(bed, To("web"));
        await ApplyAsync(bed, listener, one);
        var next = Path.Combine(bed.Options.Directory, "haproxy.cfg.next");
        File.Delete(next);
        File.CreateSymbolicLink(next, "/dev/full");
        var more = new ProxyConfiguration { Listeners = [listener, Listener(bed, To("web"), "more")], Backends = [Backend(one)] };
        (await bed.Engine.ApplyAsync(more, Stopping)).ShouldBeOfType<ApplyOutcome.Refused>().Reason.ShouldContain("No space left");
        (await bed.SendAsync(listener, new())).Server.ShouldBe("one");
        File.Delete(next);
        (await bed.Engine.ApplyAsync(more, Stopping)).ShouldBe(new ApplyOutcome.Applied());
    }

    [Fact]
    public async Task A_port_that_is_taken_by_another_installation_is_taken()
    {
        var (mine, theirs) = (NewBed(), NewBed());
        var listener = Listener(mine, To("web"));
        await ApplyAsync(mine, listener);
        (await theirs.Engine.ApplyAsync(new() { Listeners = [listener] }, Stopping)).ShouldBeOfType<ApplyOutcome.PortTaken>().Listener.ShouldBe("http");
    }

    [Fact]
    public async Task An_address_that_is_not_of_this_host_says_so()
    {
        var bed = NewBed();
        var listener = Listener(bed, To("web")) with { Address = "192.0.2.1" };
        (await bed.Engine.ApplyAsync(new() { Listeners = [listener] }, Stopping)).ShouldBeOfType<ApplyOutcome.PortTaken>().Reason.ShouldContain("not an address of this host");
    }

    [Fact]
    public async Task The_shared_port_leads_to_a_listener_by_its_host_name()
    {
        var bed = NewBed(sharedPort: FreePort());
        var one = await bed.StartTargetAsync("one");
        var listener = Listener(bed, To("web")) with { HostNames = ["web-1.eu-west-1.elb.amazonaws.com"] };
        await ApplyAsync(bed, listener, one);
        var shared = listener with { Address = "127.0.0.1", Port = bed.Options.SharedPort ?? 0 };
        var answer = await bed.SendAsync(shared, new() { Host = "WEB-1.eu-west-1.elb.amazonaws.com:8080" });
        answer.Server.ShouldBe("one");
        Header(answer, "X-Forwarded-For").ShouldBe("127.0.0.1");
        (await bed.SendAsync(shared, new() { Host = "other.example.com" })).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_target_sees_whose_request_it_is()
    {
        var bed = NewBed();
        var one = await bed.StartTargetAsync("one");
        var listener = Listener(bed, To("web"));
        await ApplyAsync(bed, listener, one);
        var answer = await bed.SendAsync(listener, new() { Host = "shop.example.com" });
        Header(answer, "Host").ShouldBe($"shop.example.com:{listener.Port}");
        Header(answer, "X-Forwarded-For").ShouldBe("127.0.0.1");
        Header(answer, "X-Forwarded-Proto").ShouldBe("http");
        Header(answer, "X-Forwarded-Port").ShouldBe($"{listener.Port}");
        Header(answer, "X-Amzn-Trace-Id").ShouldMatch("^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$");
    }

    [Fact]
    public async Task Headers_of_proxies_before_are_kept()
    {
        var bed = NewBed();
        var one = await bed.StartTargetAsync("one");
        var listener = Listener(bed, To("web"));
        await ApplyAsync(bed, listener, one);
        var answer = await bed.SendAsync(listener, new()
        {
            Headers = [("X-Forwarded-For", "203.0.113.7, 198.51.100.1"), ("X-Forwarded-Proto", "https"), ("X-Amzn-Trace-Id", "Root=1-67891233-abcdef012345678912345678;CalledFrom=app")],
        });
        Header(answer, "X-Forwarded-For").ShouldBe("203.0.113.7, 198.51.100.1, 127.0.0.1");
        Header(answer, "X-Forwarded-Proto").ShouldBe("http");
        Header(answer, "X-Amzn-Trace-Id").ShouldMatch("^Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-67891233-abcdef012345678912345678;CalledFrom=app$");
    }

    [Fact]
    public async Task An_application_s_cookie_makes_its_client_stay_once_it_is_set()
    {
        var bed = NewBed();
        var (one, two) = (await bed.StartTargetAsync("one"), await bed.StartTargetAsync("two"));
        var listener = Listener(bed, To("web"));
        var backend = Backend(one, two) with { Stickiness = new(TimeSpan.FromMinutes(1), "JSESSIONID") };
        (await bed.Engine.ApplyAsync(new() { Listeners = [listener], Backends = [backend] }, Stopping)).ShouldBe(new ApplyOutcome.Applied());
        (await bed.SendAsync(listener, new())).Cookies.ShouldBeEmpty();
        var login = await bed.SendAsync(listener, new() { Path = "/login" });
        login.Cookies.Select(c => c.Split('=')[0]).ShouldBe(["JSESSIONID", "AWSALBAPP-0"]);
        for (var i = 0; i < 6; i++)
        {
            var next = await bed.SendAsync(listener, new() { Headers = [("Cookie", $"JSESSIONID=another; {login.Cookies[1]}")] }); // AWS: its value is not looked at.
            next.Server.ShouldBe(login.Server);
            next.Cookies.Select(c => c.Split('=')[0]).ShouldBe(["AWSALBAPP-0"]); // The duration begins anew.
        }
        var seen = new HashSet<string?>();
        for (var i = 0; i < 6; i++) seen.Add((await bed.SendAsync(listener, new() { Headers = [("Cookie", login.Cookies[1])] })).Server);
        seen.Count.ShouldBe(2); // Without its application's cookie it is nobody's.
    }

    [Fact]
    public async Task A_classic_load_balancer_follows_an_application_s_cookie()
    {
        var bed = NewBed();
        var (one, two) = (await bed.StartTargetAsync("one"), await bed.StartTargetAsync("two"));
        var listener = Listener(bed, To("web"));
        var backend = Backend(one, two) with { Stickiness = new(TimeSpan.Zero, "JSESSIONID") { IsClassic = true } };
        (await bed.Engine.ApplyAsync(new() { Listeners = [listener], Backends = [backend] }, Stopping)).ShouldBe(new ApplyOutcome.Applied());
        (await bed.SendAsync(listener, new())).Cookies.ShouldBeEmpty();
        var login = await bed.SendAsync(listener, new() { Path = "/login" });
        login.Cookies.Select(c => c.Split('=')[0]).ShouldBe(["JSESSIONID", "AWSELB", "AWSELBCORS"]);
        for (var i = 0; i < 6; i++)
        {
            var next = await bed.SendAsync(listener, new() { Headers = [("Cookie", $"JSESSIONID=another; {login.Cookies[1]}")] });
            next.Server.ShouldBe(login.Server);
            next.Cookies.ShouldBeEmpty(); // AWS: a new one comes with a new one of the application's.
        }
    }

    [Fact]
    public async Task Who_made_a_server_can_be_hidden()
    {
        var bed = NewBed();
        var listener = Listener(bed, new ProxyAction.FixedResponse(200, null, null)) with { AnswerHeaders = [("Server", null)] };
        await ApplyAsync(bed, listener);
        (await bed.SendAsync(listener, new())).Headers.ShouldNotContain(h => h.Name == "Server");
    }

    [Fact]
    public async Task More_than_thirty_forwarders_are_463_and_TRACE_is_405()
    {
        var bed = NewBed();
        var one = await bed.StartTargetAsync("one");
        var listener = Listener(bed, To("web"));
        await ApplyAsync(bed, listener, one);
        (await bed.SendAsync(listener, new() { Headers = [("X-Forwarded-For", string.Join(", ", Enumerable.Repeat("10.0.0.1", 31)))] })).Status.ShouldBe(463);
        (await bed.SendAsync(listener, new() { Method = "TRACE" })).Status.ShouldBe(405);
    }

    [Fact]
    public async Task Answers_of_the_load_balancer_itself_name_their_maker()
    {
        var bed = NewBed();
        var listener = Listener(bed, To("web"));
        await ApplyAsync(bed, listener);
        using var response = await bed.Client.GetAsync(new Uri($"http://{listener.Address}:{listener.Port}/"), Stopping);
        response.Headers.Server.ToString().ShouldBe("awselb/2.0");
        (await response.Content.ReadAsStringAsync(Stopping)).ShouldBe("<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n" +
            "<body>\r\n<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>\r\n");
    }

    [Fact]
    public async Task A_silent_target_is_a_504_after_the_idle_timeout()
    {
        var bed = NewBed();
        var one = await bed.StartTargetAsync("one");
        var listener = Listener(bed, To("web")) with { IdleTimeout = TimeSpan.FromMilliseconds(300) };
        await ApplyAsync(bed, listener, one);
        (await bed.SendAsync(listener, new() { Path = "/hold" })).Status.ShouldBe(504);
    }

    [Fact]
    public async Task A_connection_that_is_too_old_is_told_to_close()
    {
        var bed = NewBed();
        var one = await bed.StartTargetAsync("one");
        var listener = Listener(bed, To("web")) with { ClientKeepAlive = TimeSpan.Zero };
        await ApplyAsync(bed, listener, one);
        using var response = await bed.Client.GetAsync(new Uri($"http://{listener.Address}:{listener.Port}/"), Stopping);
        response.Headers.ConnectionClose.ShouldBe(true);
    }

    [Fact]
    public async Task A_deep_directory_keeps_its_sockets_elsewhere()
    {
        var bed = NewBed(subdirectory: string.Join('/', Enumerable.Repeat("a-rather-long-name-of-a-directory", 4)));
        var one = await bed.StartTargetAsync("one");
        var listener = Listener(bed, To("web"));
        await ApplyAsync(bed, listener, one);
        (await bed.SendAsync(listener, new())).Server.ShouldBe("one");
    }

    [Fact]
    public async Task Hundreds_of_listeners_and_servers_are_applied()
    {
        var bed = NewBed();
        var one = await bed.StartTargetAsync("one");
        var listeners = Enumerable.Range(0, 100).Select(i => Listener(bed, To($"b{i}"), $"l{i}")).ToArray();
        var backends = Enumerable.Range(0, 100).Select(i => new ProxyBackend { Id = $"b{i}", Servers = [.. Enumerable.Range(0, 10).Select(n => one with { Id = $"s{n}" })] });
        var wanted = new ProxyConfiguration { Listeners = [.. listeners], Backends = [.. backends] };
        (await bed.Engine.ApplyAsync(wanted with { Backends = [.. wanted.Backends.Select(b => b with { Servers = [] })] }, Stopping)).ShouldBe(new ApplyOutcome.Applied());
        (await bed.Engine.ApplyAsync(wanted, Stopping)).ShouldBe(new ApplyOutcome.Applied());
        (await bed.SendAsync(listeners[99], new())).Server.ShouldBe("one");
        (await bed.Engine.StatisticsAsync(Stopping)).Servers.Length.ShouldBe(1000);
    }

    [Fact]
    public async Task Servers_that_left_are_forgotten_in_the_end()
    {
        var bed = NewBed();
        var one = await bed.StartTargetAsync("one");
        var listener = Listener(bed, To("web"));
        await ApplyAsync(bed, listener, [.. Enumerable.Range(0, 1100).Select(n => one with { Id = $"old{n}" })]);
        await ApplyAsync(bed, listener, one);
        await ApplyAsync(bed, listener, one);
        (await bed.SendAsync(listener, new())).Server.ShouldBe("one");
        (await File.ReadAllTextAsync(Path.Combine(bed.Options.Directory, "haproxy.cfg"), Stopping)).ShouldNotContain("old1");
    }

    private static async Task RecoversAsync(HaProxyBed bed, Action accident)
    {
        await using var notices = bed.Engine.WatchAsync(Stopping).GetAsyncEnumerator(Stopping);
        accident();
        (await notices.MoveNextAsync()).ShouldBeTrue();
        notices.Current.ShouldBe(ProxyNotice.Died);
        (await notices.MoveNextAsync()).ShouldBeTrue();
        notices.Current.ShouldBe(ProxyNotice.Started);
    }

    private static async Task KillSomeAsync(HaProxyBed bed, int round)
    {
        try
        {
            if (round % 3 == 0) bed.KillMaster();
            else if (round % 3 == 1) bed.KillWorker();
            else await bed.KillAsync();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // It was already dead, or not yet there.
        }
    }

    // The worker of a master that died may be seen for a moment before it ends too.
    private static async Task<ProxyAnswer> EventuallyAnswersAsync(HaProxyBed bed, ProxyListener listener)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await bed.SendAsync(listener, new());
            }
            catch (HttpRequestException) when (attempt < 50)
            {
                await Task.Delay(100, Stopping);
            }
        }
    }

    private static async Task EventuallyAppliesAsync(HaProxyBed bed, ProxyConfiguration wanted)
    {
        for (var attempt = 0; await bed.Engine.ApplyAsync(wanted, Stopping) is not ApplyOutcome.Applied; attempt++)
        {
            attempt.ShouldBeLessThan(50);
            await Task.Delay(100, Stopping);
        }
    }

    private HaProxyBed NewBed(int? sharedPort = null, string? executable = null, string subdirectory = "")
    {
        var bed = new HaProxyBed(sharedPort, executable, subdirectory);
        beds.Add(bed);
        return bed;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Header(ProxyAnswer answer, string name) =>
        answer.Seen?.Split('\n').FirstOrDefault(l => l.StartsWith(name + ": ", StringComparison.OrdinalIgnoreCase))?[(name.Length + 2)..] ?? "";

    private static ProxyListener Listener(HaProxyBed bed, ProxyAction action, string id = "http") =>
        new() { Id = id, Address = bed.Address, Port = bed.NewPort(), DefaultAction = action };

    private static ProxyAction To(string backend) => new ProxyAction.Forward([new(backend, 1)]);

    private static ProxyBackend Backend(params ProxyServer[] servers) => new() { Id = "web", Servers = [.. servers] };

    private static async Task ApplyAsync(HaProxyBed bed, ProxyListener listener, params ProxyServer[] servers) =>
        (await bed.Engine.ApplyAsync(new() { Listeners = [listener], Backends = [Backend(servers)] }, Stopping)).ShouldBe(new ApplyOutcome.Applied());
}
