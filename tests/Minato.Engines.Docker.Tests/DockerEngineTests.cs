using System.Security.Cryptography;
using System.Text;
using Minato.Engines.Containers;
using Minato.Testing.Containers;

namespace Minato.Engines.Docker.Tests;

/// <summary>The contract tests on the Docker Engine of this machine.</summary>
[Trait("Floor", "engine")]
public sealed partial class DockerEngineTests(DockerFixture docker) : ContainerEngineKit, IClassFixture<DockerFixture>, IAsyncLifetime
{
    protected override IContainerEngine Engine => docker.Engine;

    public ValueTask InitializeAsync()
    {
        Assert.SkipWhen(docker.Absence is not null, docker.Absence ?? "");
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override string NewName() => "kit-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    protected override async ValueTask<string> FreeRangeAsync()
    {
        var used = (await Engine.UsedRangesAsync(Stopping)).Select(Cidr.Parse).OfType<System.Net.IPNetwork>().ToList();
        while (true)
        {
            var range = $"10.{RandomNumberGenerator.GetInt32(100, 250)}.{RandomNumberGenerator.GetInt32(256)}.0/24";
            if (!used.Exists(u => Cidr.Overlap(u, System.Net.IPNetwork.Parse(range)))) return range;
        }
    }

    protected override ContainerSpec Running(ContainerSpec spec, ContainerKitProgram program) =>
        spec with { Image = docker.Image, EntryPoint = ["/bin/busybox", "sh", "-c"], Command = [Script(program)] };

    protected override async ValueTask<string> StartForeignAsync(string name)
    {
        var spec = Running(new() { Name = name, Image = "", Network = new NetworkAttachment.None() }, ContainerKitProgram.Waits);
        var id = (await docker.OtherEngine.CreateAsync(spec, Stopping)).ShouldBeOfType<CreateOutcome.Created>().ContainerId;
        await docker.OtherEngine.StartAsync(id, Stopping);
        return id;
    }

    protected override async ValueTask<bool> ForeignRunsAsync(string id) =>
        await docker.OtherEngine.InspectAsync(id, Stopping) is { Phase: ContainerPhase.Running };

    internal static string Script(ContainerKitProgram program)
    {
        var script = new StringBuilder();
        script.Append(program.OnTerminate is { } code ? $"trap 'exit {code}' TERM\n" : "trap '' TERM\n");
        if (program.IsWell) script.Append("echo > /well\n");
        foreach (var line in program.Writes)
        {
            var to = line.IsError ? " >&2" : "";
            script.Append(line.Repeat == 1
                ? $"echo '{line.Text}'{to}\n"
                : $"{{ busybox head -c {line.Repeat} /dev/zero | busybox tr '\\0' '{line.Text}'; echo; }}{to}\n");
        }
        if (program.LastWords is not "") script.Append($"printf '%s' '{program.LastWords}'\n");
        script.Append(program.Exits is { } exit ? $"exit {exit}\n" : "while :; do busybox sleep 0.05; done\n");
        return script.ToString();
    }
}
