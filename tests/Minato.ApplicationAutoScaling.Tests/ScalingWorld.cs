using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Aws.Dispatch;
using Minato.Aws.Shapes;
using Minato.CloudWatch;
using Minato.Contracts.ApplicationAutoScaling;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.Ecs;
using Minato.Contracts.Eventbridge;
using Minato.Testing;
using Task = System.Threading.Tasks.Task;

namespace Minato.ApplicationAutoScaling.Tests;

/// <summary>A world with Application Auto Scaling, CloudWatch, and a service of ECS that does at once what it is told.</summary>
internal sealed class ScalingWorld(World world, FakeEcs ecs, Bus bus)
{
    public const string Resource = "service/prod/web";

    public World World => world;
    public FakeEcs Ecs => ecs;
    public List<PutEventsRequestEntry> Told => bus.Told;
    public IApplicationAutoScaling Scaling => world.Client<IApplicationAutoScaling>();
    public ICloudWatch CloudWatch => world.Client<ICloudWatch>();
    public Caller Caller => world.Caller;

    public static void Run(Func<ScalingWorld, Task> test)
    {
        var (ecs, bus) = (new FakeEcs(), new Bus());
        World.Run(1, world => test(new(world, ecs, bus)), services => services.AddSingleton(new PageTokens("a secret of the test"u8))
            .AddSingleton<IEcs>(new EcsClient(ecs)).AddSingleton<IEventbridge>(new EventbridgeClient(bus)).AddCloudWatch().AddApplicationAutoScaling());
    }

    public async System.Threading.Tasks.Task<string> RegisterAsync(int? min = 1, int? max = 10, SuspendedState? suspended = null) => (await Scaling.RegisterScalableTargetAsync(new()
    {
        ServiceNamespace = ServiceNamespace.Ecs, ResourceId = Resource, ScalableDimension = ScalableDimension.EcsServiceDesiredCount, MinCapacity = min, MaxCapacity = max, SuspendedState = suspended,
    }, Caller, default)).ScalableTargetARN ?? "";

    public System.Threading.Tasks.Task<PutScalingPolicyResponse> TrackAsync(
        string name = "cpu", double target = 50, MetricType metric = MetricType.ECSServiceAverageCPUUtilization, bool? disableIn = null, int? outCooldown = null, int? inCooldown = null) =>
        Scaling.PutScalingPolicyAsync(new()
        {
            PolicyName = name, ServiceNamespace = ServiceNamespace.Ecs, ResourceId = Resource, ScalableDimension = ScalableDimension.EcsServiceDesiredCount,
            PolicyType = PolicyType.TargetTrackingScaling,
            TargetTrackingScalingPolicyConfiguration = new()
            {
                TargetValue = target, PredefinedMetricSpecification = new() { PredefinedMetricType = metric }, DisableScaleIn = disableIn, ScaleOutCooldown = outCooldown, ScaleInCooldown = inCooldown,
            },
        }, Caller, default);

    /// <summary>One data point a minute, each in the middle of it.</summary>
    public async Task LoadAsync(double value, int minutes, string metric = "CPUUtilization", string space = "AWS/ECS")
    {
        for (var i = 0; i < minutes; i++)
        {
            await CloudWatch.PutMetricDataAsync(new()
            {
                Namespace = space,
                MetricData =
                [
                    new()
                    {
                        MetricName = metric, Value = value, Unit = StandardUnit.Percent, Timestamp = world.Time.GetUtcNow(),
                        Dimensions = [new() { Name = "ClusterName", Value = "prod" }, new() { Name = "ServiceName", Value = "web" }],
                    },
                ],
            }, Minato.Aws.Caller.ForService(Caller.AccountId, Caller.Region, "ecs.amazonaws.com"), default);
            await world.RunFor(TimeSpan.FromMinutes(1));
        }
    }

    public async System.Threading.Tasks.Task<List<ScalingActivity>> ActivitiesAsync(bool all = false) => [.. (await Scaling.DescribeScalingActivitiesAsync(
        new() { ServiceNamespace = ServiceNamespace.Ecs, ResourceId = Resource, IncludeNotScaledActivities = all }, Caller, default)).ScalingActivities ?? []];
}

/// <summary>ECS as far as a scaler asks it.</summary>
internal sealed class FakeEcs : IAwsInvoker
{
    public int Desired { get; set; } = 2;
    public int Running { get; set; } = 2;
    public bool IsThere { get; set; } = true;

    /// <summary>Tasks start when they are wanted.</summary>
    public bool IsQuick { get; set; } = true;
    public int Updates { get; private set; }

    /// <summary>Why it updates nothing; null while it does.</summary>
    public string? Refusal { get; set; }

    public System.Threading.Tasks.Task<TOut> InvokeAsync<TOut>(ServiceModel service, OperationModel operation, IShape request, Caller caller, CancellationToken ct)
        where TOut : IShape<TOut>
    {
        if (request is UpdateServiceRequest update)
        {
            Updates++;
            if (Refusal is { } words) throw new Minato.Contracts.Ecs.InvalidParameterException(words);
            Desired = update.DesiredCount ?? Desired;
            if (IsQuick) Running = Desired;
            return Task.FromResult((TOut)(object)new UpdateServiceResponse());
        }

        return Task.FromResult((TOut)(object)new DescribeServicesResponse
        {
            Services = IsThere ? [new() { ServiceName = "web", Status = "ACTIVE", DesiredCount = Desired, RunningCount = Running, Deployments = [new() { Status = "PRIMARY" }] }] : [],
        });
    }
}

/// <summary>A bus that remembers.</summary>
internal sealed class Bus : IAwsInvoker
{
    public List<PutEventsRequestEntry> Told { get; } = [];

    public System.Threading.Tasks.Task<TOut> InvokeAsync<TOut>(ServiceModel service, OperationModel operation, IShape request, Caller caller, CancellationToken ct)
        where TOut : IShape<TOut>
    {
        Told.AddRange(((PutEventsRequest)request).Entries);
        return Task.FromResult((TOut)(object)new PutEventsResponse { FailedEntryCount = 0, Entries = [] });
    }
}
