using System.Collections.Immutable;
using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Minato.Engines.Containers;

namespace Minato.Engines.Docker.Tests;

/// <summary>That the real engine does with a <see cref="ContainerSpec"/> what it says: seen from inside the container.</summary>
[Trait("Floor", "engine")]
public sealed class DockerContainerTests(DockerFixture docker) : IClassFixture<DockerFixture>, IAsyncLifetime
{
    private static readonly JsonTypeInfo<JsonElement> Json = (JsonTypeInfo<JsonElement>)JsonSerializerOptions.Default.GetTypeInfo(typeof(JsonElement));

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        Assert.SkipWhen(docker.Absence is not null, docker.Absence ?? "");
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_container_is_as_its_spec_says()
    {
        var spec = Shell("""
            alias b=busybox
            echo "$GREETING"; pwd; b id -u; b hostname; ulimit -n; b cat /etc/resolv.conf | b grep nameserver
            b grep -c extra.example /etc/hosts; echo x 2>/dev/null > /forbidden || echo "read only"; b df /scratch | b tail -1 | b tr -s ' ' | b cut -d' ' -f2
            b grep CapEff /proc/self/status | b cut -f2; b ps | b head -2 | b tail -1 | b grep -c init
            """) with
        {
            Environment = ImmutableSortedDictionary<string, string>.Empty.Add("GREETING", "hello = world"),
            WorkingDirectory = "/work",
            User = "1234",
            Hostname = "harbour",
            Ulimits = [new("nofile", 321, 654)],
            DnsServers = ["127.0.0.53"],
            ExtraHosts = ["extra.example:10.9.8.7"],
            ReadOnlyRootFilesystem = true,
            Mounts = [new(null, "/scratch", ReadOnly: false, TmpfsBytes: 1 << 20), new(null, "/work", ReadOnly: false)],
            CapabilitiesDropped = ["ALL"],
            Init = true,
            Network = new NetworkAttachment.Bridge(),
        };
        (await OutputAsync(spec)).ShouldBe(
            ["hello = world", "/work", "1234", "harbour", "321", "nameserver 127.0.0.53", "1", "read only", "1024", "0000000000000000", "1"]);
    }

    [Fact]
    public async Task A_purge_takes_along_the_images_that_were_made_of_its_containers_and_no_others()
    {
        var options = new DockerEngineOptions { InstallationId = docker.Installation + "-images" };
        using var client = new DockerClient(options);
        using var engine = new DockerEngine(client, options, Microsoft.Extensions.Logging.Abstractions.NullLogger<DockerEngine>.Instance);
        var made = $"minato-kit/{options.InstallationId}:1";
        var container = await engine.CreateAsync(Shell("true"), Stopping) is CreateOutcome.Created(var id) ? id : "";
        (await engine.CommitAsync(container, made, Stopping)).ShouldBeOfType<CommitOutcome.Committed>();
        await engine.PurgeAsync(Stopping);
        (await engine.FindImageAsync(made, Stopping)).ShouldBeNull();
        (await engine.FindImageAsync(docker.Image, Stopping)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_file_is_there_before_the_container_starts() =>
        (await OutputAsync(Shell("busybox cat /etc/router/router.conf; busybox ls -l /etc/router/router.conf | busybox cut -c1-10") with
        {
            Files = [new("/etc/router/router.conf", "[INPUT]\n    Name forward\n")],
        })).ShouldBe(["[INPUT]", "    Name forward", "-rw-r--r--"]);

    [Fact]
    public async Task Limits_reach_the_engine()
    {
        var id = await CreateAsync(Shell(":") with
        {
            CpuShares = 256, MemoryBytes = 64 << 20, MemoryReservationBytes = 32 << 20, SharedMemoryBytes = 8 << 20,
        });
        var stored = await docker.Client.GetAsync($"/containers/{id}/json", Json, Stopping);
        var host = stored.GetProperty("HostConfig");
        (host.GetProperty("CpuShares").GetInt64(), host.GetProperty("Memory").GetInt64(), host.GetProperty("MemoryReservation").GetInt64(),
            host.GetProperty("ShmSize").GetInt64()).ShouldBe((256, 64 << 20, 32 << 20, 8 << 20));
        var log = host.GetProperty("LogConfig").GetProperty("Config");
        (log.GetProperty("max-size").GetString(), log.GetProperty("max-file").GetString()).ShouldBe(("16m", "2"));
    }

    [Fact]
    public async Task Running_out_of_memory_is_told()
    {
        var id = await StartAsync(Shell("busybox tail /dev/zero") with { MemoryBytes = 8 << 20 });
        var exited = await UntilExitedAsync(id);
        (exited.OutOfMemory, exited.ExitCode).ShouldBe((true, 137));
    }

    [Fact]
    public async Task A_command_that_is_not_there_is_refused_in_the_engines_words()
    {
        var id = await CreateAsync(Shell(":") with { EntryPoint = ["/no/such/thing"] });
        (await docker.Engine.StartAsync(id, Stopping)).ShouldBeOfType<StartOutcome.Refused>().Reason.ShouldContain("/no/such/thing");
        var container = (await docker.Engine.InspectAsync(id, Stopping)).ShouldNotBeNull();
        container.Error.ShouldNotBeNull().ShouldContain("/no/such/thing");
    }

    [Fact]
    public async Task Volumes_are_shared_by_name_and_removed_by_name()
    {
        var volume = NewName();
        await OutputAsync(Shell("echo kept > /data/file") with { Mounts = [new(volume, "/data", ReadOnly: false)] });
        var reading = Shell("busybox cat /data/file; echo no 2>/dev/null > /data/file || echo 'read only'");
        (await OutputAsync(reading with { Mounts = [new(volume, "/data", ReadOnly: true)] })).ShouldBe(["kept", "read only"]);
        foreach (var container in await docker.Engine.ListAsync(Stopping)) await docker.Engine.RemoveAsync(container.Id, Stopping);
        for (var i = 0; i < 2; i++) await docker.Engine.RemoveVolumeAsync(volume, Stopping);
        (await OutputAsync(Shell("busybox ls /data") with { Mounts = [new(volume, "/data", ReadOnly: false)] })).ShouldBeEmpty();
    }

    [Fact]
    public async Task Host_directories_are_made_when_missing()
    {
        var directory = Path.Combine(Path.GetTempPath(), NewName());
        await OutputAsync(Shell("echo from inside > /data/file") with { Mounts = [new(directory, "/data", ReadOnly: false)] });
        (await File.ReadAllTextAsync(Path.Combine(directory, "file"), Stopping)).ShouldBe("from inside\n");
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task A_task_is_reached_at_its_address_through_the_pause_container()
    {
        var network = await EnsureSomeNetworkAsync(NewName());
        var address = network.Gateway[..^1] + "77";
        var pause = await StartAsync(new() { Name = NewName(), Image = EngineImage.Pause, Network = new NetworkAttachment.Address(network.Name, address, "02:42:0a:00:00:4d") });
        var server = Shell("while :; do echo hello | busybox nc -l -p 8080; done") with { Network = new NetworkAttachment.SharedWith(pause) };
        await StartAsync(server);
        (await AskAsync(address, 8080)).ShouldBe("hello\n");
        var seen = await OutputAsync(Shell("busybox ip addr show eth0 | busybox grep -c 02:42:0a:00:00:4d") with { Network = new NetworkAttachment.SharedWith(pause) });
        seen.ShouldBe(["1"]);
    }

    [Fact]
    public async Task A_published_port_carries_traffic_on_loopback()
    {
        var id = await StartAsync(Shell("while :; do echo hello | busybox nc -l -p 8080; done") with
        {
            Network = new NetworkAttachment.Bridge(), Ports = [new(8080, 0)],
        });
        var port = (await docker.Engine.InspectAsync(id, Stopping)).ShouldNotBeNull().Ports.ShouldHaveSingleItem();
        (await AskAsync(port.HostAddress, port.HostPort)).ShouldBe("hello\n");
    }

    [Fact]
    public async Task A_terminals_output_is_whole_lines_too()
    {
        var spec = Shell("busybox head -c 40000 /dev/zero | busybox tr '\\0' x; echo; echo end") with { PseudoTerminal = true };
        (await OutputAsync(spec)).Select(l => l.Length).ShouldBe([40000, 3]);
    }

    [Fact]
    public async Task Outputs_written_at_once_do_not_mix_within_lines()
    {
        var lines = await OutputAsync(Shell("""
            big() { busybox head -c 100000 /dev/zero | busybox tr '\0' $1; echo; }
            for i in 1 2 3 4 5; do big a; done & for i in 1 2 3 4 5; do big b >&2; done; wait
            """));
        lines.Select(l => (l[0], l.Length, l.Distinct().Count())).Order().ShouldBe(
            [.. Enumerable.Repeat(('a', 100000, 1), 5), .. Enumerable.Repeat(('b', 100000, 1), 5)]);
    }

    [Fact]
    public async Task Twenty_thousand_lines_arrive_in_order_and_each_has_its_own_time()
    {
        var id = await StartAsync(Shell("busybox seq 1 20000"));
        var (count, last) = (0, DateTimeOffset.MinValue);
        await foreach (var line in docker.Engine.FollowLogsAsync(id, null, Stopping))
        {
            Encoding.UTF8.GetString(line.Text.Span).ShouldBe($"{++count}");
            line.Time.ShouldBeGreaterThan(last);
            last = line.Time;
        }
        count.ShouldBe(20000);
    }

    [Fact]
    public async Task The_daemons_logs_can_go_elsewhere()
    {
        var id = await StartAsync(Shell("echo lost") with { Log = new("none", ImmutableSortedDictionary<string, string>.Empty) });
        await UntilExitedAsync(id);
        (await ReadAsync(id)).ShouldBeEmpty();
    }

    private ContainerSpec Shell(string script) => new()
    {
        Name = NewName(), Image = docker.Image, EntryPoint = ["/bin/busybox", "sh", "-c"], Command = [script], Network = new NetworkAttachment.None(),
    };

    private async Task<string> CreateAsync(ContainerSpec spec) =>
        (await docker.Engine.CreateAsync(spec, Stopping)).ShouldBeOfType<CreateOutcome.Created>().ContainerId;

    private async Task<string> StartAsync(ContainerSpec spec)
    {
        var id = await CreateAsync(spec);
        (await docker.Engine.StartAsync(id, Stopping)).ShouldBeOfType<StartOutcome.Started>();
        return id;
    }

    private async Task<List<string>> OutputAsync(ContainerSpec spec) => await ReadAsync(await StartAsync(spec));

    private async Task<List<string>> ReadAsync(string id)
    {
        var lines = new List<string>();
        await foreach (var line in docker.Engine.FollowLogsAsync(id, null, Stopping)) lines.Add(Encoding.UTF8.GetString(line.Text.Span));
        return lines;
    }

    private async Task<EngineContainer> UntilExitedAsync(string id)
    {
        await foreach (var _ in docker.Engine.FollowLogsAsync(id, null, Stopping)) { }
        await docker.Client.DoAsync(HttpMethod.Post, $"/containers/{id}/wait", Stopping);
        return (await docker.Engine.InspectAsync(id, Stopping)).ShouldNotBeNull();
    }

    private async Task<NetworkSpec> EnsureSomeNetworkAsync(string name)
    {
        while (true)
        {
            var prefix = $"10.{RandomNumberGenerator.GetInt32(100, 250)}.{RandomNumberGenerator.GetInt32(256)}";
            var spec = new NetworkSpec(name, $"{prefix}.0/24", $"{prefix}.1");
            if (await docker.Engine.EnsureNetworkAsync(spec, Stopping) is NetworkOutcome.Ready) return spec;
        }
    }

    /// <summary>The server needs a moment to listen.</summary>
    private static async Task<string> AskAsync(string address, int port)
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var connection = new TcpClient();
                await connection.ConnectAsync(address, port, Stopping);
                using var reader = new StreamReader(connection.GetStream());
                if (await reader.ReadToEndAsync(Stopping) is { Length: > 0 } answer) return answer;
            }
            catch (Exception e) when (e is SocketException or IOException && patience.Elapsed < TimeSpan.FromSeconds(10))
            {
                // Not yet.
            }
            await Task.Delay(20, Stopping);
        }
    }

    private static string NewName() => "kit-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
}
