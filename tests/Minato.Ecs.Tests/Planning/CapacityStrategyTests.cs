using System.Collections.Immutable;
using System.Globalization;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Tasks;

namespace Minato.Ecs.Tests.Planning;

public sealed class CapacityStrategyTests
{
    [Theory]
    [InlineData("a:0:1 b:0:1", "abababab")]
    [InlineData("a:0:1 b:0:3", "babbbabb")]
    [InlineData("a:0:3 b:0:1", "abaaabaa")]
    [InlineData("a:0:1 b:0:4", "babbbbabbb")]
    [InlineData("a:2:1 b:0:1", "aaabab")] // the base is no part of the ratio
    [InlineData("a:0:1 b:2:1", "bbabab")]
    [InlineData("a:3:0 b:0:1", "aaabbb")] // weight 0: nothing after the base
    [InlineData("a:0:0 b:0:1", "bbb")]
    [InlineData("a:0:1 b:0:1 c:0:2", "cabccabc")]
    [InlineData("a:0:0", "aaa")] // alone, its weight says nothing
    [InlineData("a:0:1000 b:0:1", "abaaaaaaaa")]
    public void The_base_comes_first_and_then_whose_share_is_furthest_below_its_weight(string strategy, string split) =>
        string.Concat(CapacityStrategy.Split(Strategy(strategy), split.Length)).ShouldBe(split);

    [Fact]
    public void Weights_give_the_ratio()
    {
        var split = CapacityStrategy.Split(Strategy("a:1:3 b:0:5 c:0:2"), 101);
        split.CountBy(p => p).ToDictionary().ShouldBe(new Dictionary<string, int> { ["a"] = 31, ["b"] = 50, ["c"] = 20 }, ignoreOrder: true);
    }

    [Fact]
    public void A_provider_that_lost_tasks_gets_the_next() =>
        CapacityStrategy.Next(Strategy("a:0:1 b:0:1"), new Dictionary<string, int> { ["a"] = 1, ["b"] = 3 }).ShouldBe("a");

    /// <param name="text">Name, base and weight of each item.</param>
    private static ImmutableArray<CapacityProviderStrategyItem> Strategy(string text) =>
    [
        .. text.Split(' ').Select(i => i.Split(':')).Select(i => new CapacityProviderStrategyItem
        {
            CapacityProvider = i[0], Base = int.Parse(i[1], CultureInfo.InvariantCulture), Weight = int.Parse(i[2], CultureInfo.InvariantCulture),
        }),
    ];
}
