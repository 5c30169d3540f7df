using Minato.Aws.Dispatch;

namespace Minato.Aws.Tests.Dispatch;

/// <summary>Token buckets: what is in them, what flows back, and whose they are.</summary>
public sealed class ThrottleTests
{
    private static readonly ActionRate s_rate = new("ecs", "Read", 5, 2, "Describe", "List");
    private readonly Clock _clock = new();

    [Fact]
    public void A_burst_empties_the_bucket_and_time_fills_it_up_to_its_size()
    {
        var throttle = new Throttle([s_rate], 1, _clock);
        Admitted(throttle, "Describe", 7).ShouldBe(5);
        _clock.Pass(TimeSpan.FromSeconds(1));
        Admitted(throttle, "Describe", 7).ShouldBe(2);
        _clock.Pass(TimeSpan.FromHours(1));
        Admitted(throttle, "Describe", 7).ShouldBe(5);
    }

    [Fact]
    public void The_long_run_allows_the_refill_rate()
    {
        var throttle = new Throttle([s_rate], 1, _clock);
        var admitted = 0;
        for (var i = 0; i < 1000; i++)
        {
            admitted += Admitted(throttle, "List", 1);
            _clock.Pass(TimeSpan.FromMilliseconds(100));
        }

        admitted.ShouldBeInRange(204, 206);
    }

    [Fact]
    public void Operations_of_a_category_share_a_bucket()
    {
        var throttle = new Throttle([s_rate], 1, _clock);
        Admitted(throttle, "Describe", 3).ShouldBe(3);
        Admitted(throttle, "List", 3).ShouldBe(2);
    }

    [Fact]
    public void Accounts_and_Regions_have_buckets_of_their_own()
    {
        var throttle = new Throttle([s_rate], 1, _clock);
        Admitted(throttle, "Describe", 9).ShouldBe(5);
        Admitted(throttle, "Describe", 9, region: "us-east-2").ShouldBe(5);
        Admitted(throttle, "Describe", 9, account: "210987654321").ShouldBe(5);
    }

    [Fact]
    public void What_has_no_rate_is_never_throttled() => Admitted(new([s_rate], 1, _clock), "Other", 1000).ShouldBe(1000);

    [Theory]
    [InlineData(2, 10), InlineData(0.5, 2), InlineData(0.01, 1)]
    public void A_factor_makes_buckets_larger_or_smaller(double factor, int burst) => Admitted(new([s_rate], factor, _clock), "Describe", 100).ShouldBe(burst);

    private static int Admitted(Throttle throttle, string operation, int calls, string account = "123456789012", string region = "us-east-1")
    {
        var caller = new Caller { AccountId = account, Region = region, PrincipalArn = "" };
        return Enumerable.Range(0, calls).Count(_ => throttle.Admits("ecs", operation, caller));
    }

    private sealed class Clock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Pass(TimeSpan time) => _ticks += time.Ticks;
    }
}
