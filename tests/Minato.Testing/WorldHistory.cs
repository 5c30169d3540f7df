using Microsoft.Extensions.Logging;

namespace Minato.Testing;

/// <summary>The latest lines of what happened, and a fingerprint of all of them: equal for equal seeds.</summary>
public sealed class WorldHistory(SimTime time) : ILoggerProvider
{
    private const int Kept = 2000;

    private readonly Queue<string> _lines = new();

    /// <summary>Changes with every line.</summary>
    public ulong Fingerprint { get; private set; } = 14695981039346656037;

    /// <summary>Also prints every line, to watch one seed.</summary>
    public bool IsPrinted { get; set; }

    public IReadOnlyCollection<string> Lines => _lines;

    public void Add(string source, string text)
    {
        var line = $"{time.Elapsed:hh\\:mm\\:ss\\.fff} {source}: {text}";
        foreach (var c in line) Fingerprint = (Fingerprint ^ c) * 1099511628211;
        if (IsPrinted) Console.WriteLine(line);
        _lines.Enqueue(line);
        if (_lines.Count > Kept) _lines.Dequeue();
    }

    public string Tail(int count) => string.Join('\n', _lines.TakeLast(count));

    public ILogger CreateLogger(string categoryName) => new Writer(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public void Dispose()
    {
    }

    private sealed class Writer(WorldHistory history, string source) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var cause = exception is null ? "" : logLevel >= LogLevel.Error ? $"\n{exception}" : $" ({exception.Message})";
            history.Add(source, $"{logLevel}: {formatter(state, exception)}{cause}");
        }
    }
}
