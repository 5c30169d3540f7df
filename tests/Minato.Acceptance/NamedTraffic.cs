using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Minato.Acceptance;

/// <summary>Users who know a name: each has a resolver of its own, which believes an answer of the installation's DNS server for as long as it says, and no longer.</summary>
internal sealed class NamedTraffic : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero }) { Timeout = TimeSpan.FromSeconds(10) };
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _users;
    private int _sent;

    public NamedTraffic(Host host, string name, int clients) => _users = Task.WhenAll(Enumerable.Range(0, clients).Select(n => UseAsync(host, name, n)));

    /// <param name="Seconds">It may be believed.</param>
    public sealed record Answer(string Address, int Seconds);

    public int Sent => _sent;

    public ConcurrentDictionary<string, int> Failures { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, int> Versions { get; } = new(StringComparer.Ordinal);

    /// <summary>What the server answers to as many questions for a name's addresses.</summary>
    public static async Task<List<Answer>> AskAsync(Host host, string name, int times, CancellationToken ct)
    {
        var port = $"{host.Files.Require().Installation.DnsPort}";
        var questions = Enumerable.Repeat(new[] { "-p", port, "@127.0.0.1", "+noall", "+answer", "+tries=3", "+time=1", name, "A" }, times).SelectMany(q => q);
        var lines = (await Shell.RunAsync("dig", questions, ct)).Ok().Split('\n');
        return [.. lines.Select(l => l.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)).Where(f => f is [_, _, "IN", "A", _]).Select(f => new Answer(f[4], int.Parse(f[1], CultureInfo.InvariantCulture)))];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _users;
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task UseAsync(Host host, string name, int number)
    {
        await Task.Delay(s_pause * number, CancellationToken.None); // They do not ask in step.
        var (believed, since) = (new Answer("", 0), 0L);
        while (!_stop.IsCancellationRequested)
        {
            if (since == 0 || Stopwatch.GetElapsedTime(since).TotalSeconds >= believed.Seconds)
            {
                since = Stopwatch.GetTimestamp();
                if (await AskAsync(host, name, 1, CancellationToken.None) is [var answer]) believed = answer;
                else Count(Failures, "no answer of DNS");
            }

            await GetAsync(name, believed);
            await Task.Delay(s_pause, CancellationToken.None);
        }
    }

    private async Task GetAsync(string name, Answer believed)
    {
        Interlocked.Increment(ref _sent);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{believed.Address}/cgi-bin/hello") { Headers = { Host = name } };
            using var answer = await _http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            if (answer.IsSuccessStatusCode) Count(Versions, text.Split(' ') is ["version", var version, ..] ? version : "?");
            else Count(Failures, $"HTTP {(int)answer.StatusCode}");
        }
        catch (HttpRequestException e) { Count(Failures, $"{e.HttpRequestError} {believed.Address}"); }
        catch (TaskCanceledException) { Count(Failures, $"timed out {believed.Address}"); }
    }

    private static void Count(ConcurrentDictionary<string, int> counts, string what) => counts.AddOrUpdate(what, 1, (_, n) => n + 1);
}
