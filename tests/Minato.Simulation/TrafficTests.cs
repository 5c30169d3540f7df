using Minato.Testing;

namespace Minato.Simulation;

/// <summary>
/// Goal: what Minato itself does never costs a request. Method: 200 requests a second through the simulated proxy, each staying up
/// to half a second at its server, while the service rolls, scales, and Minato is killed.
/// </summary>
public sealed class TrafficTests
{
    [Theory, Seeds(1, 10)]
    public void A_rolling_update_fails_no_request(ulong seed) => Under(seed, async harbour =>
    {
        await harbour.RollAsync(2);
        await harbour.CalmAsync(3, 2, TimeSpan.FromMinutes(10));
    });

    [Theory, Seeds(1, 10)]
    public void A_kill_of_the_server_during_a_deployment_fails_no_request(ulong seed) => Under(seed, async harbour =>
    {
        await harbour.RollAsync(2);
        await harbour.World.Faults.RestartProcess(3, TimeSpan.FromSeconds(60), away: TimeSpan.FromSeconds(2));
        await harbour.CalmAsync(3, 2, TimeSpan.FromMinutes(10));
    });

    [Theory, Seeds(1, 5)]
    public void Scaling_out_and_in_fails_no_request(ulong seed) => Under(seed, async harbour =>
    {
        await harbour.ScaleAsync(7);
        await harbour.CalmAsync(7, 1, TimeSpan.FromMinutes(10));
        await harbour.ScaleAsync(2);
        await harbour.CalmAsync(2, 1, TimeSpan.FromMinutes(10));
    });

    [Fact]
    public void Traffic_notices_what_it_is_there_to_notice() => Harbour.Run(1, async harbour =>
    {
        await harbour.OpenAsync();
        var traffic = new Traffic(harbour.World);
        var running = traffic.RunAsync();
        await harbour.World.RunFor(TimeSpan.FromSeconds(10));
        traffic.Failures.ShouldBeEmpty();
        harbour.World.Host.Faults.KillAll(); // Nothing that Minato would do itself.
        await harbour.World.RunFor(TimeSpan.FromSeconds(1));
        traffic.End();
        await running;
        traffic.Failures.ShouldContain(f => f.Contains("cut off"));
        traffic.Failures.ShouldContain(f => f.Contains("answered 50"));
    });

    private static void Under(ulong seed, Func<Harbour, Task> work) => Harbour.Run(seed, async harbour =>
    {
        await harbour.OpenAsync();
        var traffic = new Traffic(harbour.World);
        var running = traffic.RunAsync();
        harbour.World.Always(_ => traffic.Failures is [var first, ..] ? first : null, "no request fails");
        await work(harbour);
        traffic.End();
        await running;
        traffic.Requests.ShouldBeGreaterThan(1000);
    });
}
