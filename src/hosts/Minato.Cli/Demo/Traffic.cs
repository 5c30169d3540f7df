using System.Collections.Concurrent;
using System.Diagnostics;

namespace Minato.Cli.Demo;

/// <summary>A client that asks a steady number of times a second, whatever the answers take, and counts them.</summary>
internal sealed class Traffic : IAsyncDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 64 }) { Timeout = TimeSpan.FromSeconds(10) };
    private readonly CancellationTokenSource _stop = new();
    private readonly Uri _url;
    private readonly Task _sending;
    private readonly ConcurrentDictionary<string, int> _failures = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _versions = new(StringComparer.Ordinal);
    private int _sent;
    private int _answered;

    public Traffic(Uri url, int perSecond)
    {
        _url = url;
        _sending = SendAsync(perSecond);
    }

    public int Sent => _sent;
    public int Answered => _answered;
    public int Failed => _failures.Values.Sum();

    /// <summary>Kinds of failure, with their counts.</summary>
    public IReadOnlyDictionary<string, int> Failures => _failures;

    /// <summary>Answers by the version that gave them.</summary>
    public IReadOnlyDictionary<string, int> Versions => _versions;

    /// <summary>Sends no more, and returns when everything sent was answered or has failed.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _sending;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task SendAsync(int perSecond)
    {
        var watch = Stopwatch.StartNew();
        var requests = new List<Task>();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                for (var due = (int)(watch.Elapsed.TotalSeconds * perSecond) - _sent; due > 0; due--)
                {
                    _sent++;
                    requests.Add(AskAsync());
                }
                requests.RemoveAll(r => r.IsCompleted);
            }
        }
        catch (OperationCanceledException) { } // Told to stop: what is under way is still counted.
        await Task.WhenAll(requests);
    }

    private async Task AskAsync()
    {
        try
        {
            using var answer = await _http.GetAsync(_url);
            var text = await answer.Content.ReadAsStringAsync();
            if (!answer.IsSuccessStatusCode)
            {
                Count(_failures, $"HTTP {(int)answer.StatusCode}");
                return;
            }
            Interlocked.Increment(ref _answered);
            Count(_versions, text.Split(' ') is ["version", var version, ..] ? version : "?");
        }
        catch (HttpRequestException e) { Count(_failures, $"{e.HttpRequestError}"); }
        catch (TaskCanceledException) { Count(_failures, "timed out"); }
    }

    private static void Count(ConcurrentDictionary<string, int> counts, string what) => counts.AddOrUpdate(what, 1, (_, n) => n + 1);
}
