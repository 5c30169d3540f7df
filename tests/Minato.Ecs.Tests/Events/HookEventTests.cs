using Minato.Contracts.Ecs;
using Minato.Ecs.Events;
using Minato.Ecs.State;
using Minato.Ecs.Tests.Services;

namespace Minato.Ecs.Tests.Events;

public sealed class HookEventTests
{
    [Theory]
    [InlineData(DeploymentLifecycleHookStatus.AwaitingAction, "HOOK_AWAITING_ACTION", 1)]
    [InlineData(DeploymentLifecycleHookStatus.Succeeded, "HOOK_SUCCEEDED", 2)]
    [InlineData(DeploymentLifecycleHookStatus.Failed, "HOOK_FAILED", 2)]
    [InlineData(DeploymentLifecycleHookStatus.TimedOut, "HOOK_TIMED_OUT", 2)]
    public void A_pause_tells_that_it_waits_and_how_it_ended(DeploymentLifecycleHookStatus status, string name, int version)
    {
        var told = HookEvents.Of(Service(null), Service(status), Given.Noon).ShouldHaveSingleItem();
        (told.DetailType, told.Version, told.Resource).ShouldBe(("ECS Hook State Change", version, Given.Service.Arn));
        ((string?)told.Detail["eventName"], (string?)told.Detail["lifecycleStage"], (string?)told.Detail["hookType"], (string?)told.Detail["expiresAt"])
            .ShouldBe((name, "POST_SCALE_UP", "PAUSE", "2030-01-01T13:00:00.000Z"));
        HookEvents.Of(Service(status), Service(status), Given.Noon).ShouldBeEmpty();
    }

    private static ServiceState Service(DeploymentLifecycleHookStatus? status)
    {
        var deployment = Given.Deployment(1);
        return new()
        {
            Key = Given.Service, CreatedAt = Given.Noon, DesiredCount = 1, Spec = deployment.Spec, DeploymentConfiguration = new(), CreatedFrom = "",
            Deployments =
            [
                deployment with
                {
                    Traffic = new()
                    {
                        Configuration = new(),
                        Hooks = status is not { } its ? [] :
                        [
                            new()
                            {
                                Id = "ecs-pause-1", Hook = 0, Stage = TrafficStage.PostScaleUp, Step = 0, Type = DeploymentLifecycleHookTargetType.Pause, Status = its,
                                ExpiresAt = Given.Noon.AddHours(1), TimeoutAction = DeploymentLifecycleHookAction.Rollback,
                            },
                        ],
                    },
                },
            ],
        };
    }
}
