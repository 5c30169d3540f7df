using Minato.Ecs.Planning.Records;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.State;
using Minato.Ecs.Tests.Services;

namespace Minato.Ecs.Tests.Records;

/// <summary>The words for why tasks ended, and the verdict that is made from them.</summary>
public sealed class TaskCauseTests
{
    [Theory]
    [InlineData("TaskFailedToStart", "CannotPullContainerError: no such image", true, "did not start: CannotPullContainerError: no such image")]
    [InlineData("EssentialContainerExited", "Essential container in task exited", true, "ended by itself: container web exited with code 3")]
    [InlineData("ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/1)", false, "stopped: Scaling activity initiated by (deployment ecs-svc/1)")]
    [InlineData("ServiceSchedulerInitiated", "Task failed container health checks", true, "failed the health check of container web (CMD-SHELL curl -f localhost)")]
    [InlineData("UserInitiated", "Task stopped by user", false, "stopped: Task stopped by user")]
    public void A_task_that_ended_says_why(string code, string reason, bool isFailure, string cause) =>
        TaskCauses.Of(Task(code, reason)).ShouldBe((isFailure, cause));

    [Fact]
    public void A_failed_probe_names_path_port_and_answer() =>
        Unhealthy("Health checks failed with these codes: [500]").Cause.ShouldBe("failed the health check /health on port 80 with 500");

    [Theory]
    [InlineData("Request timed out", "failed the health check /health on port 80: no answer in time")]
    [InlineData("Health checks failed", "failed the health check /health on port 80: no connection")]
    public void A_probe_without_an_answer_says_so(string answer, string cause) => Unhealthy(answer).Cause.ShouldBe(cause);

    [Fact]
    public void Memory_that_ran_out_names_the_limit()
    {
        var task = Task("EssentialContainerExited", "OutOfMemoryError: Container killed due to memory usage");
        var killed = task.Containers[0] with { ExitCode = 137, Reason = "OutOfMemoryError: Container killed due to memory usage", MemoryMiB = 512 };
        TaskCauses.Of(task with { Containers = [killed] }).Cause.ShouldBe("ran out of memory: container web has 512 MiB");
    }

    [Fact]
    public void What_a_service_says_of_a_sick_target_is_read_again()
    {
        var target = new TargetInService(Given.TargetGroup, "172.31.0.9", 80, null, "Health checks failed with these codes: [503]");
        HealthWords.Of(ServiceEvents.TargetUnhealthy("web", "t1", target), Given.TargetGroup).ShouldBe("Health checks failed with these codes: [503]");
        HealthWords.Of(ServiceEvents.TargetUnhealthy("web", "t1", target), "another").ShouldBeNull();
        HealthWords.Of(ServiceEvents.SteadyState("web"), Given.TargetGroup).ShouldBeNull();
    }

    [Fact]
    public void The_verdict_of_a_rollback_counts_the_tasks_by_their_cause()
    {
        var sick = Unhealthy("Health checks failed with these codes: [500]");
        var (isFailure, verdict) = Verdicts.Of(Deployment("ROLLBACK_SUCCESSFUL"), [sick, sick, Failed("did not start: no memory"), sick], Given.Noon);
        isFailure.ShouldBeTrue();
        verdict.ShouldBe("rolled back to web:1: 3 tasks of web:2 failed the health check /health on port 80 with 500 (1 more failed otherwise)");
    }

    [Theory]
    [InlineData("SUCCESSFUL", null, false, "web:2 is out, after 72 s")]
    [InlineData("STOPPED", "Service deployment was superseded by a newer one.", false, "web:2 was given up: Service deployment was superseded by a newer one.")]
    [InlineData("STOPPED", RolloutReasons.FailedToStart, true, "web:2 was given up: " + RolloutReasons.FailedToStart)]
    public void An_outcome_without_failed_tasks_gives_its_own_reason(string status, string? reason, bool isFailure, string verdict) =>
        Verdicts.Of(Deployment(status) with { StatusReason = reason }, [], Given.Noon).ShouldBe((isFailure, verdict));

    private static TaskRecord Failed(string cause) => Task("TaskFailedToStart", cause) with { IsFailure = true, Cause = cause };

    private static TaskRecord Unhealthy(string answer)
    {
        var task = Task("ServiceSchedulerInitiated", RolloutReasons.TargetFailed(Given.TargetGroup)) with
        {
            Probes = [new() { TargetGroupArn = Given.TargetGroup, Path = "/health", Port = 80, Answer = answer }],
        };
        var (isFailure, cause) = TaskCauses.Of(task);
        return task with { IsFailure = isFailure, Cause = cause };
    }

    private static TaskRecord Task(string code, string reason) => new()
    {
        TaskArn = "arn:aws:ecs:eu-west-1:123456789012:task/default/1", TaskDefinition = "web:2", Service = "web", LastStatus = "STOPPED", StopCode = code,
        StoppedReason = reason, CreatedAt = Given.Noon,
        Containers = [new() { Name = "web", ExitCode = code == "EssentialContainerExited" ? 3 : null, HealthCheck = "CMD-SHELL curl -f localhost" }],
    };

    private static DeploymentRecord Deployment(string status) => new()
    {
        ServiceDeploymentArn = "arn", Service = "web", DeploymentId = "ecs-svc/2", TaskDefinition = "web:2", Status = status, RolledBackTo = "web:1",
        CreatedAt = Given.Noon, FinishedAt = Given.Noon.AddSeconds(72),
    };
}
