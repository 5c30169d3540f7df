using Minato.Engines.Proxy;
using Minato.Platform;

namespace Minato.Elb.Traffic;

/// <summary>Takes in what the proxy tells of requests, for metrics and access logs.</summary>
internal sealed class TrafficReader(IProxyEngine proxy, RequestMeter meter, AccessLogs logs) : IRoomService
{
    public async Task RunAsync(CancellationToken ct)
    {
        await foreach (var requests in proxy.RequestsAsync(ct))
        {
            meter.Take(requests);
            logs.Take(requests);
        }
    }
}
