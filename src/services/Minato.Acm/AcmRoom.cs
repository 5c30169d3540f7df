using Microsoft.Extensions.DependencyInjection;
using Minato.Acm.Api;
using Minato.Acm.Reconcile;
using Minato.Acm.State;
using Minato.Acm.Templates;
using Minato.Aws.Templates;
using Minato.Contracts.Acm;
using Minato.Engines.Certificates;
using Minato.Platform;

namespace Minato.Acm;

/// <summary>The door of Certificate Manager.</summary>
public static class AcmRoom
{
    /// <summary>Topic of <see cref="Hints"/>: this certificate (by ARN) serves with other contents, or serves for the first time.</summary>
    public const string CertificateTopic = "acm.certificate";

    /// <param name="services">Needs page tokens; private keys are sealed with the platform's key, its authority signs.</param>
    public static IServiceCollection AddAcm(this IServiceCollection services) => services
        .AddTable(AcmTables.Certificates)
        .AddTable(AcmTables.Accounts)
        .AddSingleton<Issuer>()
        .AddSingleton<ICertificateVault, CertificateVault>()
        .AddSingleton<IAcm, AcmApi>()
        .AddSingleton<IResourceType, CertificateResourceType>()
        .AddSingleton<IResourceType, AccountType>()
        .AddReconciler<IssueReconciler, CertificateKey>(o =>
        {
            o.Name = "acm.issue";
            o.Workers = 2;
            o.On(AcmTables.Certificates, c => c.IsManaged ? [new(c.Arn)] : []);
        })
        .AddReconciler<ExpiryReconciler, ExpiryKey>(o =>
        {
            o.Name = "acm.expiry";
            o.Workers = 1;
            o.On(AcmTables.Certificates, c => [new(c.Arn)]);
        });
}
