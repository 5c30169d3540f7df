using System.Text;
using Minato.Engines.Containers;
using Shouldly;
using Xunit;

namespace Minato.Testing.Containers;

public abstract partial class ContainerEngineKit
{
    [Fact]
    public async Task A_process_in_a_container_has_a_terminal_and_an_exit_code()
    {
        var id = await StartAsync(Spec());
        var outcome = await Engine.ExecAsync(id, new(["sh", "-c", "echo hi; cat; exit 3"]), Stopping);
        await using var process = outcome.ShouldBeOfType<ExecOutcome.Started>().Process;
        await process.ResizeAsync(100, 30, Stopping);
        await process.WriteAsync("\u0004"u8.ToArray(), Stopping);
        var output = new StringBuilder();
        var buffer = new byte[256];
        while (await process.ReadAsync(buffer, Stopping) is > 0 and var count) output.Append(Encoding.UTF8.GetString(buffer, 0, count));
        output.ToString().ShouldBe("hi\r\n");
        (await process.ExitCodeAsync(Stopping)).ShouldBe(3);
    }

    [Fact]
    public async Task A_container_becomes_an_image_that_others_are_made_of()
    {
        var spec = Spec();
        var id = await StartAsync(spec);
        var name = $"minato-kit/{spec.Name.ToLowerInvariant()}:1";
        (await Engine.CommitAsync(id, name, Stopping)).ShouldBeOfType<CommitOutcome.Committed>();
        (await InspectAsync(id)).Phase.ShouldBe(ContainerPhase.Running, "it goes on");
        await StartAsync(Spec() with { Image = name });
        (await Engine.CommitAsync("nobody", name, Stopping)).ShouldBeOfType<CommitOutcome.Gone>();
    }

    [Fact]
    public async Task No_process_starts_in_a_container_that_does_not_run()
    {
        var id = await CreateAsync(Spec());
        (await Engine.ExecAsync(id, new(["sh", "-c", "echo hi"]), Stopping)).ShouldBeOfType<ExecOutcome.NotRunning>();
        (await Engine.ExecAsync("nobody", new(["sh", "-c", "echo hi"]), Stopping)).ShouldBeOfType<ExecOutcome.NotRunning>();
    }
}
