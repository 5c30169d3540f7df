using Microsoft.Extensions.Logging;
using Minato.Elb.Planning;
using Minato.Platform;

namespace Minato.Elb.Traffic;

/// <summary>Writes access logs away: a file for each load balancer and five minutes, while there was something to write.</summary>
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
            if (file.Lost > 0) LogLost(file.Balancer.Arn, file.Lost);
            var key = AccessLogFile.KeyOf(file.Balancer, end, ids.Hex(8));
            var bucket = Attributes.Value(Attributes.Balancer, file.Balancer.Attributes, "access_logs.s3.bucket");
            var content = AccessLogFile.Compress(file.Lines);
            if (await buckets.PutAsync(file.Balancer, key, content, ct) is { } refusal) LogNotWritten(file.Balancer.Arn, refusal); // AWS: what a bucket does not take is lost.
            if (options.LogDirectory is not { } directory) continue;
            try { await WriteAsync(Path.Combine(directory, bucket, key), content, ct); }
            catch (IOException e) { LogNotWritten(file.Balancer.Arn, e.Message); }
        }
    }

    private static async Task WriteAsync(string path, byte[] content, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? path);
        await File.WriteAllBytesAsync(path, content, ct);
    }

    [LoggerMessage(2321, LogLevel.Warning, "The access log of {Balancer} was too long for five minutes: {Lost} requests are missing")]
    private partial void LogLost(string balancer, long lost);

    [LoggerMessage(2322, LogLevel.Error, "The access log of {Balancer} could not be written: {Reason}")]
    private partial void LogNotWritten(string balancer, string reason);
}
