using System.Collections.Immutable;
using Minato.Migration.Plans;
using Minato.Migration.Running;

namespace Minato.Migration.Tests;

/// <summary>Probes on threads as they are: answers come whenever they come, and the runner reads when it likes.</summary>
public sealed class ProbesTests
{
    private static readonly SideAddress s_side = new(new("http://127.0.0.1"), null, null);

    [Fact]
    public async Task Answers_of_both_sides_are_counted_whoever_reads_meanwhile()
    {
        var probes = new Probes(new("/", 1000, TimeSpan.FromSeconds(1)), TimeSpan.FromMilliseconds(2), new Quick(), TimeProvider.System);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = probes.RunAsync(s_side, s_side, over.Token);
        var reading = Task.Run(() =>
        {
            while (!over.IsCancellationRequested) probes.Read(0, TimeProvider.System.GetUtcNow()).ShouldAllBe(s => s.Old.Errors == 0);
        }, over.Token);
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        running.IsFaulted.ShouldBeFalse($"{running.Exception}");
        await over.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(running);
        await reading;
        probes.Read(0, DateTimeOffset.MaxValue - TimeSpan.FromDays(1)).ShouldNotBeEmpty();
    }

    private sealed class Quick : IHttpSender
    {
        public async Task<HttpAnswer> SendAsync(SideAddress side, MirrorRequest request, TimeSpan timeout, int maxBody, CancellationToken ct)
        {
            await Task.Yield();
            return new(200, ImmutableSortedDictionary<string, string>.Empty, default, false, null);
        }
    }
}
