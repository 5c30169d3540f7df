using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Templates;
using Minato.CloudFormation.Api;
using Minato.CloudFormation.Planning;
using Minato.CloudFormation.Reconcile;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.CloudFormation.Types;
using Minato.Contracts.CloudFormation;
using Minato.Platform;

namespace Minato.CloudFormation;

/// <summary>The door of CloudFormation.</summary>
public static class CloudFormationRoom
{
    private static readonly TimeSpan s_longestCall = TimeSpan.FromMinutes(16); // A function may take a quarter of an hour.

    /// <param name="services">Needs page tokens and a reader of YAML. Types of resources are all <see cref="IResourceType"/> there are.</param>
    public static IServiceCollection AddCloudFormation(this IServiceCollection services) => services
        .AddTable(CloudFormationTables.Stacks).AddTable(CloudFormationTables.Templates).AddTable(CloudFormationTables.Resources).AddTable(CloudFormationTables.Events)
        .AddTable(CloudFormationTables.Exports).AddTable(CloudFormationTables.Imports).AddTable(CloudFormationTables.ChangeSets).AddTable(CloudFormationTables.Signals)
        .AddTable(CloudFormationTables.Answers).AddTable(CloudFormationTables.Detections).AddTable(CloudFormationTables.Drifts)
        .AddSingleton<FactsVault>().AddSingleton<Blueprints>().AddSingleton<TypeRegistry>().AddSingleton<Zones>().AddSingleton<DynamicReferences>()
        .AddSingleton<Teller>().AddSingleton<StepDecider>().AddSingleton<DriftLooks>().AddSingleton<AnswerUrls>()
        .AddSingleton<Preparation>().AddSingleton<StackStarts>().AddSingleton<NestedPreviews>().AddSingleton<ICloudFormation, CloudFormationApi>()
        .AddSingleton<IResourceType, NestedStackType>().AddSingleton<IResourceType, WaitConditionHandleType>().AddSingleton<IResourceType, WaitConditionType>()
        .AddSingleton<IResourceType, CustomResourceType>()
        .AddSingleton(p => new CloudFormationEndpoint(p.GetRequiredService<Store>(), p.GetRequiredService<FactsVault>(), p.GetRequiredService<AnswerUrls>(),
            p.GetRequiredService<IWorkQueue<ResourceKey>>(), p.GetRequiredService<Ids>(), p.GetRequiredService<TimeProvider>()))
        .AddReconciler<StackReconciler, StackKey>(o =>
        {
            o.Name = "cloudformation.stack";
            o.Workers = 4;
            o.On(CloudFormationTables.Stacks, s => s.IsBusy || !s.IsLive ? [new(s.Id)] : []);
            o.On(CloudFormationTables.Resources, r => [new(r.StackId)]);
        })
        .AddReconciler<ResourceReconciler, ResourceKey>(o =>
        {
            o.Name = "cloudformation.resource";
            o.Workers = 32;
            o.Deadline = s_longestCall;
            o.On(CloudFormationTables.Resources, r => r.Step is not null ? [new(r.Key)] : []);
            o.On(CloudFormationTables.Signals, s => [new(s.ResourceKey)]);
            o.On(CloudFormationTables.Answers, a => [new(a.ResourceKey)]);
            // A nested stack that has ended is news for the resource that it is.
            o.On(CloudFormationTables.Stacks, s => s.ParentResource is { } parent && !s.IsBusy ? [new(parent)] : []);
        })
        .AddReconciler<TriggerReconciler, TriggerKey>(o =>
        {
            o.Name = "cloudformation.trigger";
            o.Workers = 2;
            o.On(CloudFormationTables.Stacks, s => TriggerReconciler.IsWatched(s) ? [new(s.Id)] : []);
        })
        .AddReconciler<DriftReconciler, DetectionKey>(o =>
        {
            o.Name = "cloudformation.drift";
            o.Workers = 2;
            o.On(CloudFormationTables.Detections, d => d.Status is StackDriftDetectionStatus.DetectionInProgress ? [new(d.Id)] : []);
        });
}
