using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Authorization;
using Minato.Contracts.Sns;
using Minato.Platform;
using Minato.Sns.Api;
using Minato.Sns.Reconcile;
using Minato.Sns.State;
using Minato.Sns.Templates;

namespace Minato.Sns;

/// <summary>The door of SNS.</summary>
public static class SnsRoom
{
    /// <param name="services">Needs page tokens; posts through the webhook engine, calls through the function engine.</param>
    public static IServiceCollection AddSns(this IServiceCollection services) => services
        .AddTable(SnsTables.Topics).AddTable(SnsTables.Subscriptions).AddTable(SnsTables.Deliveries).AddTable(SnsTables.Signers)
        .AddSingleton<ISns, SnsApi>()
        .AddSingleton<IResourcePolicies, TopicPolicies>()
        .AddSnsResourceTypes()
        .AddSingleton<SnsEndpoint>()
        .AddSingleton<MessageSigner>()
        .AddReconciler<DeliveryReconciler, MessageKey>(o =>
        {
            o.Name = "sns.delivery";
            o.Workers = 32; // They wait for endpoints most of the time.
            o.Deadline = TimeSpan.FromMinutes(16); // A function may take a quarter of an hour.
            o.On(SnsTables.Deliveries, d => [new(d.Id)]);
        })
        .AddReconciler<SubscriptionRetention, SubscriptionKey>(o =>
        {
            o.Name = "sns.subscription-retention";
            o.Workers = 1;
            o.On(SnsTables.Subscriptions, s => s.Status is SubscriptionStatus.Confirmed ? [] : [new(s.Arn)]);
        });
}
