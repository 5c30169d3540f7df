using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Authorization;
using Minato.Aws.Templates;
using Minato.CloudFormation.Api;
using Minato.CloudFormation.Planning;
using Minato.CloudFormation.Reconcile;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.CloudFormation.Types;
using Minato.Contracts;
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
        .AddSingleton<FactsVault>().AddSingleton<Blueprints>().AddSingleton(p => Guarded(p).TypesOf(services)).AddSingleton<Zones>()
        .AddSingleton(p => Guarded(p).Make<DynamicReferences>())
        .AddSingleton<Teller>().AddSingleton<StepDecider>().AddSingleton<DriftLooks>().AddSingleton<AnswerUrls>()
        .AddSingleton(p => Guarded(p).Make<Preparation>()).AddSingleton<ServiceRoles>().AddSingleton<StackStarts>().AddSingleton<NestedPreviews>().AddSingleton<ICloudFormation, CloudFormationApi>()
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

    // Whatever a stack asks of other rooms is asked in somebody's name, and held against what that one may.
    private static GuardedRooms Guarded(IServiceProvider rooms) => new(rooms, AwsServices.All);

    private static T Make<T>(this GuardedRooms rooms) => ActivatorUtilities.CreateInstance<T>(rooms);

    /// <summary>Made here, of all that are registered by whatever room, so that the rooms they speak to are guarded.</summary>
    private static TypeRegistry TypesOf(this GuardedRooms rooms, IServiceCollection services) => new([.. services.Where(s => s.ServiceType == typeof(IResourceType)).Select(s => s switch
    {
        { ImplementationType: { } type } => (IResourceType)ActivatorUtilities.CreateInstance(rooms, type),
        { ImplementationFactory: { } make } => (IResourceType)make(rooms),
        _ => (IResourceType?)s.ImplementationInstance ?? throw new InvalidOperationException("A resource type without a way to make it."),
    })]);
}
