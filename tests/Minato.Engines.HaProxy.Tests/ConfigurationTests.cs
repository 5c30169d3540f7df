using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Minato.Engines.HaProxy.Configuration;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Tests;

public sealed class ConfigurationTests
{
    private static readonly HostSettings Host = new() { InstallationId = "test", SocketDirectory = "/tmp/it's a \"$HOME\" directory", SharedPort = 4567 };

    [Fact]
    public void Servers_and_weights_are_not_part_of_the_shape()
    {
        var before = ConfigurationWriter.Render(Weighted(1, 1, Server("a")), Host);
        var after = ConfigurationWriter.Render(Weighted(9, 0, Server("b"), Server("c")), Host);
        after.Shape.ShouldBe(before.Shape);
        Sameness.HaveSameShape(Weighted(1, 1, Server("a")), Weighted(9, 0, Server("b"))).ShouldBeTrue();
        after.Text.ShouldNotBe(before.Text);
    }

    [Fact]
    public void What_only_a_reload_can_change_is_part_of_the_shape()
    {
        var given = Weighted(1, 1, Server("a"));
        var shapes = new[]
        {
            given,
            given with { Listeners = [given.Listeners[0] with { Port = 81 }] },
            given with { Listeners = [given.Listeners[0] with { HostNames = ["other.example.com"] }] },
            given with { Listeners = [given.Listeners[0] with { IdleTimeout = TimeSpan.FromSeconds(7) }] },
            given with { Listeners = [given.Listeners[0] with { DefaultAction = new ProxyAction.FixedResponse(200, null, "x") }] },
            given with { Listeners = [given.Listeners[0] with { DefaultAction = new ProxyAction.FixedResponse(200, null, "y") }] },
            given with { Backends = [given.Backends[0] with { Algorithm = BalanceAlgorithm.Random }, given.Backends[1]] },
            given with { Backends = [given.Backends[0] with { Source = "172.31.0.4" }, given.Backends[1]] },
        };
        shapes.Select(c => ConfigurationWriter.Render(c, Host).Shape).ShouldBeUnique();
        shapes.Skip(1).ShouldAllBe(c => !Sameness.HaveSameShape(given, c));
    }

    [Fact]
    public void Servers_that_are_not_ready_start_disabled()
    {
        var text = ConfigurationWriter.Render(Weighted(1, 1, Server("a"), Server("b") with { State = ServerState.Draining }, Server("c") with { State = ServerState.Stopped }), Host).Text;
        text.ShouldContain("server a 10.0.0.1:80 weight 100\n");
        text.ShouldContain("server b 10.0.0.1:80 weight 100 disabled\n");
        text.ShouldContain("server c 10.0.0.1:80 weight 100 disabled\n");
    }

    [Theory]
    [InlineData(new[] { 1, 1 }, "0:4999 b_0|5000:9999 b_1")]
    [InlineData(new[] { 999, 1 }, "0:9989 b_0|9990:9999 b_1")]
    [InlineData(new[] { 0, 5 }, "0:9999 b_1")]
    [InlineData(new[] { 1, 1, 1 }, "0:3332 b_0|3333:6666 b_1|6667:9999 b_2")]
    [InlineData(new[] { 0, 0 }, "")]
    public void Ranges_of_tickets_are_the_shares(int[] weights, string ranges) => string.Join('|', Weights.Ranges(
        new([.. weights.Select((w, i) => new WeightedBackend($"{i}", w))]), weights.Select((_, i) => $"{i}").ToHashSet()).Select(r => $"{r.Key} {r.Value}")).ShouldBe(ranges);

    [Fact]
    public void Every_ticket_is_drawn_once_in_a_round() =>
        Enumerable.Range(1, Weights.Tickets).Select(n => n * Weights.Stride % Weights.Tickets).ShouldBeUnique();

    [Theory]
    [InlineData("/a*", "/abc", true)]
    [InlineData("/a.c", "/abc", false)]
    [InlineData("/a\n", "/a\n", true)]
    [InlineData("/a", "/a\n", false)]
    [InlineData("(a|b)+$^[x]\\d", "(a|b)+$^[x]\\d", true)]
    public void A_pattern_means_its_wildcards_and_nothing_else(string pattern, string value, bool matches)
    {
        var quoted = Pattern.Whole(pattern);
        Regex.IsMatch(value, quoted[1..^1], RegexOptions.None, TimeSpan.FromSeconds(1)).ShouldBe(matches);
        quoted[1..^1].ShouldNotContain('\'');
    }

    [Theory]
    [InlineData("/api/*", "beg /api/")]
    [InlineData("*.example.com", "end .example.com")]
    [InlineData("GET", "str GET")]
    [InlineData("/a?c", null), InlineData("*a*", null), InlineData("a*b*", null), InlineData("*", null), InlineData("", null)]
    [InlineData("-i", null), InlineData("/a b", null), InlineData("/a'b", null), InlineData("/a%20", null), InlineData("/é", null)]
    public void A_pattern_that_is_plain_text_is_compared_and_not_searched_for(string pattern, string? plain) =>
        (Pattern.Plain(pattern) is var (method, text) ? $"{method} {text}" : null).ShouldBe(plain);

    [Fact]
    public void Forwards_at_the_end_need_nothing_noted_and_the_shape_knows_where_they_begin()
    {
        var given = Weighted(1, 1, Server("a"));
        ProxyRule Rule(int priority, ProxyAction action) => new(priority, [new ProxyCondition.Path([$"/{priority}/*"])], action);
        ProxyListener With(ProxyAction otherwise, params ProxyAction[] actions) => given.Listeners[0] with { DefaultAction = otherwise, Rules = [.. actions.Select((a, i) => Rule(i + 1, a))] };
        var (to, told) = (new ProxyAction.Forward([new(given.Backends[0].Id, 1)]), new ProxyAction.FixedResponse(404, null, null));
        var shares = new ProxyAction.Forward([new(given.Backends[0].Id, 1), new(given.Backends[1].Id, 1)]);
        Noted(With(told, to, to)).ShouldBe(0);
        Noted(With(to, to, told, to)).ShouldBe(1);
        Noted(With(told, to, to, told)).ShouldBe(2);
        Noted(With(shares, to, to)).ShouldBe(2, "a share is drawn only for who gets as far");
        Noted(With(told, to, to) with { TellsAll = true }).ShouldBe(2, "an access log names the rule");

        int Noted(ProxyListener listener) => ConfigurationWriter.Render(given with { Listeners = [listener] }, Host).Text.Split('\n').Count(l => l.Contains("set-var(txn.be) str(", StringComparison.Ordinal));
    }

    /// <summary>Goal: nothing that a person types can become configuration. Method: HAProxy parses hostile values in every place, and
    /// what it was given has as many sections and lines as the same configuration with harmless ones.</summary>
    [Theory, Trait("Floor", "engine")]
    [InlineData("'")]
    [InlineData("\"")]
    [InlineData("\\")]
    [InlineData("\n    bind *:9\nbackend evil\n")]
    [InlineData("\r\n")]
    [InlineData("$HOME ${HOME} ~")]
    [InlineData("%[src] %t %")]
    [InlineData("} || { always_true } if { ")]
    [InlineData("' -f /etc/passwd '")]
    [InlineData("#{query}#{path}#{host}#{port}#{protocol}#{")]
    [InlineData("# comment")]
    [InlineData("-i -f /etc/passwd")]
    [InlineData("--")]
    [InlineData("é漢字😀")]
    [InlineData("\0\u0001\u007f")]
    [InlineData("\ud800")]
    [InlineData("")]
    [InlineData("a,b),(c),lower,map(x)")]
    public async Task Hostile_text_stays_text(string hostile)
    {
        Assert.SkipWhen(HaProxyBed.Absence is not null, HaProxyBed.Absence ?? "");
        var (text, problem) = await ParseAsync(hostile);
        problem.ShouldBeNull();
        var (harmless, _) = await ParseAsync("harmless");
        Sections(text).ShouldBe(Sections(harmless));
    }

    [Fact, Trait("Floor", "engine")]
    public async Task Random_text_stays_text()
    {
        Assert.SkipWhen(HaProxyBed.Absence is not null, HaProxyBed.Absence ?? "");
        const string Dangerous = "'\"\\\n\r\t $%{}[]()#,;|&!*?-~=/:@+a1Zé\0";
        var random = new Random(20261121);
        for (var round = 0; round < 40; round++)
        {
            var hostile = new StringBuilder();
            for (var i = random.Next(1, 60); i > 0; i--) hostile.Append(Dangerous[random.Next(Dangerous.Length)]);
            (await ParseAsync(hostile.ToString())).Problem.ShouldBeNull($"round {round}: {hostile}");
        }
    }

    private static async Task<(string Text, string? Problem)> ParseAsync(string typed)
    {
        var directory = Directory.CreateTempSubdirectory("minato-haproxy-").FullName;
        var rendered = ConfigurationWriter.Render(EverywhereIs(typed), Host with { SocketDirectory = directory });
        foreach (var (name, content) in rendered.Files) await File.WriteAllTextAsync(Path.Combine(directory, name), content);
        await File.WriteAllTextAsync(Path.Combine(directory, "haproxy.cfg"), rendered.Text);
        using var check = Process.Start(new ProcessStartInfo("haproxy", ["-c", "-f", "haproxy.cfg"]) { WorkingDirectory = directory, UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })
            ?? throw new InvalidOperationException();
        var errors = await check.StandardError.ReadToEndAsync();
        await check.WaitForExitAsync();
        Directory.Delete(directory, recursive: true);
        return (rendered.Text.Replace(directory, "", StringComparison.Ordinal), check.ExitCode == 0 ? null : errors);
    }

    private static string Sections(string text) =>
        string.Join('\n', text.Split('\n').Where(l => !l.StartsWith("    ", StringComparison.Ordinal) || l.StartsWith("    bind", StringComparison.Ordinal)));

    private static ProxyConfiguration EverywhereIs(string typed) => new()
    {
        Listeners =
        [
            new()
            {
                Id = "l", Address = "127.0.0.1", Port = 80, HostNames = [typed],
                AnswerHeaders = [("X-Typed", typed)],
                DefaultAction = new ProxyAction.Redirect(301, typed, typed, typed, typed, typed),
                Rules =
                [
                    Rule(1, new ProxyCondition.Host([typed]), new ProxyAction.FixedResponse(200, typed, typed)),
                    Rule(2, new ProxyCondition.Path([typed, "*" + typed]), new ProxyAction.Redirect(302, "#{protocol}", "#{host}", "#{port}", "/#{path}" + typed, "#{query}")),
                    Rule(3, new ProxyCondition.Header(typed, [typed]), new ProxyAction.Forward([new(typed, 1)])),
                    Rule(4, new ProxyCondition.Header("x-name", [typed]), new ProxyAction.Forward([new("web", 1), new(typed, 1)])),
                    Rule(5, new ProxyCondition.Query([(typed, typed), (null, typed)]), new ProxyAction.Forward([new("web", 1)])),
                    Rule(6, new ProxyCondition.SourceIp([typed]), new ProxyAction.Forward([new("web", 1)])),
                    Rule(8, new ProxyCondition.Path([typed]) { Regexes = ["a" + Safely(typed)] }, new ProxyAction.Forward([new("web", 1)]) { Stickiness = TimeSpan.FromSeconds(1) })
                        with { Rewrites = [new(RewrittenPart.Url, "/", typed), new(RewrittenPart.Host, Safely(typed), typed)] },
                    Rule(7, new ProxyCondition.Method([typed]), new ProxyAction.Forward([new("web", 1)])),
                ],
            },
        ],
        Backends = [new() { Id = "web", Stickiness = new(TimeSpan.FromSeconds(1), null) }],
    };

    /// <summary>What is refused before it comes this far is an expression that would not compile.</summary>
    private static string Safely(string typed) => Regex.Escape(typed.Replace("\0", "", StringComparison.Ordinal));

    private static ProxyRule Rule(int priority, ProxyCondition condition, ProxyAction action) => new(priority, [condition], action);

    private static ProxyServer Server(string id) => new(id, "10.0.0.1", 80, ServerState.Ready);

    private static ProxyConfiguration Weighted(int blue, int green, params ImmutableArray<ProxyServer> servers) => new()
    {
        Listeners = [new() { Id = "l", Address = "127.0.0.1", Port = 80, HostNames = ["lb.example.com"], DefaultAction = new ProxyAction.Forward([new("blue", blue), new("green", green)]) }],
        Backends = [new() { Id = "blue", Servers = servers }, new() { Id = "green" }],
    };
}
