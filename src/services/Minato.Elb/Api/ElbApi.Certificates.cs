using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Planning;
using Minato.Elb.State;
using Minato.Platform;

namespace Minato.Elb.Api;

// Certificates of listeners.
internal sealed partial class ElbApi
{
    private const int MostCertificates = 25;

    public async Task<AddListenerCertificatesResponse> AddListenerCertificatesAsync(
        AddListenerCertificatesRequest request, Caller caller, CancellationToken ct)
    {
        var arns = ArnsOf(request.Certificates);
        DemandTls(FindListener(store.Current, caller, request.ListenerArn));
        foreach (var arn in arns) await certificates.DemandAsync(arn, caller, ct);
        await store.UpdateAsync(tx =>
        {
            var listener = FindListener(tx, caller, request.ListenerArn);
            foreach (var arn in arns) PutCertificate(tx, listener, arn, isDefault: false);
            if (Quotas.CertificatesOf(tx, listener.BalancerArn) > MostCertificates)
            {
                throw new TooManyCertificatesException($"The maximum number of certificates '{MostCertificates}' has been reached");
            }
        }, ct);
        return new() { Certificates = [.. arns.Select(a => new Certificate { CertificateArn = a, IsDefault = false })] };
    }

    public async Task<RemoveListenerCertificatesResponse> RemoveListenerCertificatesAsync(
        RemoveListenerCertificatesRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var listener = FindListener(tx, caller, request.ListenerArn);
            foreach (var arn in ArnsOf(request.Certificates))
            {
                if (tx.Find(ElbTables.Certificates, new(listener.Arn, arn, false)) is { } use) tx.Delete(ElbTables.Certificates, use.Key);
                else if (DefaultCertificateOf(tx, listener.Arn) == arn) throw new OperationNotPermittedException("The default certificate cannot be removed");
            }
        }, ct);
        return new();
    }

    public Task<DescribeListenerCertificatesResponse> DescribeListenerCertificatesAsync(
        DescribeListenerCertificatesRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var uses = state.Where(ElbTables.CertificatesByListener, FindListener(state, caller, request.ListenerArn).Arn);
        var (page, next) = Page(nameof(DescribeListenerCertificatesAsync), uses, u => $"{(u.Key.IsDefault ? 0 : 1)}{u.Key.CertificateArn}", request.PageSize, request.Marker);
        return Task.FromResult<DescribeListenerCertificatesResponse>(new()
        {
            Certificates = [.. page.Select(u => new Certificate { CertificateArn = u.Key.CertificateArn, IsDefault = u.Key.IsDefault })], NextMarker = next,
        });
    }

    private static string? DefaultCertificateOf(IReadState state, string listenerArn) =>
        state.Where(ElbTables.CertificatesByListener, listenerArn).FirstOrDefault(u => u.Key.IsDefault)?.Key.CertificateArn;

    /// <summary>Makes this the default one; without one, the listener has none at all any more.</summary>
    private static void PutDefaultCertificate(Transaction tx, ListenerState listener, string? arn)
    {
        var others = tx.Where(ElbTables.CertificatesByListener, listener.Arn)
            .Where(u => arn is null || (u.Key.IsDefault && u.Key.CertificateArn != arn)).Select(u => u.Key).ToList();
        foreach (var key in others) tx.Delete(ElbTables.Certificates, key);
        if (arn is not null) PutCertificate(tx, listener, arn, isDefault: true);
    }

    private static void PutCertificate(Transaction tx, ListenerState listener, string arn, bool isDefault)
    {
        var key = new CertificateUseKey(listener.Arn, arn, isDefault);
        if (tx.Find(ElbTables.Certificates, key) is null) tx.Put(ElbTables.Certificates, new(key, listener.BalancerArn));
    }

    private static ImmutableArray<string> ArnsOf(ImmutableArray<Certificate> certificates) =>
        [.. certificates.Select(c => c.IsDefault is null ? c.CertificateArn ?? throw ElbErrors.Validation("A certificate ARN must be specified")
            : throw ElbErrors.Validation("You cannot set the isDefault parameter for a certificate")).Distinct(StringComparer.Ordinal)];

    private static void DemandTls(ListenerState listener)
    {
        if (!TlsPlanner.IsTls(listener.Protocol)) throw ElbErrors.Validation($"You cannot specify certificates for a listener with protocol '{listener.Protocol.ToWire()}'");
    }
}
