using System.Security.Cryptography;
using Minato.Engines.Containers;
using Minato.Testing.Containers;

namespace Minato.Engines.Docker.Tests;

/// <summary>The contract tests on a Docker Engine behind TLS.</summary>
[Trait("Floor", "engine")]
public sealed class RemoteEngineKitTests(MachineFixture there) : ContainerEngineKit, IClassFixture<MachineFixture>, IAsyncLifetime
{
    protected override IContainerEngine Engine => there.Engine;

    public ValueTask InitializeAsync()
    {
        Assert.SkipWhen(PrivateMachine.Absence is not null, PrivateMachine.Absence ?? "");
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override string NewName() => "kit-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    protected override ValueTask<string> FreeRangeAsync() =>
        new($"10.{RandomNumberGenerator.GetInt32(216, 250)}.{RandomNumberGenerator.GetInt32(256)}.0/24"); // Nothing else is there.

    protected override ContainerSpec Running(ContainerSpec spec, ContainerKitProgram program) =>
        spec with { Image = there.Image, EntryPoint = ["/bin/busybox", "sh", "-c"], Command = [DockerEngineTests.Script(program)] };

    protected override async ValueTask<string> StartForeignAsync(string name) =>
        (await there.Machine.DockerAsync(Stopping, "run", "-d", "--network", "none", "--name", name, there.Image, "/bin/busybox", "sleep", "3600")).Output.Trim();

    protected override async ValueTask<bool> ForeignRunsAsync(string id) =>
        (await there.Machine.DockerAsync(Stopping, "inspect", "--format", "{{.State.Running}}", id)).Output.Trim() == "true";
}
