using Minato.Engines.HaProxy.Configuration;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Tests;

public sealed class RuleLookupTests
{
    /// <summary>Goal: a lookup decides as rules tried in turn do. Method: rules of few letters, so that they cover each other, and all short paths.</summary>
    [Fact]
    public void The_longest_key_of_a_lookup_is_what_the_first_rule_that_holds_asks_for()
    {
        var random = new Random(7);
        string Word(int longest) => "/" + string.Concat(Enumerable.Range(0, random.Next(longest)).Select(_ => "ab"[random.Next(2)]));
        for (var round = 0; round < 500; round++)
        {
            var rules = Enumerable.Range(1, 12).Select(i => Rule(i, Enumerable.Range(0, random.Next(1, 4)).Select(_ => Word(5) + (random.Next(2) == 0 ? "*" : "")).ToArray())).ToList();
            var (_, lookup) = RuleLookup.Of(rules, r => $"{r.Priority}").ShouldHaveSingleItem();
            foreach (var path in Enumerable.Range(0, 50).Select(_ => Word(7))) Longest(lookup.ShouldNotBeNull(), path).ShouldBe(First(rules, path), path);
        }
    }

    [Fact]
    public void Rules_in_a_row_that_ask_for_the_same_kind_of_thing_are_one_lookup_when_they_are_many()
    {
        var many = Enumerable.Range(1, RuleLookup.Fewest).Select(i => Rule(i, $"/{i}/*")).ToList();
        Rows([.. many.Skip(1)]).ShouldBe([(many.Count - 1, null)]);
        Rows([.. many]).ShouldBe([(many.Count, many.Count)]);
        Rows([.. many, new(20, [new ProxyCondition.Host(["a.example.com"])], To), new(21, [new ProxyCondition.Path(["/x"]), new ProxyCondition.Host(["b"])], To), .. many])
            .ShouldBe([(many.Count, many.Count), (1, null), (1, null), (many.Count, many.Count)]);
        Rows([.. many.Take(4), Rule(5, "/a/*/b"), .. many.Skip(4)]).ShouldBe([(4, null), (1, null), (many.Count - 4, null)]);
    }

    private static readonly ProxyAction.Forward To = new([new("web", 1)]);

    private static ProxyRule Rule(int priority, params string[] paths) => new(priority, [new ProxyCondition.Path([.. paths])], To);

    private static List<(int, int?)> Rows(ProxyRule[] rules) => [.. RuleLookup.Of(rules, r => $"{r.Priority}").Select(r => (r.Rules.Length, r.Lookup?.Entries.Length))];

    private static string? First(List<ProxyRule> rules, string path) => rules.Find(r => ((ProxyCondition.Path)r.Conditions[0]).Values
        .Any(v => v.EndsWith('*') ? path.StartsWith(v[..^1], StringComparison.Ordinal) : path == v))?.Priority.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string? Longest(RuleLookup lookup, string path) =>
        lookup.Entries.Where(e => (path + '\u0001').StartsWith(e.Key, StringComparison.Ordinal)).OrderByDescending(e => e.Key.Length).Select(e => e.Value).FirstOrDefault();
}
