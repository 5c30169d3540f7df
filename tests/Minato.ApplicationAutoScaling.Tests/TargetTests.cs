using Minato.Contracts.ApplicationAutoScaling;

namespace Minato.ApplicationAutoScaling.Tests;

public sealed class TargetTests
{
    [Fact]
    public void A_count_outside_of_the_bounds_is_pulled_in_at_once() => ScalingWorld.Run(async w =>
    {
        await w.RegisterAsync(4, 8);
        await w.World.Eventually(() => w.Ecs.Desired == 4, TimeSpan.FromSeconds(5));
        await w.World.RunFor(TimeSpan.FromSeconds(5));
        var activity = (await w.ActivitiesAsync()).ShouldHaveSingleItem();
        (activity.Cause, activity.Description, activity.StatusCode).ShouldBe(("minimum capacity was set to 4", "Setting desired count to 4.", ScalingActivityStatusCode.Successful));
        activity.StatusMessage.ShouldBe("Successfully set desired count to 4. Change successfully fulfilled by ecs.");
        w.Ecs.Desired = w.Ecs.Running = 20;
        await w.RegisterAsync(null, null); // AWS: also when the bounds are not in the request.
        await w.World.Eventually(() => w.Ecs.Desired == 8, TimeSpan.FromSeconds(5));
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        (await w.ActivitiesAsync())[0].Cause.ShouldBe("maximum capacity was set to 8");
    });

    [Fact]
    public void A_service_that_is_not_there_is_refused() => ScalingWorld.Run(async w =>
    {
        w.Ecs.IsThere = false;
        (await w.World.Throws<ValidationException>(() => w.RegisterAsync())).Message.ShouldBe("ECS service doesn't exist: service/prod/web");
    });

    [Fact]
    public void A_new_target_needs_both_bounds_and_an_update_changes_what_it_names() => ScalingWorld.Run(async w =>
    {
        await w.World.Throws<ValidationException>(() => w.RegisterAsync(1, null));
        await w.World.Throws<ValidationException>(() => w.RegisterAsync(5, 1));
        var arn = await w.RegisterAsync(1, 10, new() { DynamicScalingInSuspended = true });
        arn.ShouldMatch("^arn:aws:application-autoscaling:us-east-1:123456789012:scalable-target/[0-9a-f]{32}$");
        (await w.RegisterAsync(null, 12)).ShouldBe(arn);
        var target = (await w.Scaling.DescribeScalableTargetsAsync(new() { ServiceNamespace = ServiceNamespace.Ecs }, w.Caller, default)).ScalableTargets.ShouldNotBeNull().ShouldHaveSingleItem();
        (target.MinCapacity, target.MaxCapacity, target.SuspendedState?.DynamicScalingInSuspended).ShouldBe((1, 12, true));
        target.RoleARN.ShouldEndWith("AWSServiceRoleForApplicationAutoScaling_ECSService");
    });

    [Fact]
    public void Deregistering_takes_policies_alarms_and_scheduled_actions_along() => ScalingWorld.Run(async w =>
    {
        await w.RegisterAsync();
        await w.TrackAsync();
        await w.Scaling.DeregisterScalableTargetAsync(
            new() { ServiceNamespace = ServiceNamespace.Ecs, ResourceId = ScalingWorld.Resource, ScalableDimension = ScalableDimension.EcsServiceDesiredCount }, w.Caller, default);
        (await w.CloudWatch.DescribeAlarmsAsync(new(), w.Caller, default)).MetricAlarms?.Length.ShouldBe(0);
        (await w.Scaling.DescribeScalingPoliciesAsync(new() { ServiceNamespace = ServiceNamespace.Ecs }, w.Caller, default)).ScalingPolicies?.Length.ShouldBe(0);
        (await w.World.Throws<ObjectNotFoundException>(() => w.TrackAsync())).Message
            .ShouldBe("No scalable target found for service namespace: ecs, resource ID: service/prod/web, scalable dimension: ecs:service:DesiredCount");
    });

    [Fact]
    public void What_ECS_refuses_is_tried_again_every_minute_and_is_one_failed_activity() => ScalingWorld.Run(async w =>
    {
        w.Ecs.Refusal = "Not now.";
        await w.RegisterAsync(4, 8);
        await w.World.RunFor(TimeSpan.FromMinutes(5.5));
        w.Ecs.Updates.ShouldBeInRange(5, 7);
        var failed = (await w.ActivitiesAsync()).ShouldHaveSingleItem();
        (failed.StatusCode, failed.StatusMessage).ShouldBe((ScalingActivityStatusCode.Failed, "Failed to set desired count to 4. Reason: Not now."));
        w.Ecs.Refusal = null;
        await w.World.Eventually(() => w.Ecs.Desired == 4, TimeSpan.FromMinutes(2));
    });

    [Fact]
    public void Targets_have_tags() => ScalingWorld.Run(async w =>
    {
        var arn = await w.RegisterAsync();
        await w.Scaling.TagResourceAsync(new() { ResourceARN = arn, Tags = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" }.ToImmutable() }, w.Caller, default);
        await w.Scaling.UntagResourceAsync(new() { ResourceARN = arn, TagKeys = ["a"] }, w.Caller, default);
        (await w.Scaling.ListTagsForResourceAsync(new() { ResourceARN = arn }, w.Caller, default)).Tags?.ShouldHaveSingleItem().Key.ShouldBe("b");
        await w.World.Throws<ResourceNotFoundException>(() => w.Scaling.ListTagsForResourceAsync(new() { ResourceARN = arn + "0" }, w.Caller, default));
    });
}

internal static class Given
{
    public static System.Collections.Immutable.ImmutableDictionary<string, string> ToImmutable(this Dictionary<string, string> map) =>
        System.Collections.Immutable.ImmutableDictionary.CreateRange(map);
}
