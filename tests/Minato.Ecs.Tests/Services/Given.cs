using System.Collections.Immutable;
using System.Globalization;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.State;
using LoadBalancer = Minato.Contracts.Ecs.LoadBalancer;
using TaskKey = Minato.Ecs.State.TaskKey;

namespace Minato.Ecs.Tests.Services;

/// <summary>Views for the planner, in few words.</summary>
internal static class Given
{
    public const string TargetGroup = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef";
    public static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly ServiceKey Service = new(new ClusterKey(new AccountRegion("123456789012", "eu-west-1"), "default"), "web");

    public static DeploymentState Deployment(int number, DeploymentRolloutState rollout = DeploymentRolloutState.InProgress, int desired = 3) => new()
    {
        Id = Id(number),
        ServiceDeploymentId = $"sd-{number}",
        RevisionId = number.ToString("D19", CultureInfo.InvariantCulture),
        Spec = new()
        {
            TaskDefinition = new(Service.Cluster.Scope, "web", number),
            LaunchType = LaunchType.Fargate,
            LoadBalancers = [new LoadBalancer { TargetGroupArn = TargetGroup, ContainerName = "web", ContainerPort = 80 }],
        },
        CreatedAt = Noon.AddHours(-10 + number),
        UpdatedAt = Noon.AddHours(-10 + number),
        DesiredCount = desired,
        Rollout = rollout,
        RolloutReason = rollout == DeploymentRolloutState.Completed ? RolloutReasons.Completed(Id(number)) : RolloutReasons.InProgress(Id(number)),
        IsTakenUp = true,
        IsOutcomeRecorded = rollout != DeploymentRolloutState.InProgress,
    };

    public static DeploymentState Completed(int number, int desired = 3) => Deployment(number, DeploymentRolloutState.Completed, desired);

    public static string Id(int number) => $"ecs-svc/{number.ToString("D19", CultureInfo.InvariantCulture)}";

    /// <param name="shape">
    /// One letter a task, the deployment's number before them: "1HHP" is two healthy tasks and a pending one of deployment 1.
    /// P pending, S starting, H healthy, U unhealthy, L leaving (draining), X stopping, D stopped by the scheduler, F failed to start, C crashed.
    /// </param>
    public static ServiceView View(int desired, ImmutableArray<DeploymentState> deployments, string shape) => new()
    {
        Name = "web",
        DesiredCount = desired,
        Deployments = deployments,
        Tasks = Tasks(shape),
        SteadySince = null,
    };

    public static ImmutableArray<TaskInService> Tasks(string shape)
    {
        var tasks = ImmutableArray.CreateBuilder<TaskInService>();
        var deployment = 0;
        foreach (var letter in shape.Where(c => c != ' '))
        {
            if (char.IsDigit(letter)) deployment = letter - '0';
            else tasks.Add(Task(deployment, letter, tasks.Count));
        }

        return tasks.ToImmutable();
    }

    public static TaskInService Task(int deployment, char letter, int ordinal = 0)
    {
        var id = $"{deployment}{char.ToLowerInvariant(letter)}{ordinal}";
        var hasStarted = letter is not ('P' or 'F');
        return new()
        {
            Id = id,
            DeploymentId = Id(deployment),
            CreatedAt = Noon.AddMinutes(-60 + ordinal),
            StartedAt = hasStarted ? Noon.AddMinutes(-50 + ordinal) : null,
            Status = letter switch
            {
                'P' => TaskLastStatus.Pending,
                'L' => TaskLastStatus.Deactivating,
                'X' => TaskLastStatus.Stopping,
                'D' or 'F' or 'C' => TaskLastStatus.Stopped,
                _ => TaskLastStatus.Running,
            },
            IsStopWanted = letter is 'L' or 'X' or 'D' or 'F' or 'C',
            StopCode = letter switch
            {
                'F' => TaskStopCode.TaskFailedToStart,
                'C' => TaskStopCode.EssentialContainerExited,
                'L' or 'X' or 'D' => TaskStopCode.ServiceSchedulerInitiated,
                _ => null,
            },
            Reason = letter == 'F' ? "CannotPullContainerError: no such image" : null,
            Targets = hasStarted ? [new TargetInService(TargetGroup, "172.31.0.9", 80, State(letter), letter == 'U' ? "Health checks failed with these codes: [503]" : null)] : [],
            TargetsRegistered = hasStarted,
            TargetsDeregistered = letter is 'X' or 'D',
            Memory = new()
            {
                Key = new TaskKey(Service.Cluster, id),
                Service = Service,
                DeploymentId = Id(deployment),
                HasRun = hasStarted,
                WasHealthy = letter == 'H',
                ToldRegistered = true,
                StoppedByScheduler = letter is 'L' or 'X' or 'D',
                ToldDraining = true,
                ToldDeregistered = true,
            },
        };
    }

    private static TargetHealthStateEnum State(char letter) => letter switch
    {
        'H' => TargetHealthStateEnum.Healthy,
        'U' => TargetHealthStateEnum.Unhealthy,
        'L' => TargetHealthStateEnum.Draining,
        _ => TargetHealthStateEnum.Initial,
    };
}
