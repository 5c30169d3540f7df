using Minato.Elb.State;
using Minato.Engines.Certificates;
using Minato.Platform;

namespace Minato.Elb.Reconcile;

/// <summary>A certificate with other contents, or one that is issued at last, is the proxy's business when a listener has it.</summary>
internal sealed class CertificateWatcher(Store store, Hints hints, IWorkQueue<ProxyKey> queue) : IRoomService
{
    private const string Topic = "acm.certificate";

    public async Task RunAsync(CancellationToken ct)
    {
        hints.Subscribe(Topic, arn =>
        {
            if (store.Current.Count(ElbTables.CertificatesByArn, arn) > 0) queue.Enqueue(ProxyKey.Only);
        });
        await Task.Delay(Timeout.InfiniteTimeSpan, ct);
    }
}

/// <summary>Load balancers use certificates through their listeners.</summary>
internal sealed class CertificateUsers(Store store) : ICertificateUsers
{
    public IEnumerable<string> UsersOf(string arn) => store.Current.Where(ElbTables.CertificatesByArn, arn).Select(u => u.BalancerArn);
}
