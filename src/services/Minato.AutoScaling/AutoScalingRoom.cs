using Microsoft.Extensions.DependencyInjection;
using Minato.AutoScaling.Api;
using Minato.AutoScaling.Reconcile;
using Minato.AutoScaling.State;
using Minato.AutoScaling.Templates;
using Minato.Contracts.AutoScaling;
using Minato.Platform;

namespace Minato.AutoScaling;

/// <summary>The door of EC2 Auto Scaling. EC2 runs its instances; they join ECS clusters through the ECS API.</summary>
public static class AutoScalingRoom
{
    public static IServiceCollection AddAutoScaling(this IServiceCollection services) => services
        .AddTable(AutoScalingTables.Groups).AddTable(AutoScalingTables.Instances).AddTable(AutoScalingTables.LaunchConfigurations)
        .AddTable(AutoScalingTables.Launches).AddTable(AutoScalingTables.Activities)
        .AddSingleton<IAutoScaling, AutoScalingApi>()
        .AddAutoScalingResourceTypes()
        .AddSingleton<ClusterMembers>().AddSingleton<Ec2Instances>()
        .AddReconciler<GroupReconciler, GroupKey>(o =>
        {
            o.Name = "auto-scaling.group";
            o.Workers = 4;
            o.On(AutoScalingTables.Groups, g => [g.Key]);
            o.On(AutoScalingTables.Instances, i => [i.Group]);
            o.On(AutoScalingTables.Launches, l => [l.Group]);
        });
}
