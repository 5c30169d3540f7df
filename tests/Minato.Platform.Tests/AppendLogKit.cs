using System.Text;
using Minato.Platform.Sqlite;

namespace Minato.Platform.Tests;

/// <summary>What every append log keeps.</summary>
public abstract class AppendLogKit
{
    protected abstract IAppendLog Log { get; }

    [Fact]
    public async Task Entries_are_ordered_by_time_then_by_arrival()
    {
        await AppendAsync((3, "c"), (1, "a"), (2, "b1"));
        await AppendAsync((2, "b2"));
        (await TextAsync(new())).ShouldBe("a b1 b2 c");
        (await TextAsync(new() { Descending = true })).ShouldBe("c b2 b1 a");
    }

    [Fact]
    public async Task A_range_includes_its_beginning_and_not_its_end()
    {
        await AppendAsync((1, "a"), (2, "b"), (3, "c"), (4, "d"));
        (await TextAsync(new() { FromMs = 2, ToMs = 4 })).ShouldBe("b c");
        (await TextAsync(new() { FromMs = 5 })).ShouldBe("");
        (await TextAsync(new() { ToMs = 1 })).ShouldBe("");
    }

    [Fact]
    public async Task Pages_forward_and_back_meet_without_gap_or_repeat()
    {
        await AppendAsync([.. Enumerable.Range(0, 25).Select(n => ((long)n / 3, $"{n}"))]);
        var forward = new List<string>();
        Position? last = null;
        while (await ReadAsync(new() { After = last, Limit = 4 }) is { Count: > 0 } page)
        {
            forward.AddRange(page.Select(Text));
            last = page[^1].Position;
        }

        forward.ShouldBe(Enumerable.Range(0, 25).Select(n => $"{n}"));
        var back = await ReadAsync(new() { Before = last, Limit = 2, Descending = true });
        back.Select(Text).ShouldBe(["23", "22"]);
    }

    [Fact]
    public async Task Partitions_are_apart_and_deletion_and_trimming_take_their_own()
    {
        await AppendAsync((1, "a"), (2, "b"), (3, "c"));
        await Log.AppendAsync("other", [new(1, 1, "x"u8.ToArray())], Given.Ct);
        await Log.TrimAsync("p", 3, Given.Ct);
        (await TextAsync(new())).ShouldBe("c");
        await Log.DeleteAsync("p", Given.Ct);
        (await TextAsync(new())).ShouldBe("");
        (await Log.ReadAsync("other", new(), Given.Ct)).Count.ShouldBe(1);
        await Log.ClearAsync(Given.Ct);
        (await Log.ReadAsync("other", new(), Given.Ct)).Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_position_is_never_used_again()
    {
        await AppendAsync((1, "a"));
        var first = (await ReadAsync(new())).Single().Position;
        await Log.DeleteAsync("p", Given.Ct);
        await AppendAsync((1, "b"));
        (await ReadAsync(new())).Single().Position.ShouldBeGreaterThan(first);
    }

    [Fact]
    public async Task Payloads_come_back_as_they_were_at_any_size()
    {
        var large = new byte[256 * 1024];
        new Ids(5).Fill(large);
        await Log.AppendAsync("p", [new(-7, 42, large), new(-6, 43, Array.Empty<byte>())], Given.Ct);
        var entries = await ReadAsync(new());
        entries[0].Entry.Payload.ToArray().ShouldBe(large);
        entries[0].Entry.IngestedMs.ShouldBe(42);
        entries[1].Entry.Payload.Length.ShouldBe(0);
    }

    private protected async Task AppendAsync(params (long Ms, string Text)[] entries) =>
        await Log.AppendAsync("p", [.. entries.Select(e => new LogEntry(e.Ms, 0, Encoding.UTF8.GetBytes(e.Text)))], Given.Ct);

    private protected async Task<string> TextAsync(AppendRange range) => string.Join(' ', (await ReadAsync(range)).Select(Text));

    private async Task<IReadOnlyList<StoredEntry>> ReadAsync(AppendRange range) => await Log.ReadAsync("p", range, Given.Ct);

    private static string Text(StoredEntry entry) => Encoding.UTF8.GetString(entry.Entry.Payload.Span);
}

public sealed class MemoryAppendLogTests : AppendLogKit
{
    protected override IAppendLog Log { get; } = new MemoryAppendLog();
}

public sealed class SqliteAppendLogTests : AppendLogKit, IDisposable
{
    private readonly TempDirectory _directory = new();
    private SqliteAppendLog _log;

    public SqliteAppendLogTests() => _log = new(_directory.Path);

    protected override IAppendLog Log => _log;

    [Fact]
    public async Task A_restart_finds_what_was_appended_and_goes_on_after_it()
    {
        await AppendAsync((1, "a"), (1, "b"));
        _log.Dispose();
        _log = new(_directory.Path);
        await AppendAsync((1, "c"));
        (await TextAsync(new())).ShouldBe("a b c");
    }

    [Fact]
    public async Task A_file_that_could_not_be_opened_is_told_and_tried_again_by_the_next_one_who_needs_it()
    {
        Directory.CreateDirectory(_directory["bulk.db"]);
        (await Should.ThrowAsync<StoreUnavailableException>(() => AppendAsync((1, "a")))).Message.ShouldContain("then try again. Nothing of this request was done.");
        Directory.Delete(_directory["bulk.db"]);
        await AppendAsync((1, "b"));
        (await TextAsync(new())).ShouldBe("b");
    }

    [Fact]
    public async Task The_path_of_a_data_directory_may_have_anything_in_it()
    {
        var odd = _directory["it's; Mode=\"ReadOnly\" = 1"];
        _log.Dispose();
        _log = new(odd);
        await AppendAsync((1, "a"));
        (await TextAsync(new())).ShouldBe("a");
        File.Exists(Path.Combine(odd, "bulk.db")).ShouldBeTrue();
    }

    public void Dispose()
    {
        _log.Dispose();
        _directory.Dispose();
    }
}
