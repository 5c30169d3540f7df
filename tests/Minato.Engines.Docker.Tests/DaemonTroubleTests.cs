using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Minato.Engines.Containers;

namespace Minato.Engines.Docker.Tests;

public sealed class DaemonTroubleTests
{
    private const string Container =
        """{"Id":"c1","Name":"/c1","State":{"Status":"running"},"Config":{"Labels":{"minato.installation":"fake"}}}""";

    [Fact]
    public async Task An_absent_daemon_comes_with_advice()
    {
        var options = new DockerEngineOptions { InstallationId = "x", SocketPath = "/nowhere/docker.sock" };
        using var client = new DockerClient(options);
        using var engine = new DockerEngine(client, options, NullLogger<DockerEngine>.Instance);
        var away = (await engine.StatusAsync(default)).ShouldBeOfType<EngineStatus.Away>();
        away.Advice.ShouldStartWith("Docker Engine does not answer on /nowhere/docker.sock: start it with `systemctl start docker`");
        (await Should.ThrowAsync<EngineUnavailableException>(async () => await engine.ListAsync(default))).Message.ShouldBe(away.Advice);
        await Should.ThrowAsync<EngineUnavailableException>(async () => await engine.PullAsync("web", null, default));
        await Should.ThrowAsync<EngineUnavailableException>(async () => await FirstAsync(engine.WatchAsync(default)));
        await Should.ThrowAsync<EngineUnavailableException>(async () => await FirstAsync(engine.FollowLogsAsync("c1", null, default)));
    }

    [Fact]
    public async Task A_daemon_that_does_not_answer_is_away()
    {
        await using var daemon = await FakeDaemon.StartAsync(c => Task.Delay(Timeout.Infinite, c.RequestAborted));
        var e = await Should.ThrowAsync<EngineUnavailableException>(async () => await daemon.Engine.InspectAsync("c1", default));
        e.Message.ShouldContain("did not answer within");
    }

    [Fact]
    public async Task A_daemon_that_goes_away_ends_watching_and_following()
    {
        var connected = new SemaphoreSlim(0);
        await using var daemon = await FakeDaemon.StartAsync(async context =>
        {
            if (context.Request.Path.Value?.EndsWith("/json", StringComparison.Ordinal) == true)
            {
                await context.Response.WriteAsync(Container);
                return;
            }
            await context.Response.Body.FlushAsync();
            connected.Release();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }, callTimeoutMs: 60_000);
        var watching = FirstAsync(daemon.Engine.WatchAsync(default));
        var following = FirstAsync(daemon.Engine.FollowLogsAsync("c1", null, default));
        for (var i = 0; i < 2; i++) await connected.WaitAsync(TestContext.Current.CancellationToken);
        await daemon.StopAsync();
        await Should.ThrowAsync<EngineUnavailableException>(() => watching);
        await Should.ThrowAsync<EngineUnavailableException>(() => following);
    }

    [Fact]
    public async Task A_daemon_that_wants_a_newer_api_gets_it()
    {
        var paths = new List<string>();
        await using var daemon = await FakeDaemon.StartAsync(async context =>
        {
            lock (paths) paths.Add(context.Request.Path);
            var isOld = context.Request.Path.StartsWithSegments("/v1.41", StringComparison.Ordinal);
            if (isOld) context.Response.StatusCode = 400;
            await context.Response.WriteAsync(isOld
                ? """{"message":"client version 1.41 is too old. Minimum supported API version is 1.44, please upgrade your client"}"""
                : Container);
        }, callTimeoutMs: 60_000);
        (await daemon.Engine.InspectAsync("c1", default)).ShouldNotBeNull();
        (await daemon.Engine.InspectAsync("c1", default)).ShouldNotBeNull();
        paths.ShouldBe(["/v1.41/containers/c1/json", "/v1.44/containers/c1/json", "/v1.44/containers/c1/json"]);
    }

    [Fact]
    public async Task A_pull_can_fail_after_it_began()
    {
        await using var daemon = await FakeDaemon.StartAsync(context => context.Response.WriteAsync(
            "{\"status\":\"Pulling fs layer\"}\r\n{\"errorDetail\":{\"message\":\"x\"},\"error\":\"write /x: no space left on device\"}\r\n"));
        var failed = (await daemon.Engine.PullAsync("web:1", null, default)).ShouldBeOfType<PullOutcome.Failed>();
        failed.ShouldBe(new PullOutcome.Failed(PullFailure.DiskFull, "write /x: no space left on device"));
    }

    [Fact]
    public async Task A_pull_brings_login_and_tag_and_gives_up_in_silence()
    {
        var (query, login) = ("", "");
        await using var daemon = await FakeDaemon.StartAsync(async context =>
        {
            (query, login) = (context.Request.QueryString.Value, context.Request.Headers["X-Registry-Auth"].ToString());
            await context.Response.WriteAsync("{\"status\":\"Pulling fs layer\"}\r\n");
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        var failed = (await daemon.Engine.PullAsync("127.0.0.1:1/web", new("127.0.0.1:1", "AWS", "secret?>"), default)).ShouldBeOfType<PullOutcome.Failed>();
        failed.Failure.ShouldBe(PullFailure.Unreachable);
        query.ShouldBe("?fromImage=127.0.0.1%3A1%2Fweb&tag=latest");
        Encoding.UTF8.GetString(Convert.FromBase64String(login.Replace('-', '+').Replace('_', '/'))).ShouldContain("\"username\":\"AWS\"");
    }

    [Fact]
    public async Task A_slow_reader_of_changes_gets_one_for_each_container()
    {
        var flood = string.Concat(Enumerable.Range(0, 5000).Select(i =>
            "{\"Action\":\"start\",\"Actor\":{\"ID\":\"c" + i % 3 + "\",\"Attributes\":{\"image\":\"web\",\"kit\":\"yes\"}}}\n"));
        await using var daemon = await FakeDaemon.StartAsync(async context =>
        {
            await context.Response.WriteAsync(flood);
            await context.Response.CompleteAsync();
        }, callTimeoutMs: 60_000);
        var seen = new List<ContainerChange>();
        await Should.ThrowAsync<EngineUnavailableException>(async () =>
        {
            await foreach (var change in daemon.Engine.WatchAsync(default))
            {
                seen.Add(change);
                if (seen.Count == 1) await Task.Delay(100, TestContext.Current.CancellationToken); // The flood arrives meanwhile.
            }
        });
        seen.Count.ShouldBeLessThan(100);
        seen.Select(c => c.ContainerId).Distinct().Count().ShouldBe(3);
        seen[0].Labels.ShouldBe([new("kit", "yes")]);
    }

    [Fact]
    public async Task A_listing_of_endless_size_is_not_read()
    {
        await using var daemon = await FakeDaemon.StartAsync(async context =>
        {
            var chunk = new byte[1 << 20];
            Array.Fill(chunk, (byte)' ');
            while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
        }, callTimeoutMs: 60_000);
        await Should.ThrowAsync<InvalidDataException>(async () => await daemon.Engine.ListAsync(default));
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_not_told_that_the_engine_is_away()
    {
        await using var daemon = await FakeDaemon.StartAsync(c => Task.Delay(Timeout.Infinite, c.RequestAborted));
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Should.ThrowAsync<OperationCanceledException>(async () => await daemon.Engine.InspectAsync("c1", soon.Token));
    }

    [Fact]
    public async Task The_pause_image_is_loaded_again_after_someone_removed_it()
    {
        var (loads, creates) = (0, 0);
        await using var daemon = await FakeDaemon.StartAsync(async context =>
        {
            if (context.Request.Path.Value?.EndsWith("/images/load", StringComparison.Ordinal) == true) loads++;
            else if (context.Request.Method == "GET") await AnswerAsync(context, 404, """{"message":"No such image"}""");
            else if (++creates == 2) await AnswerAsync(context, 404, """{"message":"No such image: minato/pause:1"}""");
            else await AnswerAsync(context, 201, """{"Id":"c1"}""");
        }, callTimeoutMs: 60_000);
        var pause = new ContainerSpec { Name = "p", Image = EngineImage.Pause, Network = new NetworkAttachment.None() };
        for (var i = 0; i < 2; i++) (await daemon.Engine.CreateAsync(pause, default)).ShouldBe(new CreateOutcome.Created("c1"));
        (loads, creates).ShouldBe((2, 3));
    }

    [Fact]
    public async Task A_name_held_by_what_is_not_there_yet_is_asked_for_again()
    {
        var creates = 0;
        await using var daemon = await FakeDaemon.StartAsync(context => context.Request.Method == "GET"
            ? AnswerAsync(context, 404, """{"message":"No such container: web"}""")
            : ++creates == 1
                ? AnswerAsync(context, 409, """{"message":"Conflict. The container name \"/web\" is already in use by container \"c0\"."}""")
                : AnswerAsync(context, 201, """{"Id":"c1"}"""), callTimeoutMs: 60_000);
        var spec = new ContainerSpec { Name = "web", Image = "web:1", Network = new NetworkAttachment.None() };
        (await daemon.Engine.CreateAsync(spec, default)).ShouldBe(new CreateOutcome.Created("c1"));
    }

    private static Task AnswerAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body);
    }

    private static async Task<T?> FirstAsync<T>(IAsyncEnumerable<T> sequence)
    {
        await foreach (var first in sequence) return first;
        return default;
    }
}
