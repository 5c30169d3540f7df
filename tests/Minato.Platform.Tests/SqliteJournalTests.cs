using System.Diagnostics;
using System.Text;
using Minato.Platform.Sqlite;

namespace Minato.Platform.Tests;

public sealed class SqliteJournalTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    [Fact]
    public async Task The_last_value_of_a_record_is_loaded()
    {
        using (var journal = new SqliteJournal(_directory.Path))
        {
            await journal.LoadAsync(_ => { }, Given.Ct);
            await journal.AppendAsync([Entry("a", "1"), Entry("b", "1"), Entry("c", "1")], Given.Ct);
            await journal.AppendAsync([Entry("a", "2"), Entry("b", null)], Given.Ct);
        }

        (await LoadAsync()).ShouldBe(["a=2", "c=1"], ignoreOrder: true);
    }

    [Fact]
    public async Task Clearing_forgets_everything()
    {
        using (var journal = new SqliteJournal(_directory.Path))
        {
            await journal.LoadAsync(_ => { }, Given.Ct);
            await journal.AppendAsync([Entry("a", "1")], Given.Ct);
            await journal.ClearAsync(Given.Ct);
            await journal.AppendAsync([Entry("b", "1")], Given.Ct);
        }

        (await LoadAsync()).ShouldBe(["b=1"]);
    }

    [Fact]
    public async Task A_second_opener_is_told_who_holds_the_directory()
    {
        using var first = new SqliteJournal(_directory.Path);
        await first.LoadAsync(_ => { }, Given.Ct);
        using var second = new SqliteJournal(_directory.Path);
        var refusal = await Should.ThrowAsync<StoreUnreadableException>(async () => await second.LoadAsync(_ => { }, Given.Ct));
        refusal.Message.ShouldContain($"in use by process {Environment.ProcessId}");
    }

    [Fact]
    public async Task A_directory_without_space_is_not_taken_for_one_in_use()
    {
        File.CreateSymbolicLink(_directory["lock.holder"], "/dev/full");
        (await Should.ThrowAsync<StoreUnreadableException>(LoadAsync)).Message.ShouldStartWith($"The data directory {_directory.Path} cannot be written: No space left on device");
        File.Delete(_directory["lock.holder"]);
        (await LoadAsync()).ShouldBeEmpty("and what could not be taken is let go of");
    }

    [Fact]
    public async Task A_format_of_another_version_is_refused_in_words()
    {
        await LoadAsync();
        using (var file = SqliteFile.Open(_directory["state.db"], "journal", 1, "")) file.Execute("UPDATE meta SET value = '7'");
        (await Should.ThrowAsync<StoreUnreadableException>(LoadAsync)).Message.ShouldContain("has format 7");
    }

    [Fact]
    public async Task A_damaged_file_is_refused_in_words()
    {
        await File.WriteAllTextAsync(_directory["state.db"], new string('x', 10_000), Given.Ct);
        (await Should.ThrowAsync<StoreUnreadableException>(LoadAsync)).Message.ShouldContain("is damaged");
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_is_named()
    {
        using (var journal = new SqliteJournal(_directory.Path))
        {
            await journal.LoadAsync(_ => { }, Given.Ct);
            await journal.AppendAsync([new("test.notes", "n-1", "{\"Text\":["u8.ToArray())], Given.Ct);
        }

        using var again = new SqliteJournal(_directory.Path);
        (await Should.ThrowAsync<StoreUnreadableException>(() => Given.Store(again))).Message.ShouldContain("record 'n-1' of table test.notes");
    }

    [Fact]
    public async Task A_full_disk_is_named_nothing_acknowledged_is_lost_and_writing_goes_on_when_there_is_room()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && OperatingSystem.IsLinux(), "Mounting a small disk needs root.");
        var small = Directory.CreateDirectory(_directory["small"]).FullName;
        Assert.SkipUnless(Shell("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", small) == 0, "tmpfs cannot be mounted here.");
        try
        {
            var written = await FillAsync(small);
            using var journal = new SqliteJournal(Path.Combine(small, "data"));
            (await Given.Store(journal)).Current.Count(Tables.Notes).ShouldBe(written);
        }
        finally
        {
            Shell("umount", "-l", small);
        }
    }

    public void Dispose() => _directory.Dispose();

    private static async Task<int> FillAsync(string disk)
    {
        var ballast = Path.Combine(disk, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[1 << 20], Given.Ct);
        using var journal = new SqliteJournal(Path.Combine(disk, "data"));
        var store = await Given.Store(journal);
        var text = new string('x', 20_000);
        var written = 0;
        var refusal = await Should.ThrowAsync<StoreUnavailableException>(async () =>
        {
            for (; written < 1000; written++) await store.UpdateAsync(tx => tx.Put(Tables.Notes, new Note($"n{written}", text)), Given.Ct);
        });
        refusal.Message.ShouldContain("is full: free some space");
        store.Current.Count(Tables.Notes).ShouldBe(written);
        File.Delete(ballast);
        await store.UpdateAsync(tx => tx.Put(Tables.Notes, new Note("late", text)), Given.Ct);
        return written + 1;
    }

    private static int Shell(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false }).ShouldNotBeNull();
        process.WaitForExit();
        return process.ExitCode;
    }

    private static JournalEntry Entry(string key, string? json) => new("t", key, json is null ? null : Encoding.UTF8.GetBytes(json));

    private async Task<List<string>> LoadAsync()
    {
        var found = new List<string>();
        using var journal = new SqliteJournal(_directory.Path);
        await journal.LoadAsync(e => found.Add($"{e.Key}={Encoding.UTF8.GetString(e.Json.ShouldNotBeNull())}"), Given.Ct);
        return found;
    }
}
