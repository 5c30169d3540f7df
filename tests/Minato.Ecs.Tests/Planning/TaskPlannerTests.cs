using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;
using Minato.Engines.Containers;
using Minato.Platform;

namespace Minato.Ecs.Tests.Planning;

/// <summary>Plans of tasks, case by case.</summary>
public sealed class TaskPlannerTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly ClusterKey s_cluster = new(new("123456789012", "us-east-1"), "default");

    private static TaskDefinitionState Definition(params ContainerDefinition[] containers) => new()
    {
        Key = new(s_cluster.Scope, "web", 1),
        Definition = new() { NetworkMode = NetworkMode.Awsvpc, ContainerDefinitions = [.. containers] },
    };

    private static ContainerDefinition Container(string name = "app", bool essential = true) => new() { Name = name, Image = "app:1", Essential = essential };

    private static TaskView View(TaskDefinitionState definition, Func<TaskProgress, TaskProgress>? progress = null, params LoadBalancer[] balancers)
    {
        var task = TaskState.Create(
            new() { Cluster = s_cluster, LaunchType = LaunchType.Fargate, LoadBalancers = [.. balancers] }, definition, new Ids(1), s_noon);
        return new() { Task = task with { Progress = progress?.Invoke(task.Progress) ?? task.Progress }, Definition = definition };
    }

    private static TaskProgress Attached(TaskProgress p) => p with
    {
        LastStatus = TaskLastStatus.Pending,
        Interface = (p.Interface ?? new() { AttachmentId = "a" }) with { InterfaceId = "eni-1", VpcId = "vpc-1", PrivateIp = "172.31.0.5", PauseId = "pause", IsPauseUp = true },
    };

    private static TaskProgress Started(TaskProgress p, string name = "app") => p.With(p.Container(name) with
    {
        IsPulled = true, HasRun = true, RuntimeId = $"id-{name}", LastStatus = ContainerLastStatus.Running, StartedAt = s_noon,
    });

    private static TaskProgress Ended(TaskProgress p, string name, int code) => Started(p, name) is var q
        ? q.With(q.Container(name) with { LastStatus = ContainerLastStatus.Stopped, ExitCode = code, FinishedAt = s_noon }) : p;

    private static TaskView Stop(TaskView view) => view with { Task = view.Task.RequestStop(TaskStopCode.UserInitiated, "Task stopped by user", s_noon) };

    private static LoadBalancer Balancer => new() { TargetGroupArn = "arn:tg", ContainerName = "app", ContainerPort = 80 };

    [Fact]
    public void First_comes_the_network_interface() =>
        TaskPlanner.Plan(View(Definition(Container())), s_noon).Moves.ShouldBe([new TaskMove.AttachInterface()]);

    [Fact]
    public void Then_pull_and_pause_at_once()
    {
        var plan = TaskPlanner.Plan(View(Definition(Container(), Container("side")), p => Attached(p) is var a && a.Interface is { } i
            ? a with { Interface = i with { PauseId = null, IsPauseUp = false } } : p), s_noon);
        plan.Moves.ShouldBe([new TaskMove.Pull("app"), new TaskMove.Pull("side"), new TaskMove.MakePause()]);
        plan.Progress.PullStartedAt.ShouldBe(s_noon);
    }

    [Fact]
    public void While_the_pause_container_starts_what_depends_on_nothing_is_created()
    {
        var late = Container("late") with { DependsOn = [new() { ContainerName = "app", Condition = ContainerCondition.Start }] };
        var view = View(Definition(Container(), late), p => Attached(p) is var a && a.Interface is { } i ? a with { Interface = i with { IsPauseUp = false } } : p);
        TaskPlanner.Plan(view, s_noon).Moves.ShouldBe([new TaskMove.Pull("app"), new TaskMove.Pull("late"), new TaskMove.StartPause()]);
        var done = new PullState.Done(new EngineImage("sha256:1", "sha256:2"));
        view = view with { Pulls = ImmutableDictionary<string, PullState>.Empty.Add("app", done).Add("late", done) };
        var plan = TaskPlanner.Plan(view, s_noon);
        plan.Moves.ShouldBe([new TaskMove.StartPause(), new TaskMove.Make("app")]);
        plan.Progress.LastStatus.ShouldBe(TaskLastStatus.Pending);
        view = view with { Task = view.Task with { Progress = plan.Progress.With(plan.Progress.Container("app") with { RuntimeId = "id-app" }) } };
        TaskPlanner.Plan(view, s_noon).Moves.ShouldBe([new TaskMove.StartPause()]);
    }

    [Fact]
    public void What_is_pulled_runs()
    {
        var view = View(Definition(Container()), Attached) with
        {
            Pulls = ImmutableDictionary<string, PullState>.Empty.Add("app", new PullState.Done(new EngineImage("sha256:1", "sha256:2"))),
        };
        var plan = TaskPlanner.Plan(view, s_noon);
        plan.Moves.ShouldBe([new TaskMove.Run("app")]);
        plan.Progress.LastStatus.ShouldBe(TaskLastStatus.Activating);
        plan.Progress.Container("app").ImageDigest.ShouldBe("sha256:2");
    }

    [Fact]
    public void RUNNING_waits_for_the_targets_to_be_registered()
    {
        var definition = Definition(Container());
        TaskPlanner.Plan(View(definition, p => Started(Attached(p)), Balancer), s_noon).Moves.ShouldBe([new TaskMove.RegisterTargets()]);
        var plan = TaskPlanner.Plan(View(definition, p => Started(Attached(p)) with { TargetsRegistered = true }, Balancer), s_noon);
        plan.Moves.ShouldBeEmpty();
        plan.Progress.LastStatus.ShouldBe(TaskLastStatus.Running);
        plan.Progress.StartedAt.ShouldBe(s_noon);
    }

    [Fact]
    public void A_task_that_serves_drains_before_it_stops()
    {
        var view = Stop(View(Definition(Container()), p => Started(Attached(p)) with { LastStatus = TaskLastStatus.Running, TargetsRegistered = true }, Balancer));
        var first = TaskPlanner.Plan(view, s_noon);
        first.Moves.ShouldBe([new TaskMove.DeregisterTargets()]);
        first.Progress.LastStatus.ShouldBe(TaskLastStatus.Deactivating);
        TaskPlanner.Plan(view with { Targets = TargetsState.Draining }, s_noon).Moves.ShouldBeEmpty();
        TaskPlanner.Plan(view with { Targets = TargetsState.Gone }, s_noon).Moves.ShouldBe([new TaskMove.Stop("app", TimeSpan.FromSeconds(30))]);
    }

    [Fact]
    public void A_task_that_died_does_not_wait_for_the_drain()
    {
        var view = View(Definition(Container(), Container("side")),
            p => Started(Ended(Attached(p), "app", 1), "side") with { LastStatus = TaskLastStatus.Running, TargetsRegistered = true }, Balancer);
        var plan = TaskPlanner.Plan(view with { Targets = TargetsState.Draining }, s_noon);
        plan.Progress.StopCode.ShouldBe(TaskStopCode.EssentialContainerExited);
        plan.Moves.ShouldBe([new TaskMove.Stop("side", TimeSpan.FromSeconds(30))]);
    }

    [Theory]
    [InlineData(true, TaskStopCode.EssentialContainerExited)]
    [InlineData(false, null)]
    public void Only_an_essential_container_ends_the_task(bool essential, TaskStopCode? code)
    {
        var view = View(Definition(Container("main"), Container("app", essential)),
            p => Started(Ended(Attached(p), "app", 0), "main") with { LastStatus = TaskLastStatus.Running });
        TaskPlanner.Plan(view, s_noon).Progress.StopCode.ShouldBe(code);
    }

    [Fact]
    public void The_first_cause_is_the_one_that_is_told()
    {
        var view = Stop(View(Definition(Container()), p => Ended(Attached(p), "app", 1) with
        {
            LastStatus = TaskLastStatus.Running, StopCode = TaskStopCode.EssentialContainerExited, StoppedReason = "Essential container in task exited",
        }));
        TaskPlanner.Plan(view, s_noon).Progress.StopCode.ShouldBe(TaskStopCode.EssentialContainerExited);
    }

    [Fact]
    public void Containers_stay_until_their_logs_are_drained()
    {
        var definition = Definition(Container() with { LogConfiguration = new() { LogDriver = Contracts.Ecs.LogDriver.Awslogs } });
        var view = Stop(View(definition, p => Ended(Attached(p), "app", 0) with
        {
            LastStatus = TaskLastStatus.Stopped, StopCode = TaskStopCode.UserInitiated, StoppedAt = s_noon,
        }));
        TaskPlanner.Plan(view, s_noon).Moves.ShouldBeEmpty();
        TaskPlanner.Plan(view with { Drained = ["app"] }, s_noon).Moves.ShouldBe([new TaskMove.RemoveContainers()]);
    }

    [Fact]
    public void A_stopped_task_is_forgotten_after_its_time()
    {
        var view = Stop(View(Definition(Container()), p => Ended(Attached(p), "app", 0) with
        {
            LastStatus = TaskLastStatus.Stopped, StopCode = TaskStopCode.UserInitiated, StoppedAt = s_noon, IsCleanedUp = true,
        }));
        TaskPlanner.Plan(view, s_noon).Wake.ShouldBe(s_noon.AddHours(1));
        TaskPlanner.Plan(view, s_noon.AddHours(1)).Moves.ShouldBe([new TaskMove.Forget()]);
    }

    [Theory]
    [InlineData(HealthStatus.Healthy, HealthStatus.Unknown, HealthStatus.Healthy)]
    [InlineData(HealthStatus.Unknown, HealthStatus.Healthy, HealthStatus.Unknown)]
    [InlineData(HealthStatus.Unhealthy, HealthStatus.Healthy, HealthStatus.Unhealthy)]
    [InlineData(HealthStatus.Healthy, HealthStatus.Unhealthy, HealthStatus.Healthy)]
    public void Health_is_that_of_the_essential_containers(HealthStatus essential, HealthStatus other, HealthStatus task)
    {
        var definition = Definition(Container(), Container("side", essential: false));
        var progress = View(definition).Task.Progress;
        progress = progress.With(progress.Container("app") with { HealthStatus = essential });
        progress = progress.With(progress.Container("side") with { HealthStatus = other });
        TaskHealth.Of(progress, definition.Containers).ShouldBe(task);
    }
}
