using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Minato.EventBridge.Reconcile;

namespace Minato.EventBridge.Watching;

/// <summary>
/// <c>GET …</c>: every event that a bus takes in from now on, a line of JSON each, until the reader goes away. Who may ask is the host's
/// business. A reader that is too slow loses the oldest lines.
/// </summary>
internal sealed class EventWatch
{
    private const int LinesKept = 1000;
    private readonly ConcurrentDictionary<Channel<string>, bool> _readers = new();

    public EventWatch(EventRouter router) => router.Taken += Tell;

    public async Task HandleAsync(HttpContext context)
    {
        var ct = context.RequestAborted;
        var lines = Channel.CreateBounded<string>(new BoundedChannelOptions(LinesKept) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        _readers[lines] = true;
        try
        {
            context.Response.ContentType = "application/x-ndjson";
            await context.Response.StartAsync(ct);
            await context.Response.Body.FlushAsync(ct);
            while (await lines.Reader.WaitToReadAsync(ct))
            {
                while (lines.Reader.TryRead(out var line)) await context.Response.WriteAsync(line + "\n", ct);
                await context.Response.Body.FlushAsync(ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The reader has gone.
        }
        finally
        {
            _readers.TryRemove(lines, out _);
        }
    }

    private void Tell(string json)
    {
        foreach (var lines in _readers.Keys) lines.Writer.TryWrite(json);
    }
}
