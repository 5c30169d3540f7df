using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Minato.Engines.Containers;
using Minato.Testing.Containers;

namespace Minato.Engines.Docker.Tests;

/// <summary>A machine with a Docker Engine behind TLS, for all tests of a class.</summary>
public sealed class MachineFixture : IAsyncLifetime
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), "minato-engines-" + Path.GetRandomFileName());
    private readonly DockerEngineOptions options = new() { InstallationId = "kit-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)) };

    public PrivateMachine Machine { get; } = new();
    public string Image => $"minato-kit:{options.InstallationId}";
    internal DockerEngines Engines { get; private set; } = null!;
    internal RemoteEngines Remotes { get; private set; } = null!;
    internal DockerEngine Engine { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (PrivateMachine.Absence is not null) return;
        await Machine.StartAsync(CancellationToken.None);
        Remotes = new(folder);
        Remotes.Put(Machine.Engine, [.. RemoteEngine.Files.Select(f => File.ReadAllText(Path.Combine(Machine.Certificates, f)))]);
        Engines = new(new LostEngine(), Remotes, options, NullLogger<DockerEngine>.Instance);
        Engine = (DockerEngine)Engines.Of(Machine.Engine);
        await Engine.LoadAsync(ScratchImage.Make(Image, new() { Env = ["PATH=/bin"] },
            [new("bin/busybox", await File.ReadAllBytesAsync("/bin/busybox")), new("bin/sh", await File.ReadAllBytesAsync("/bin/busybox"))]), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (PrivateMachine.Absence is null) await Engine.PurgeAsync(CancellationToken.None);
        Engines?.Dispose();
        await Machine.DisposeAsync();
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }
}

[Trait("Floor", "engine")]
public sealed class RemoteEngineTests(MachineFixture there) : IClassFixture<MachineFixture>, IAsyncLifetime
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        Assert.SkipWhen(PrivateMachine.Absence is not null, PrivateMachine.Absence ?? "");
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task It_is_known_by_its_name_and_answers()
    {
        there.Engines.Known.ShouldBe([there.Machine.Engine]);
        (await there.Engine.StatusAsync(Stopping)).ShouldBeOfType<EngineStatus.Up>().Cpus.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Only_who_has_the_right_certificate_is_let_in_and_only_the_right_engine_is_trusted()
    {
        await using var other = new PrivateMachine();
        await other.StartAsync(Stopping);
        var folder = Path.Combine(Path.GetTempPath(), "minato-engines-" + Path.GetRandomFileName());
        try
        {
            var remotes = new RemoteEngines(folder);
            remotes.Put(other.Engine, [.. RemoteEngine.Files.Select(f => File.ReadAllText(Path.Combine(there.Machine.Certificates, f)))]);
            using var engines = new DockerEngines(new LostEngine(), remotes, new() { InstallationId = "kit" }, NullLogger<DockerEngine>.Instance);
            (await engines.Of(other.Engine).StatusAsync(Stopping)).ShouldBeOfType<EngineStatus.Away>().Advice.ShouldContain("whether the certificates in");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Certificates_are_kept_from_others_and_looked_at()
    {
        foreach (var file in Directory.EnumerateFiles(there.Remotes.Find(there.Machine.Engine)?.CertificateFolder ?? ""))
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Should.Throw<FormatException>(() => there.Remotes.Put("tcp://10.0.0.1:2376", ["no", "certificate", "at all"])).Message.ShouldStartWith("ca.pem, cert.pem, key.pem are not");
        Should.Throw<FormatException>(() => there.Remotes.Put("http://10.0.0.1", ["", "", ""]));
        there.Remotes.Find("tcp://10.0.0.1:2376").ShouldBeNull();
        Should.Throw<EngineUnavailableException>(() => there.Engines.Of("tcp://10.0.0.1:2376")).Message.ShouldContain("./minato instances add --engine tcp://10.0.0.1:2376");
    }

    [Fact]
    public async Task A_container_runs_there_is_watched_read_and_entered()
    {
        var changes = there.Engine.WatchAsync(Stopping).GetAsyncEnumerator(Stopping);
        var first = changes.MoveNextAsync();
        var id = await StartAsync("echo hello; busybox sleep 3600");
        (await first).ShouldBeTrue();
        changes.Current.ContainerId.ShouldBe(id);
        await foreach (var line in there.Engine.FollowLogsAsync(id, null, Stopping))
        {
            System.Text.Encoding.UTF8.GetString(line.Text.Span).ShouldBe("hello");
            break;
        }

        (await there.Engine.StatsAsync(id, Stopping)).ShouldNotBeNull();
        var process = (await there.Engine.ExecAsync(id, new(["sh", "-c", "exit 7"], "0:0"), Stopping)).ShouldBeOfType<ExecOutcome.Started>().Process;
        await using (process)
        {
            while (await process.ReadAsync(new byte[256], Stopping) > 0) { }
            (await process.ExitCodeAsync(Stopping)).ShouldBe(7);
        }
    }

    [Fact]
    public async Task What_is_not_ours_there_is_not_touched()
    {
        var (code, foreign) = await there.Machine.DockerAsync(Stopping, "run", "-d", "--network", "none", there.Image, "/bin/busybox", "sleep", "3600");
        code.ShouldBe(0, foreign);
        var ours = await StartAsync("busybox sleep 3600");
        (await there.Engine.ListAsync(Stopping)).ShouldAllBe(c => c.Id != foreign.Trim());
        await there.Engine.RemoveAsync(foreign.Trim(), Stopping);
        await there.Engine.RemoveAsync(ours, Stopping);
        (await there.Machine.DockerAsync(Stopping, "inspect", "--format", "{{.State.Running}}", foreign.Trim())).Output.Trim().ShouldBe("true");
        await there.Machine.DockerAsync(Stopping, "rm", "-f", foreign.Trim());
    }

    [Fact]
    public async Task A_network_of_a_VPC_is_made_there_whatever_this_machine_routes()
    {
        (await there.Engine.EnsureNetworkAsync(new("vpc-far", "10.215.7.0/24", "10.215.7.1"), Stopping)).ShouldBeOfType<NetworkOutcome.Ready>();
        await there.Engine.RemoveNetworkAsync("vpc-far", Stopping);
    }

    private async Task<string> StartAsync(string script)
    {
        var created = await there.Engine.CreateAsync(new()
        {
            Name = "kit-" + Guid.NewGuid().ToString("N"), Image = there.Image, Network = new NetworkAttachment.None(), EntryPoint = ["/bin/sh", "-c"], Command = [script],
        }, Stopping);
        var id = created.ShouldBeOfType<CreateOutcome.Created>().ContainerId;
        (await there.Engine.StartAsync(id, Stopping)).ShouldBeOfType<StartOutcome.Started>();
        return id;
    }
}
