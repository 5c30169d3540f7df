using Minato.Engines.Proxy;
using Shouldly;
using Xunit;

namespace Minato.Testing.Proxy;

public abstract partial class ProxyEngineKit
{
    [Theory]
    [InlineData("/api/*", "/api/x", true)]
    [InlineData("/api/*", "/API/x", false)]
    [InlineData("/api/*", "/api", false)]
    [InlineData("/api/*", "/api/", true)]
    [InlineData("*/api", "/x/api", true)]
    [InlineData("*/api", "/x/api/", false)]
    [InlineData("*/api", "/x/API", false)]
    [InlineData("/a.b", "/a.b", true)]
    [InlineData("/a.b", "/A.b", false)]
    [InlineData("/a.b", "/a.bc", false)]
    [InlineData("/img/?.png", "/img/a.png", true)]
    [InlineData("/img/?.png", "/img/ab.png", false)]
    [InlineData("/img/?.png", "/img/axpng", false)]
    [InlineData("/a+b(c)", "/a+b(c)", true)]
    [InlineData("*", "/anything/at/all", true)]
    [InlineData("/$HOME'\"\\ #%[src]{}", "/x", false)]
    public async Task A_path_condition_is_case_sensitive_and_whole(string pattern, string path, bool matches) =>
        (await MatchesAsync(new ProxyCondition.Path([pattern]), new() { Path = path })).ShouldBe(matches);

    [Fact]
    public async Task A_path_condition_does_not_see_the_query() =>
        (await MatchesAsync(new ProxyCondition.Path(["/api"]), new() { Path = "/api", Query = "x=/y" })).ShouldBeTrue();

    [Theory]
    [InlineData("*.example.com", "api.EXAMPLE.com", true)]
    [InlineData("*.example.com", "example.com", false)]
    [InlineData("api.example.com", "apixexample.com", false)]
    [InlineData("api.*", "API.example.com:81", true)]
    [InlineData("api.*", "an.api.example.com", false)]
    [InlineData("api.example.com", "api.example.com:8080", true)]
    public async Task A_host_condition_ignores_case_and_port(string pattern, string host, bool matches) =>
        (await MatchesAsync(new ProxyCondition.Host([pattern]), new() { Host = host })).ShouldBe(matches);

    [Theory]
    [InlineData("^/api/v[0-9]+$", "/api/v12", true)]
    [InlineData("^/api/v[0-9]+$", "/API/v12", false)]
    [InlineData("v(1|2){2}", "/x/v12/y", true)]
    [InlineData("^/it's \\$HOME", "/its", false)]
    public async Task A_path_expression_is_case_sensitive_and_searched_for(string regex, string path, bool matches) =>
        (await MatchesAsync(new ProxyCondition.Path([]) { Regexes = [regex] }, new() { Path = path })).ShouldBe(matches);

    [Theory]
    [InlineData("^api[.]example[.]com$", "API.example.com:8080", true)]
    [InlineData("^api[.]example[.]com$", "apixexample.com", false)]
    public async Task A_host_expression_ignores_case_and_port(string regex, string host, bool matches) =>
        (await MatchesAsync(new ProxyCondition.Host([]) { Regexes = [regex] }, new() { Host = host })).ShouldBe(matches);

    [Fact]
    public async Task A_header_expression_ignores_case() => (await MatchesAsync(
        new ProxyCondition.Header("X-Agent", []) { Regexes = ["^(chrome|safari)/\\d+$"] }, new() { Headers = [("x-agent", "Chrome/12")] })).ShouldBeTrue();

    [Theory]
    [InlineData(RewrittenPart.Url, "^/dp/([A-Z0-9]+)/?$", "/product?id=$1&x=100%25", "/dp/B09/", "", "lb.example.com/product?id=B09&x=100%25")]
    [InlineData(RewrittenPart.Url, "^/old/", "/new/", "/old/old/x", "a=/old/", "lb.example.com/new/old/x?a=/old/")]
    [InlineData(RewrittenPart.Url, "^/nothing", "/new", "/old/x", "a=b", "lb.example.com/old/x?a=b")]
    [InlineData(RewrittenPart.Host, "^lb[.](.+)[.]com$", "internal.$1.org", "/x", "", "internal.example.org/x")]
    public async Task A_forwarded_request_is_rewritten(RewrittenPart part, string regex, string replacement, string path, string query, string askedFor)
    {
        var one = await Bed.StartTargetAsync("one");
        // A condition that does not hold any more once the request is another.
        var rule = new ProxyRule(1, [new ProxyCondition.Path([path]), new ProxyCondition.Host(["lb.example.com"])], To("web")) { Rewrites = [new(part, regex, replacement)] };
        var listener = Listener("http", new ProxyAction.FixedResponse(404, null, null), rule);
        await ApplyAsync(listener, Backend("web", one) with { Requests = new() { PreservesHost = true } });
        (await Bed.SendAsync(listener, new() { Path = path, Query = query })).AskedFor.ShouldBe(askedFor);
    }

    [Theory]
    [InlineData("GET", true)]
    [InlineData("POST", false)]
    public async Task A_method_condition_is_exact(string method, bool matches) =>
        (await MatchesAsync(new ProxyCondition.Method(["GET", "PUT"]), new() { Method = method })).ShouldBe(matches);

    [Theory]
    [InlineData("*chrome*", "Mozilla Chrome 1", true)]
    [InlineData("*safari*", "Mozilla Chrome 1", false)]
    public async Task A_header_condition_ignores_case(string pattern, string value, bool matches) =>
        (await MatchesAsync(new ProxyCondition.Header("X-Agent", [pattern]), new() { Headers = [("x-agent", value)] })).ShouldBe(matches);

    [Theory, InlineData("X.Agent~1"), InlineData("x-#1"), InlineData("a!%&+^_`|b")]
    public async Task A_header_condition_takes_every_name_that_is_one(string name) =>
        (await MatchesAsync(new ProxyCondition.Header(name, ["a*"]), new() { Headers = [(name, "abc")] })).ShouldBeTrue();

    [Theory]
    [InlineData("version", "v1", "version=V1", true)]
    [InlineData("version", "v1", "a=b&version=v1&c=d", true)]
    [InlineData("version", "v1", "version=v12", false)]
    [InlineData("version", "v1", "aversion=v1", false)]
    [InlineData("version", "v?", "version=v9", true)]
    [InlineData(null, "*example*", "x=an-example-it-is", true)]
    [InlineData(null, "*example*", "x=none", false)]
    [InlineData("q", "a\\*b", "q=a*b", true)]
    [InlineData("q", "a\\*b", "q=axxb", false)]
    public async Task A_query_condition_compares_keys_and_values(string? key, string value, string query, bool matches) =>
        (await MatchesAsync(new ProxyCondition.Query([(key, value)]), new() { Query = query })).ShouldBe(matches);

    [Theory]
    [InlineData("127.0.0.0/8", true)]
    [InlineData("10.0.0.0/8", false)]
    [InlineData("not an address", false)]
    public async Task A_source_condition_compares_the_peer(string cidr, bool matches) =>
        (await MatchesAsync(new ProxyCondition.SourceIp([cidr]), new())).ShouldBe(matches);

    [Fact]
    public async Task Values_of_a_condition_are_alternatives_and_conditions_all_hold()
    {
        var one = await Bed.StartTargetAsync("one");
        var both = new ProxyRule(1, [new ProxyCondition.Path(["/a", "/b"]), new ProxyCondition.Host(["x.example.com"])], To("web"));
        var listener = Listener("http", new ProxyAction.FixedResponse(404, null, null), both);
        await ApplyAsync(listener, Backend("web", one));
        (await Bed.SendAsync(listener, new() { Path = "/b", Host = "x.example.com" })).Status.ShouldBe(200);
        (await Bed.SendAsync(listener, new() { Path = "/c", Host = "x.example.com" })).Status.ShouldBe(404);
        (await Bed.SendAsync(listener, new() { Path = "/a", Host = "y.example.com" })).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Values_of_different_kinds_are_alternatives_too()
    {
        var one = await Bed.StartTargetAsync("one");
        var listener = Listener("http", new ProxyAction.FixedResponse(404, null, null), new ProxyRule(1, [new ProxyCondition.Path(["/a", "/a/*", "*.png", "/?b"])], To("web")));
        await ApplyAsync(listener, Backend("web", one));
        foreach (var path in new[] { "/a", "/a/", "/a/x", "/x.png", "/xb" }) (await GetAsync(listener, path)).Status.ShouldBe(200, path);
        foreach (var path in new[] { "/ac", "/x.pngx", "/b", "/A" }) (await GetAsync(listener, path)).Status.ShouldBe(404, path);
    }

    /// <summary>Forwards at the end are chosen in another way than the rules before them: the order holds all the same.</summary>
    [Theory]
    [InlineData("fixed"), InlineData("redirect"), InlineData("forward"), InlineData("shares")]
    public async Task The_first_rule_whose_conditions_hold_decides_whatever_the_default(string @default)
    {
        var (one, two, three) = (await Bed.StartTargetAsync("one"), await Bed.StartTargetAsync("two"), await Bed.StartTargetAsync("three"));
        ProxyAction otherwise = @default switch
        {
            "fixed" => new ProxyAction.FixedResponse(404, null, null),
            "redirect" => new ProxyAction.Redirect(301, "https", "#{host}", "443", "/#{path}", "#{query}"),
            "forward" => To("c"),
            _ => new ProxyAction.Forward([new("c", 1), new("b", 0)]),
        };
        var listener = Listener("http", otherwise,
            new(10, [new ProxyCondition.Path(["/x/1"])], new ProxyAction.FixedResponse(410, null, null)),
            new(20, [new ProxyCondition.Path(["/x/2"])], new ProxyAction.Forward([new("b", 1), new("c", 0)])),
            new(30, [new ProxyCondition.Path(["/x/3*"])], To("a")),
            new(40, [new ProxyCondition.Path(["/x/*"])], To("b")),
            new(50, [new ProxyCondition.Path(["/none"])], To("none")));
        await ApplyAsync(listener, Backend("a", one), Backend("b", two), Backend("c", three), Backend("none"));
        (await GetAsync(listener, "/x/1")).Status.ShouldBe(410);
        (await GetAsync(listener, "/x/2")).Server.ShouldBe("two");
        (await GetAsync(listener, "/x/3a")).Server.ShouldBe("one");
        (await GetAsync(listener, "/x/1a")).Server.ShouldBe("two");
        (await GetAsync(listener, "/none")).Status.ShouldBe(503);
        (await GetAsync(listener, "/y")).Status.ShouldBe(@default switch { "fixed" => 404, "redirect" => 301, _ => 200 });
    }

    /// <summary>Many in a row are looked up at once, where the longest would win.</summary>
    [Fact]
    public async Task Of_many_rules_in_a_row_the_first_that_holds_decides_and_not_the_longest()
    {
        var (one, two, three) = (await Bed.StartTargetAsync("one"), await Bed.StartTargetAsync("two"), await Bed.StartTargetAsync("three"));
        string[][] paths = [["/a/b", "/a/b/*"], ["/a*"], ["/a/b/c/*"], ["/c/d"], ["/c/d/*"], ["/c/*"], ["/d"], ["/d"], ["/e/*", "/f"]];
        string[][] hosts = [["x.example.com"], ["X.example.com.au"], ["y.*"], ["y.example.com"], ["z.example.com", "w.example.com"], ["v.example.com"], ["u.example.com"]];
        var rules = paths.Select(p => (ProxyCondition)new ProxyCondition.Path([.. p])).Concat(hosts.Select(h => new ProxyCondition.Host([.. h])))
            .Select((c, i) => new ProxyRule(i + 1, [c], To(i % 3 == 0 ? "a" : i % 3 == 1 ? "b" : "c")));
        var listener = Listener("http", new ProxyAction.FixedResponse(404, null, null), [.. rules]);
        await ApplyAsync(listener, Backend("a", one), Backend("b", two), Backend("c", three));
        foreach (var (path, who) in new[] { ("/a/b", "one"), ("/a/b/c/d", "one"), ("/a/bc", "two"), ("/a", "two"), ("/c/d", "one"), ("/c/d/e", "two"), ("/c/de", "three"), ("/d", "one"), ("/e/", "three"), ("/f", "three") })
            (await GetAsync(listener, path)).Server.ShouldBe(who, path);
        foreach (var (host, who) in new[] { ("X.EXAMPLE.com:80", "one"), ("x.example.com.au", "two"), ("y.example.com", "three"), ("w.example.com", "two"), ("v.example.com", "three"), ("u.example.com", "one") })
            (await Bed.SendAsync(listener, new() { Path = "/none", Host = host })).Server.ShouldBe(who, host);
        foreach (var path in new[] { "/", "/b", "/D", "/dd", "/f/", "/e" }) (await GetAsync(listener, path)).Status.ShouldBe(404, path);
        foreach (var host in new[] { "example.com", "x.example.co", "x.example.com.au.org", "yy.example.com" }) (await Bed.SendAsync(listener, new() { Path = "/none", Host = host })).Status.ShouldBe(404, host);
    }

    [Fact]
    public async Task The_first_rule_whose_conditions_hold_decides_whatever_its_action()
    {
        var one = await Bed.StartTargetAsync("one");
        var listener = Listener("http", new ProxyAction.FixedResponse(418, null, null),
            new(30, [new ProxyCondition.Path(["/a/b/*"])], new ProxyAction.FixedResponse(410, null, null)),
            new(10, [new ProxyCondition.Path(["/a/b/c"])], To("web")),
            new(20, [new ProxyCondition.Path(["/a/b/d"])], new ProxyAction.FixedResponse(409, null, null)));
        await ApplyAsync(listener, Backend("web", one));
        (await GetAsync(listener, "/a/b/c")).Server.ShouldBe("one");
        (await GetAsync(listener, "/a/b/d")).Status.ShouldBe(409);
        (await GetAsync(listener, "/a/b/e")).Status.ShouldBe(410);
        (await GetAsync(listener, "/z")).Status.ShouldBe(418);
    }

    [Theory]
    [InlineData(200, "text/plain", "hello\nworld: 100% of \"it\" 'is' $HOME %[src] \\ #here")]
    [InlineData(503, "application/json", "{\"a\": [1, 2]}")]
    [InlineData(404, null, null)]
    public async Task A_fixed_response_is_answered_as_it_is(int status, string? type, string? body)
    {
        var listener = Listener("http", new ProxyAction.FixedResponse(status, type, body));
        await ApplyAsync(listener);
        (await GetAsync(listener)).ShouldSatisfyAllConditions(
            a => a.Status.ShouldBe(status), a => (a.Body ?? "").ShouldBe(body ?? ""), a => { if (body is not null) a.ContentType.ShouldBe(type); });
    }

    [Theory]
    [InlineData("#{protocol}", "#{host}", "#{port}", "/#{path}", "#{query}", "/x/y", "q=1", "http://lb.example.com:PORT/x/y?q=1")]
    [InlineData("#{protocol}", "#{host}", "#{port}", "/#{path}", "#{query}", "/x/y", "", "http://lb.example.com:PORT/x/y")]
    [InlineData("HTTPS", "#{host}", "443", "/#{path}", "#{query}", "/", "", "https://lb.example.com:443/")]
    [InlineData("HTTPS", "new.#{host}", "443", "/v2/#{path}", "from=#{path}&#{query}", "/x", "a=b", "https://new.lb.example.com:443/v2/x?from=x&a=b")]
    [InlineData("HTTP", "a b\"'$HOME", "80", "/100%25\n#x", "", "/x", "", "http://a%20b%22%27%24HOME:80/100%25%0A%23x")]
    public async Task A_redirect_fills_in_its_placeholders(
        string protocol, string host, string port, string path, string query, string askedPath, string askedQuery, string location)
    {
        var listener = Listener("http", new ProxyAction.Redirect(301, protocol, host, port, path, query));
        await ApplyAsync(listener);
        var answer = await Bed.SendAsync(listener, new() { Path = askedPath, Query = askedQuery });
        answer.Status.ShouldBe(301);
        answer.Location.ShouldBe(location.Replace("PORT", $"{listener.Port}", StringComparison.Ordinal));
    }

    private async Task<bool> MatchesAsync(ProxyCondition condition, ProxyCall call)
    {
        var listener = Listener("http", new ProxyAction.FixedResponse(404, null, null), new ProxyRule(1, [condition], new ProxyAction.FixedResponse(299, null, null)));
        await ApplyAsync(listener);
        return (await Bed.SendAsync(listener, call)).Status == 299;
    }
}
