using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services.Traffic;

/// <summary>Stages as the API names them.</summary>
internal static class TrafficStages
{
    public static TrafficStage Of(DeploymentLifecycleHookStage stage) => stage switch
    {
        DeploymentLifecycleHookStage.ReconcileService => TrafficStage.ReconcileService,
        DeploymentLifecycleHookStage.PreScaleUp => TrafficStage.PreScaleUp,
        DeploymentLifecycleHookStage.PostScaleUp => TrafficStage.PostScaleUp,
        DeploymentLifecycleHookStage.TestTrafficShift => TrafficStage.TestTrafficShift,
        DeploymentLifecycleHookStage.PostTestTrafficShift => TrafficStage.PostTestTrafficShift,
        DeploymentLifecycleHookStage.PreProductionTrafficShift => TrafficStage.PreProductionTrafficShift,
        DeploymentLifecycleHookStage.ProductionTrafficShift => TrafficStage.ProductionTrafficShift,
        _ => TrafficStage.PostProductionTrafficShift,
    };

    public static string Name(TrafficStage stage) => stage switch
    {
        TrafficStage.ReconcileService => "RECONCILE_SERVICE",
        TrafficStage.PreScaleUp => "PRE_SCALE_UP",
        TrafficStage.ScaleUp => "SCALE_UP",
        TrafficStage.PostScaleUp => "POST_SCALE_UP",
        TrafficStage.TestTrafficShift => "TEST_TRAFFIC_SHIFT",
        TrafficStage.PostTestTrafficShift => "POST_TEST_TRAFFIC_SHIFT",
        TrafficStage.PreProductionTrafficShift => "PRE_PRODUCTION_TRAFFIC_SHIFT",
        TrafficStage.ProductionTrafficShift => "PRODUCTION_TRAFFIC_SHIFT",
        TrafficStage.PostProductionTrafficShift => "POST_PRODUCTION_TRAFFIC_SHIFT",
        TrafficStage.BakeTime => "BAKE_TIME",
        _ => "CLEAN_UP",
    };

    // AWS: the stage of a service deployment has no name for what comes before a shift; it belongs to the shift.
    public static ServiceDeploymentLifecycleStage ToWire(TrafficStage stage) => stage switch
    {
        TrafficStage.ReconcileService => ServiceDeploymentLifecycleStage.ReconcileService,
        TrafficStage.PreScaleUp => ServiceDeploymentLifecycleStage.PreScaleUp,
        TrafficStage.ScaleUp => ServiceDeploymentLifecycleStage.ScaleUp,
        TrafficStage.PostScaleUp => ServiceDeploymentLifecycleStage.PostScaleUp,
        TrafficStage.TestTrafficShift => ServiceDeploymentLifecycleStage.TestTrafficShift,
        TrafficStage.PostTestTrafficShift => ServiceDeploymentLifecycleStage.PostTestTrafficShift,
        TrafficStage.PreProductionTrafficShift or TrafficStage.ProductionTrafficShift => ServiceDeploymentLifecycleStage.ProductionTrafficShift,
        TrafficStage.PostProductionTrafficShift => ServiceDeploymentLifecycleStage.PostProductionTrafficShift,
        TrafficStage.BakeTime => ServiceDeploymentLifecycleStage.BakeTime,
        _ => ServiceDeploymentLifecycleStage.CleanUp,
    };

    /// <summary>A function may be called in it, and a person may be asked.</summary>
    public static bool AllowsPause(DeploymentLifecycleHookStage stage) =>
        stage is not (DeploymentLifecycleHookStage.TestTrafficShift or DeploymentLifecycleHookStage.ProductionTrafficShift);
}
