using System.Net.Sockets;
using System.Text;
using Minato.Engines.HaProxy.Configuration;
using Minato.Engines.HaProxy.Running;

namespace Minato.Engines.HaProxy.Tests;

public sealed class RequestLogTests
{
    private readonly HostSettings host = new() { InstallationId = "test", SocketDirectory = $"/tmp/minato-request-log-{Guid.NewGuid()}" };

    [Fact]
    public async Task Requests_are_told_in_their_order_each_once()
    {
        var told = new List<string?>();
        await foreach (var requests in new RequestLog(host, TimeProvider.System).ReadAsync(TestContext.Current.CancellationToken).SendingFirst(() => Tell(Enumerable.Range(0, 300))))
        {
            told.AddRange(requests.Select(r => r.Server));
            if (told.Count == 300) break;
        }
        told.ShouldBe(Enumerable.Range(0, 300).Select(i => $"s{i}"));
    }

    [Fact]
    public async Task A_burst_finds_room_while_nobody_looks()
    {
        var told = 0;
        await foreach (var requests in new RequestLog(host, TimeProvider.System).ReadAsync(TestContext.Current.CancellationToken).SendingFirst(() => Tell([1])))
        {
            if (told == 0) Tell(Enumerable.Range(0, 200)); // Nothing is taken in meanwhile: this is the thread that would.
            told += requests.Count;
            if (told == 201) break;
        }
    }

    [Fact]
    public async Task Who_stops_reading_while_more_comes_leaves_nothing_behind()
    {
        await foreach (var requests in new RequestLog(host, TimeProvider.System).ReadAsync(TestContext.Current.CancellationToken).SendingFirst(() => Tell([1])))
        {
            requests.ShouldNotBeEmpty();
            Tell([2, 3, 4]);
            break;
        }
        Directory.Exists(host.RequestDirectory).ShouldBeFalse();
    }

    [Fact]
    public async Task Who_waits_for_requests_ends_when_told_to()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var reading = Task.Run(async () =>
        {
            await foreach (var requests in new RequestLog(host, TimeProvider.System).ReadAsync(stop.Token).SendingFirst(() => Tell([1]))) await stop.CancelAsync();
        });
        await Should.ThrowAsync<OperationCanceledException>(reading);
        Directory.Exists(host.RequestDirectory).ShouldBeFalse();
    }

    private void Tell(IEnumerable<int> requests)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = 1000 };
        socket.Connect(new UnixDomainSocketEndPoint(host.RequestSocket));
        foreach (var i in requests) socket.Send(Encoding.UTF8.GetBytes($"M f_http b_web s{i} 200 12 -- 5"));
    }
}

internal static class Sending
{
    /// <summary>The same, with something done as soon as it is read.</summary>
    public static async IAsyncEnumerable<T> SendingFirst<T>(this IAsyncEnumerable<T> source, Action send)
    {
        await using var reader = source.GetAsyncEnumerator();
        var next = reader.MoveNextAsync();
        send();
        while (await next)
        {
            yield return reader.Current;
            next = reader.MoveNextAsync();
        }
    }
}
