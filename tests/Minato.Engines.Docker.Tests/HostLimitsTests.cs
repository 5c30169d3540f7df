using Minato.Engines.Containers;

namespace Minato.Engines.Docker.Tests;

public sealed class HostLimitsTests
{
    private static readonly string[] Limits = ["Limit Soft Hard Units", "Max open files            1024                 20000                files     "];

    [Fact]
    public void Who_may_raise_limits_has_none() => HostLimits.OpenFiles(["CapEff:\t000001ffffffffff"], Limits).ShouldBe(long.MaxValue);

    [Fact]
    public void Who_may_not_has_his_own() => HostLimits.OpenFiles(["CapEff:\t000001fffeffffff"], Limits).ShouldBe(20000);

    [Fact]
    public void A_limit_that_was_asked_for_is_not_touched() => HostLimits.Fit(new("nofile", 1 << 30, 1 << 30)).Hard.ShouldBe(1 << 30);
}
