using Minato.Engines.Containers;
using Minato.Testing.Containers;

namespace Minato.Engines.Docker.Tests;

/// <summary>The simulated engine keeps the promises of the real one, here on the clock of this machine.</summary>
public sealed class SimContainerEngineTests : ContainerEngineKit
{
    private readonly SimHost host = new(TimeProvider.System);
    private int names;

    protected override IContainerEngine Engine => field ??= new SimContainerEngine(host, "kit");

    protected override string NewName() => $"kit-{++names}";

    protected override ValueTask<string> FreeRangeAsync() => new($"10.0.{++names}.0/24");

    protected override ContainerSpec Running(ContainerSpec spec, ContainerKitProgram program)
    {
        var image = new SimImage($"image-{spec.Name}")
        {
            RunsFor = program.Exits is null ? null : TimeSpan.FromMilliseconds(50),
            ExitCode = program.Exits ?? 0,
            OnTerminate = program.OnTerminate,
            Health = program.IsWell ? [] : [new(TimeSpan.Zero, Well: false)],
            Lines =
            [
                .. program.Writes.Select(w => new SimLine(TimeSpan.Zero, string.Concat(Enumerable.Repeat(w.Text, w.Repeat)), w.IsError)),
                .. program.LastWords is "" ? Array.Empty<SimLine>() : [new SimLine(TimeSpan.Zero, program.LastWords)],
            ],
        };
        host.AddImage(image, present: true);
        return spec with { Image = image.Name };
    }

    protected override async ValueTask<string> StartForeignAsync(string name)
    {
        var other = new SimContainerEngine(host, "someone else");
        var created = await other.CreateAsync(Running(new() { Name = name, Image = "", Network = new NetworkAttachment.None() },
            ContainerKitProgram.Waits), Stopping);
        var id = created.ShouldBeOfType<CreateOutcome.Created>().ContainerId;
        await other.StartAsync(id, Stopping);
        return id;
    }

    protected override ValueTask<bool> ForeignRunsAsync(string id) =>
        new(host.Containers.Any(c => c.Id == id && c.Phase is ContainerPhase.Running));
}
