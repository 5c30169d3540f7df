using Minato.Testing.Containers;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Minato.Engines.Containers;

namespace Minato.Engines.Docker.Tests;

[Trait("Floor", "engine")]
public sealed class DaemonRestartTests
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    /// <summary>Goal: a daemon that dies and comes back costs no container and no line. Method: one container writes numbers, the
    /// daemon is killed in the middle, and the reader goes on after the last line it has.</summary>
    [Fact]
    public async Task A_daemon_that_was_killed_and_started_again_has_our_containers_and_their_lines()
    {
        Assert.SkipWhen(PrivateDaemon.Absence is not null, PrivateDaemon.Absence ?? "");
        await using var daemon = new PrivateDaemon();
        await daemon.StartAsync(Stopping);
        var options = new DockerEngineOptions { InstallationId = "kit", SocketPath = daemon.Socket };
        using var client = new DockerClient(options);
        using var engine = new DockerEngine(client, options, NullLogger<DockerEngine>.Instance);
        await engine.LoadAsync(ScratchImage.Make("kit:1", new(), [new("bin/busybox", await File.ReadAllBytesAsync("/bin/busybox", Stopping))]), Stopping);
        var created = await engine.CreateAsync(new()
        {
            Name = "counter", Image = "kit:1", Network = new NetworkAttachment.None(),
            EntryPoint = ["/bin/busybox", "sh", "-c"], Command = ["i=0; while :; do i=$((i+1)); echo $i; busybox usleep 5000; done"],
        }, Stopping);
        var id = created.ShouldBeOfType<CreateOutcome.Created>().ContainerId;
        await engine.StartAsync(id, Stopping);

        var watching = FirstAfterAsync(engine.WatchAsync(Stopping));
        var (count, last) = await CountAsync(engine, id, null, from: 0, upTo: 100);
        var following = CountAsync(engine, id, last, count, upTo: int.MaxValue);
        await daemon.KillAsync(Stopping);
        await Should.ThrowAsync<EngineUnavailableException>(() => watching);
        await Should.ThrowAsync<EngineUnavailableException>(() => following);
        await Should.ThrowAsync<EngineUnavailableException>(async () => await engine.StartAsync(id, Stopping));

        await daemon.StartAsync(Stopping);
        (await engine.InspectAsync(id, Stopping)).ShouldNotBeNull().Phase.ShouldBe(ContainerPhase.Running);
        (count, _) = await CountAsync(engine, id, last, count, upTo: 300);
        count.ShouldBe(300);
        await engine.PurgeAsync(Stopping);
    }

    private static async Task<(int Count, DateTimeOffset? Last)> CountAsync(
        DockerEngine engine, string id, DateTimeOffset? after, int from, int upTo)
    {
        await foreach (var line in engine.FollowLogsAsync(id, after, Stopping))
        {
            Encoding.UTF8.GetString(line.Text.Span).ShouldBe($"{++from}");
            after = line.Time;
            if (from == upTo) break;
        }
        return (from, after);
    }

    private static async Task FirstAfterAsync(IAsyncEnumerable<ContainerChange> changes)
    {
        await foreach (var _ in changes) { }
    }
}
