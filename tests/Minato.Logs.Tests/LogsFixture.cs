using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.CloudWatchLogs;
using Minato.Platform;

namespace Minato.Logs.Tests;

/// <summary>The Logs room alone on the platform, with a clock that stands still.</summary>
internal sealed class LogsFixture : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private LogsFixture(IJournal journal, IAppendLog log)
    {
        Clock = new() { Now = Noon };
        _services = new ServiceCollection().AddPlatform().AddSingleton(new Ids(1)).AddLogs()
            .AddSingleton(journal).AddSingleton<TimeProvider>(Clock)
            .AddSingleton(log).AddSingleton(new CountingLog(log)).AddSingleton<IAppendLog>(p => p.GetRequiredService<CountingLog>())
            .AddSingleton(new PageTokens("a secret of the test"u8))
            .BuildServiceProvider();
    }

    public static DateTimeOffset Noon { get; } = DateTimeOffset.Parse("2026-03-01T12:00:00Z", CultureInfo.InvariantCulture);
    public static long NoonMs { get; } = Noon.ToUnixTimeMilliseconds();
    public ManualTime Clock { get; }
    public ICloudWatchLogs Logs => _services.GetRequiredService<ICloudWatchLogs>();
    public PlatformHost Platform => _services.GetRequiredService<PlatformHost>();
    public Store Store => _services.GetRequiredService<Store>();
    public CountingLog Log => _services.GetRequiredService<CountingLog>();
    public T Service<T>() where T : notnull => _services.GetRequiredService<T>();
    public Caller Caller { get; } = CallerIn("us-east-1");

    public static Caller CallerIn(string region, string account = "123456789012") =>
        new() { AccountId = account, Region = region, PrincipalArn = $"arn:aws:iam::{account}:root" };

    public static Task<LogsFixture> StartAsync() => StartAsync(new MemoryJournal(), new MemoryAppendLog());

    public static async Task<LogsFixture> StartAsync(IJournal journal, IAppendLog log)
    {
        var fixture = new LogsFixture(journal, log);
        await fixture.Platform.StartAsync(CancellationToken.None);
        return fixture;
    }

    public async Task GroupAsync(string name = "web", params string[] streams)
    {
        await Logs.CreateLogGroupAsync(new() { LogGroupName = name }, Caller, CancellationToken.None);
        foreach (var stream in streams) await StreamAsync(name, stream);
    }

    public async Task StreamAsync(string group, string stream) =>
        await Logs.CreateLogStreamAsync(new() { LogGroupName = group, LogStreamName = stream }, Caller, CancellationToken.None);

    /// <summary>Events a second apart, the first at <paramref name="fromMs"/>.</summary>
    public Task<PutLogEventsResponse> PutAsync(string stream, long fromMs, params string[] messages) =>
        PutAsync("web", stream, [.. messages.Select((m, i) => new InputLogEvent { Timestamp = fromMs + (i * 1000L), Message = m })]);

    public Task<PutLogEventsResponse> PutAsync(string group, string stream, ImmutableArray<InputLogEvent> events) =>
        Logs.PutLogEventsAsync(new() { LogGroupName = group, LogStreamName = stream, LogEvents = events }, Caller, CancellationToken.None);

    public Task<GetLogEventsResponse> GetAsync(GetLogEventsRequest request) => Logs.GetLogEventsAsync(request, Caller, CancellationToken.None);

    public Task<FilterLogEventsResponse> FilterAsync(FilterLogEventsRequest request) => Logs.FilterLogEventsAsync(request, Caller, CancellationToken.None);

    public static async Task<AwsException> RefusedAsync(Task call, string code, string? message = null)
    {
        var error = await Should.ThrowAsync<AwsException>(call);
        error.Code.ShouldBe(code);
        if (message is not null) error.Message.ShouldBe(message);
        return error;
    }

    public async ValueTask DisposeAsync()
    {
        await Platform.DisposeAsync();
        await _services.DisposeAsync();
    }
}

/// <summary>A clock a test moves; timers are the system's and none of the tests waits for one.</summary>
internal sealed class ManualTime : TimeProvider
{
    public DateTimeOffset Now { get; set; }

    public override DateTimeOffset GetUtcNow() => Now;
}

/// <summary>Counts how often the append log is read.</summary>
internal sealed class CountingLog(IAppendLog log) : IAppendLog
{
    public int Reads { get; private set; }

    public ValueTask AppendAsync(string partition, IReadOnlyList<LogEntry> entries, CancellationToken ct) => log.AppendAsync(partition, entries, ct);

    public ValueTask<IReadOnlyList<StoredEntry>> ReadAsync(string partition, AppendRange range, CancellationToken ct)
    {
        Reads++;
        return log.ReadAsync(partition, range, ct);
    }

    public ValueTask DeleteAsync(string partition, CancellationToken ct) => log.DeleteAsync(partition, ct);

    public ValueTask TrimAsync(string partition, long beforeMs, CancellationToken ct) => log.TrimAsync(partition, beforeMs, ct);

    public ValueTask ClearAsync(CancellationToken ct) => log.ClearAsync(ct);
}
