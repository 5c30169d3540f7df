namespace Minato.Engines.Network.Tests;

public sealed class RangeClaimsTests
{
    private const string Range = "198.51.100.0/28"; // Documentation's: nobody else on this host has a use for it.

    [Fact]
    public void A_range_is_claimed_once_on_a_host_until_it_is_given_back_or_its_owner_ends()
    {
        using var other = new RangeClaims();
        using (var one = new RangeClaims())
        {
            one.TryClaim(Range).ShouldBeTrue();
            one.TryClaim(Range).ShouldBeFalse();
            other.TryClaim(Range).ShouldBeFalse();
            other.Release(Range);
            other.TryClaim(Range).ShouldBeFalse("it was not its own to give back");
            one.Release(Range);
            other.TryClaim(Range).ShouldBeTrue();
            other.Release(Range);
            one.TryClaim(Range).ShouldBeTrue();
        }
        other.TryClaim(Range).ShouldBeTrue();
    }
}
