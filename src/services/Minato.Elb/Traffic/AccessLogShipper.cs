using Microsoft.Extensions.Logging;
using Minato.Platform;

namespace Minato.Elb.Traffic;

/// <summary>Writes logs away: a file for each load balancer and five minutes, while there was something to write.</summary>
internal sealed partial class AccessLogShipper(AccessLogs logs, LogBuckets buckets, ElbOptions options, TimeProvider clock, Ids ids, ILogger<AccessLogShipper> log) : IRoomService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(5);

    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                var end = new DateTimeOffset((clock.GetUtcNow().Ticks / s_interval.Ticks + 1) * s_interval.Ticks, TimeSpan.Zero);
                await clock.UntilAsync(end, ct);
                await ShipAsync(end, ct);
            }
        }
        finally
        {
            await ShipAsync(clock.GetUtcNow(), CancellationToken.None); // What was begun is not thrown away.
        }
    }

    private async Task ShipAsync(DateTimeOffset end, CancellationToken ct)
    {
        foreach (var file in logs.TakeAway())
        {
            if (file.Lost > 0) LogLost(file.Kind.Words, file.Balancer.Arn, file.Lost);
            var key = AccessLogFile.KeyOf(file.Balancer, file.Kind, end, ids.Hex(8));
            var bucket = file.Kind.Bucket(file.Balancer.Attributes);
            var content = AccessLogFile.Compress(file.Lines);
            if (await buckets.PutAsync(file.Balancer, file.Kind, key, content, ct) is { } refusal) LogNotWritten(file.Kind.Words, file.Balancer.Arn, refusal); // AWS: what a bucket does not take is lost.
            if (options.LogDirectory is not { } directory) continue;
            try { await WriteAsync(Path.Combine(directory, bucket, key), content, ct); }
            catch (IOException e) { LogNotWritten(file.Kind.Words, file.Balancer.Arn, e.Message); }
        }
    }

    private static async Task WriteAsync(string path, byte[] content, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? path);
        await File.WriteAllBytesAsync(path, content, ct);
    }

    [LoggerMessage(2321, LogLevel.Warning, "The {Kind} of {Balancer} were too long for five minutes: {Lost} lines are missing")]
    private partial void LogLost(string kind, string balancer, long lost);

    [LoggerMessage(2322, LogLevel.Error, "The {Kind} of {Balancer} could not be written: {Reason}")]
    private partial void LogNotWritten(string kind, string balancer, string reason);
}
