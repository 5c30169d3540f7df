using System.Text;
using Minato.Engines.Containers;
using Shouldly;
using Xunit;

namespace Minato.Testing.Containers;

public abstract partial class ContainerEngineKit
{
    [Fact]
    public async Task Lines_of_both_outputs_come_with_their_output()
    {
        var id = await StartAsync(Spec(new()
        {
            Writes = [new("one"), new(""), new("two", IsError: true), new("three")], LastWords = "and no line feed", Exits = 0,
        }));
        var lines = new List<ContainerLogLine>();
        await foreach (var line in Engine.FollowLogsAsync(id, null, Stopping)) lines.Add(line);
        Texts(lines, isError: false).ShouldBe(["one", "", "three", "and no line feed"]);
        Texts(lines, isError: true).ShouldBe(["two"]);
        lines.Select(l => l.Time).Distinct().Count().ShouldBe(lines.Count);
    }

    [Fact]
    public async Task Following_goes_on_exactly_after_any_line()
    {
        const int Count = 40;
        var id = await StartAsync(Spec(new() { Writes = [.. Enumerable.Range(0, Count).Select(i => new ContainerKitLine($"line {i}"))], Exits = 0 }));
        await UntilExitedAsync(id);
        var all = new List<ContainerLogLine>();
        await foreach (var line in Engine.FollowLogsAsync(id, null, Stopping)) all.Add(line);
        all.Count.ShouldBe(Count);
        for (var i = 0; i < Count; i += 13)
            (await LinesAsync(id, all[i].Time)).ShouldBe(all.Skip(i + 1).Select(l => Encoding.UTF8.GetString(l.Text.Span)));
        (await LinesAsync(id, all[^1].Time)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Lines_of_256_KiB_come_whole()
    {
        const int Length = 256 * 1024;
        var id = await StartAsync(Spec(new() { Writes = [new("before"), new("x", Repeat: Length), new("after")], Exits = 0 }));
        (await LinesAsync(id)).Select(l => l.Length).ShouldBe([6, Length, 5]);
    }

    [Fact]
    public async Task Following_is_live_and_ends_with_the_container()
    {
        var id = await StartAsync(Spec(new() { Writes = [new("alive")] }));
        var lines = Engine.FollowLogsAsync(id, null, Stopping).GetAsyncEnumerator(Stopping);
        (await lines.MoveNextAsync()).ShouldBeTrue();
        var end = lines.MoveNextAsync().AsTask();
        end.IsCompleted.ShouldBeFalse();
        await Engine.StopAsync(id, TimeSpan.FromSeconds(5), Stopping);
        (await end.WaitAsync(Patience, Stopping)).ShouldBeFalse();
        await lines.DisposeAsync();
    }

    [Fact]
    public async Task Logs_of_a_container_that_is_not_there_or_never_started_are_empty()
    {
        (await LinesAsync(NewName())).ShouldBeEmpty();
        (await LinesAsync(await CreateAsync(Spec()))).ShouldBeEmpty();
    }

    private static IEnumerable<string> Texts(IEnumerable<ContainerLogLine> lines, bool isError) =>
        lines.Where(l => l.IsError == isError).Select(l => Encoding.UTF8.GetString(l.Text.Span));
}
