using System.Runtime.CompilerServices;
using Minato.Engines.Containers;

namespace Minato.Engines.Docker;

internal sealed partial class DockerEngine
{
    /// <summary>How far before the last line a log is read again, so that lines get the times they got the first time.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(1);

    public async IAsyncEnumerable<ContainerLogLine> FollowLogsAsync(
        string containerId, DateTimeOffset? after, [EnumeratorCancellation] CancellationToken ct)
    {
        if (await FindAsync(containerId, ct) is not { } container) yield break;
        // The daemon may let go of a container that ends before the last piece is sent: what is there is read once more.
        foreach (var follow in (bool[])[true, false])
        {
            await foreach (var line in ReadLogAsync(container, after, follow, ct))
            {
                after = line.Time;
                yield return line;
            }
        }
    }

    private async IAsyncEnumerable<ContainerLogLine> ReadLogAsync(
        ContainerAnswer container, DateTimeOffset? after, bool follow, [EnumeratorCancellation] CancellationToken ct)
    {
        var since = after is { } last && last > DateTimeOffset.UnixEpoch + Overlap ? $"&since={UnixTime(last - Overlap)}" : "";
        using var response = await OpenLogAsync(
            $"/containers/{container.Id}/logs?follow={(follow ? 1 : 0)}&stdout=1&stderr=1&timestamps=1{since}", ct);
        if (response is null) yield break;

        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        var lines = new LineAssembler();
        await using var chunks = (container.Config.Tty ? TerminalLog.ReadAsync(stream, ct) : LogFrames.ReadAsync(stream, ct))
            .GetAsyncEnumerator(ct);
        while (await NextAsync(chunks))
            foreach (var line in lines.Add(chunks.Current))
                if (after is null || line.Time > after) yield return line;
        foreach (var line in lines.Finish())
            if (after is null || line.Time > after) yield return line;
    }

    private async Task<HttpResponseMessage?> OpenLogAsync(string path, CancellationToken ct)
    {
        try
        {
            return await docker.OpenAsync(HttpMethod.Get, path, ct);
        }
        catch (DockerException e) when (e.IsNotFound || e.IsConflict || Words.IsLogUnreadable(e.Message))
        {
            return null; // The container went away (409 while it is being removed), or its log goes elsewhere.
        }
    }

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<LogChunk> chunks)
    {
        try
        {
            return await chunks.MoveNextAsync();
        }
        catch (Exception e) when (DockerClient.IsAway(e))
        {
            throw docker.Away(e);
        }
    }
}
