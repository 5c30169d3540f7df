using System.Collections.Immutable;
using System.Text.Json;

namespace Minato.Migration.Journal;

/// <summary>
/// A journal as a file of lines beside the plan. A line counts when its end is there: what a crash left of one is overwritten by the
/// next. Appending takes a lock for a moment, so that commands can write while a runner does.
/// </summary>
internal sealed class JournalFile : IJournal, IDisposable
{
    private const int LockTries = 500;
    private static readonly TimeSpan s_lockAgain = TimeSpan.FromMilliseconds(10);
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private readonly string _path;
    private readonly FileSystemWatcher _watcher;
    private ImmutableList<JournalEntry> _entries = [];
    private long _read;
    private TaskCompletionSource _changed = NewSignal();

    public JournalFile(string path)
    {
        _path = Path.GetFullPath(path);
        _watcher = new(Path.GetDirectoryName(_path) ?? "/", Path.GetFileName(_path)) { NotifyFilter = NotifyFilters.Size | NotifyFilters.LastWrite };
        _watcher.Changed += (_, _) => Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();
        _watcher.EnableRaisingEvents = true;
    }

    public static string PathOf(string planFile) => planFile + ".journal";

    public ImmutableList<JournalEntry> Read()
    {
        if (!File.Exists(_path)) return _entries;
        using var file = Open(FileMode.Open, FileAccess.Read, FileShare.Read);
        ReadRest(file);
        return _entries;
    }

    public void Append(JournalEntry entry)
    {
        try
        {
            using var file = Open(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            ReadRest(file);
            file.SetLength(_read);
            file.Position = _read;
            file.Write([.. JsonSerializer.SerializeToUtf8Bytes(entry, s_json), (byte)'\n']);
            file.Flush(flushToDisk: true);
            _read = file.Position;
            _entries = _entries.Add(entry);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MigrationException($"{_path} cannot be written: {e.Message} Nothing is done that is not written down: mend that, and resume.");
        }
    }

    public Task ChangedAsync(CancellationToken ct) => Volatile.Read(ref _changed).Task.WaitAsync(ct);

    public void Dispose() => _watcher.Dispose();

    private void ReadRest(FileStream file)
    {
        file.Position = _read;
        var rest = new byte[checked((int)(file.Length - _read))];
        file.ReadExactly(rest);
        var start = 0;
        for (var end = Array.IndexOf(rest, (byte)'\n'); end >= 0; end = Array.IndexOf(rest, (byte)'\n', start))
        {
            _entries = _entries.Add(Parse(rest.AsSpan(start, end - start)));
            start = end + 1;
        }

        _read += start;
    }

    private JournalEntry Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize<JournalEntry>(line, s_json) ?? throw new JsonException("This line is empty.");
        }
        catch (JsonException e)
        {
            throw new MigrationException($"{_path} is damaged after {_entries.Count} entries: {e.Message}");
        }
    }

    // The share is a lock between processes: many read, one appends.
    private FileStream Open(FileMode mode, FileAccess access, FileShare share)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                var options = new FileStreamOptions { Mode = mode, Access = access, Share = share };
                if (mode is FileMode.OpenOrCreate) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
                return new(_path, options);
            }
            catch (IOException) when (tries < LockTries)
            {
                // Another process has it: that takes a moment.
                Thread.Sleep(s_lockAgain);
            }
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
