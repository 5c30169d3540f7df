using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.Tests.Services;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Api;

/// <summary>Every error that the model gives an operation is answered by the room, or stands here with the reason why it cannot be.</summary>
public sealed class ErrorTableTests
{
    private const string None = "none";
    private const string Arn = "arn:aws:ecs:us-east-1:123456789012:";

    // Any operation may answer them; the tests of the operations have them.
    private static readonly string[] s_common = ["AccessDeniedException", "ClientException", "InvalidParameterException", "ServerException"];

    /// <summary>"operation error" to what provokes it, in a world that has the cluster <c>default</c> and nothing in it.</summary>
    private static readonly Dictionary<string, Func<ServiceWorld, Task>> s_provoked = new(StringComparer.Ordinal)
    {
        ["CreateCluster NamespaceNotFoundException"] = w => w.Ecs.CreateClusterAsync(new() { ClusterName = "other", ServiceConnectDefaults = new() { Namespace = "arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-none" } }, w.World.Caller, default),
        ["CreateService ClusterNotFoundException"] = async w => await w.CreateAsync(await w.RequestAsync() with { Cluster = None }),
        ["CreateService PlatformUnknownException"] = async w => await w.CreateAsync(await w.RequestAsync() with { PlatformVersion = "0.9.0" }),
        ["CreateService PlatformTaskDefinitionIncompatibilityException"] = async w => await w.CreateAsync(await w.RequestAsync() with { TaskDefinition = await LargeAsync(w), PlatformVersion = "1.3.0" }),
        ["CreateService NamespaceNotFoundException"] = async w => await w.CreateAsync(await w.RequestAsync() with { ServiceConnectConfiguration = new() { Enabled = true, Namespace = None } }),
        ["UpdateService NamespaceNotFoundException"] = async w => await w.UpdateAsync(
            new() { Service = (await w.CreateAsync(0)).ServiceName ?? "", ServiceConnectConfiguration = new() { Enabled = true, Namespace = None } }),
        ["CreateTaskSet ClusterNotFoundException"] = async w => await w.Ecs.CreateTaskSetAsync(await SetAsync(w) with { Cluster = None }, w.World.Caller, default),
        ["CreateTaskSet ServiceNotFoundException"] = async w => await w.Ecs.CreateTaskSetAsync(await SetAsync(w) with { Service = None }, w.World.Caller, default),
        ["CreateTaskSet ServiceNotActiveException"] = async w => await w.Ecs.CreateTaskSetAsync(await SetAsync(w, isDeleted: true), w.World.Caller, default),
        ["CreateTaskSet PlatformUnknownException"] = async w => await w.Ecs.CreateTaskSetAsync(await SetAsync(w) with { PlatformVersion = "0.9.0" }, w.World.Caller, default),
        ["CreateTaskSet PlatformTaskDefinitionIncompatibilityException"] = async w => await w.Ecs.CreateTaskSetAsync(await SetAsync(w) with { TaskDefinition = await LargeAsync(w), PlatformVersion = "1.3.0" }, w.World.Caller, default),
        ["CreateTaskSet UnsupportedFeatureException"] = async w => await w.Ecs.CreateTaskSetAsync(await SetAsync(w) with { ServiceRegistries = [new() { RegistryArn = "a" }] }, w.World.Caller, default),
        ["DeleteTaskSet ClusterNotFoundException"] = w => w.Ecs.DeleteTaskSetAsync(new() { Cluster = None, Service = "web", TaskSet = None }, w.World.Caller, default),
        ["DeleteTaskSet ServiceNotFoundException"] = w => w.Ecs.DeleteTaskSetAsync(new() { Cluster = "default", Service = None, TaskSet = None }, w.World.Caller, default),
        ["DeleteTaskSet ServiceNotActiveException"] = async w => await w.Ecs.DeleteTaskSetAsync(new() { Cluster = "default", Service = (await SetAsync(w, isDeleted: true)).Service, TaskSet = None }, w.World.Caller, default),
        ["DeleteTaskSet TaskSetNotFoundException"] = async w => await w.Ecs.DeleteTaskSetAsync(new() { Cluster = "default", Service = (await SetAsync(w)).Service, TaskSet = None }, w.World.Caller, default),
        ["DescribeTaskSets ClusterNotFoundException"] = w => w.Ecs.DescribeTaskSetsAsync(new() { Cluster = None, Service = "web" }, w.World.Caller, default),
        ["DescribeTaskSets ServiceNotFoundException"] = w => w.Ecs.DescribeTaskSetsAsync(new() { Cluster = "default", Service = None }, w.World.Caller, default),
        ["DescribeTaskSets ServiceNotActiveException"] = async w => await w.Ecs.DescribeTaskSetsAsync(new() { Cluster = "default", Service = (await SetAsync(w, isDeleted: true)).Service }, w.World.Caller, default),
        ["UpdateTaskSet ClusterNotFoundException"] = w => w.Ecs.UpdateTaskSetAsync(new() { Cluster = None, Service = "web", TaskSet = None, Scale = new() { Value = 1 } }, w.World.Caller, default),
        ["UpdateTaskSet ServiceNotFoundException"] = w => w.Ecs.UpdateTaskSetAsync(new() { Cluster = "default", Service = None, TaskSet = None, Scale = new() { Value = 1 } }, w.World.Caller, default),
        ["UpdateTaskSet ServiceNotActiveException"] = async w => await w.Ecs.UpdateTaskSetAsync(new() { Cluster = "default", Service = (await SetAsync(w, isDeleted: true)).Service, TaskSet = None, Scale = new() { Value = 1 } }, w.World.Caller, default),
        ["UpdateTaskSet TaskSetNotFoundException"] = async w => await w.Ecs.UpdateTaskSetAsync(new() { Cluster = "default", Service = (await SetAsync(w)).Service, TaskSet = None, Scale = new() { Value = 1 } }, w.World.Caller, default),
        ["UpdateServicePrimaryTaskSet ClusterNotFoundException"] = w => w.Ecs.UpdateServicePrimaryTaskSetAsync(new() { Cluster = None, Service = "web", PrimaryTaskSet = None }, w.World.Caller, default),
        ["UpdateServicePrimaryTaskSet ServiceNotFoundException"] = w => w.Ecs.UpdateServicePrimaryTaskSetAsync(new() { Cluster = "default", Service = None, PrimaryTaskSet = None }, w.World.Caller, default),
        ["UpdateServicePrimaryTaskSet ServiceNotActiveException"] = async w => await w.Ecs.UpdateServicePrimaryTaskSetAsync(new() { Cluster = "default", Service = (await SetAsync(w, isDeleted: true)).Service, PrimaryTaskSet = None }, w.World.Caller, default),
        ["UpdateServicePrimaryTaskSet TaskSetNotFoundException"] = async w => await w.Ecs.UpdateServicePrimaryTaskSetAsync(new() { Cluster = "default", Service = (await SetAsync(w)).Service, PrimaryTaskSet = None }, w.World.Caller, default),
        ["UpdateCluster ClusterNotFoundException"] = w => w.Ecs.UpdateClusterAsync(new() { Cluster = None }, w.World.Caller, default),
        ["UpdateCluster NamespaceNotFoundException"] = w => w.Ecs.UpdateClusterAsync(new() { Cluster = "default", ServiceConnectDefaults = new() { Namespace = "arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-none" } }, w.World.Caller, default),
        ["UpdateClusterSettings ClusterNotFoundException"] = w => w.Ecs.UpdateClusterSettingsAsync(new() { Cluster = None, Settings = [] }, w.World.Caller, default),
        ["PutClusterCapacityProviders ClusterNotFoundException"] = w => w.Ecs.PutClusterCapacityProvidersAsync(new() { Cluster = None, CapacityProviders = [], DefaultCapacityProviderStrategy = [] }, w.World.Caller, default),
        ["PutClusterCapacityProviders ResourceInUseException"] = async w =>
        {
            await w.Ecs.PutClusterCapacityProvidersAsync(new() { Cluster = "default", CapacityProviders = ["FARGATE"], DefaultCapacityProviderStrategy = [] }, w.World.Caller, default);
            await w.Ecs.RunTaskAsync(await RunAsync(w) with { LaunchType = null, CapacityProviderStrategy = [new() { CapacityProvider = "FARGATE" }] }, w.World.Caller, default);
            await w.Ecs.PutClusterCapacityProvidersAsync(new() { Cluster = "default", CapacityProviders = [], DefaultCapacityProviderStrategy = [] }, w.World.Caller, default);
        },
        ["PutClusterCapacityProviders UpdateInProgressException"] = async w =>
        {
            await ChangingAsync(w);
            await w.Ecs.PutClusterCapacityProvidersAsync(new() { Cluster = "default", CapacityProviders = [], DefaultCapacityProviderStrategy = [] }, w.World.Caller, default);
        },
        ["DeleteCluster UpdateInProgressException"] = async w =>
        {
            await ChangingAsync(w);
            await w.Ecs.DeleteClusterAsync(new() { Cluster = "default" }, w.World.Caller, default);
        },
        ["CreateCapacityProvider UnsupportedFeatureException"] = w => w.Ecs.CreateCapacityProviderAsync(
            new() { Name = "a", ManagedInstancesProvider = new() { InfrastructureRoleArn = "a", InstanceLaunchTemplate = new() { Ec2InstanceProfileArn = "a", NetworkConfiguration = new() { Subnets = [] } } } }, w.World.Caller, default),
        ["ExecuteCommand ClusterNotFoundException"] = w => w.Ecs.ExecuteCommandAsync(new() { Cluster = None, Task = "a", Command = "sh", Interactive = true }, w.World.Caller, default),
        ["ExecuteCommand TargetNotConnectedException"] = async w =>
        {
            var task = (await w.Ecs.RunTaskAsync(await RunAsync(w) with { EnableExecuteCommand = true }, w.World.Caller, default)).Tasks?[0].TaskArn ?? "";
            await w.World.Eventually(() => w.Running().Length == 1, TimeSpan.FromMinutes(1));
            await w.World.RunFor(TimeSpan.FromSeconds(5));
            w.Host.Faults.EngineAway(TimeSpan.FromMinutes(5), containersDie: false);
            await w.World.RunFor(TimeSpan.FromMinutes(1));
            await w.Ecs.ExecuteCommandAsync(new() { Task = task, Command = "sh", Interactive = true }, w.World.Caller, default);
        },
        ["UpdateContainerAgent ClusterNotFoundException"] = w => w.Ecs.UpdateContainerAgentAsync(new() { Cluster = None, ContainerInstance = "a" }, w.World.Caller, default),
        ["UpdateContainerAgent NoUpdateAvailableException"] = async w => await w.Ecs.UpdateContainerAgentAsync(new() { ContainerInstance = await InstanceAsync(w, null) }, w.World.Caller, default),
        ["UpdateContainerAgent MissingVersionException"] = async w => await w.Ecs.UpdateContainerAgentAsync(new() { ContainerInstance = await InstanceAsync(w, new()) }, w.World.Caller, default),
        ["CreateService UnsupportedFeatureException"] = async w => await w.CreateAsync(await w.RequestAsync() with { VpcLatticeConfigurations = [new() { RoleArn = "a", TargetGroupArn = "a", PortName = "a" }] }),
        ["DeleteCluster ClusterNotFoundException"] = w => w.Ecs.DeleteClusterAsync(new() { Cluster = None }, w.World.Caller, default),
        ["DeleteCluster ClusterContainsServicesException"] = async w =>
        {
            await w.CreateAsync(await w.RequestAsync(0));
            await w.Ecs.DeleteClusterAsync(new() { Cluster = "default" }, w.World.Caller, default);
        },
        ["DeleteCluster ClusterContainsTasksException"] = async w =>
        {
            await w.Ecs.RunTaskAsync(await RunAsync(w), w.World.Caller, default);
            await w.Ecs.DeleteClusterAsync(new() { Cluster = "default" }, w.World.Caller, default);
        },
        ["DeleteCluster ClusterContainsContainerInstancesException"] = async w =>
        {
            await w.Ecs.RegisterContainerInstanceAsync(new(), w.World.Caller, default);
            await w.Ecs.DeleteClusterAsync(new() { Cluster = "default" }, w.World.Caller, default);
        },
        ["UpdateService ClusterNotFoundException"] = w => w.UpdateAsync(new() { Cluster = None, Service = "web" }),
        ["UpdateService ServiceNotFoundException"] = w => w.UpdateAsync(new() { Service = None }),
        ["UpdateService ServiceNotActiveException"] = async w => await w.UpdateAsync(new() { Service = (await SetAsync(w, isDeleted: true)).Service }),
        ["UpdateService PlatformUnknownException"] = async w => await w.UpdateAsync(new() { Service = (await w.CreateAsync(0)).ServiceName ?? "", PlatformVersion = "0.9.0" }),
        ["UpdateService PlatformTaskDefinitionIncompatibilityException"] = async w => await w.UpdateAsync(new() { Service = (await w.CreateAsync(0)).ServiceName ?? "", TaskDefinition = await LargeAsync(w), PlatformVersion = "1.3.0" }),
        ["UpdateService UnsupportedFeatureException"] = async w => await w.UpdateAsync(new() { Service = (await w.CreateAsync(0)).ServiceName ?? "", DeploymentController = new() { Type = DeploymentControllerType.External } }),
        ["DeleteService ClusterNotFoundException"] = w => w.Ecs.DeleteServiceAsync(new() { Cluster = None, Service = "web" }, w.World.Caller, default),
        ["DeleteService ServiceNotFoundException"] = w => w.Ecs.DeleteServiceAsync(new() { Service = None }, w.World.Caller, default),
        ["DescribeServices ClusterNotFoundException"] = w => w.Ecs.DescribeServicesAsync(new() { Cluster = None, Services = ["web"] }, w.World.Caller, default),
        ["ListServices ClusterNotFoundException"] = w => w.Ecs.ListServicesAsync(new() { Cluster = None }, w.World.Caller, default),
        ["ListServicesByNamespace NamespaceNotFoundException"] = w => w.Ecs.ListServicesByNamespaceAsync(new() { Namespace = None }, w.World.Caller, default),
        ["DescribeTasks ClusterNotFoundException"] = w => w.Ecs.DescribeTasksAsync(new() { Cluster = None, Tasks = ["a"] }, w.World.Caller, default),
        ["ListTasks ClusterNotFoundException"] = w => w.Ecs.ListTasksAsync(new() { Cluster = None }, w.World.Caller, default),
        ["ListTasks ServiceNotFoundException"] = w => w.Ecs.ListTasksAsync(new() { ServiceName = None }, w.World.Caller, default),
        ["RunTask ClusterNotFoundException"] = async w => await w.Ecs.RunTaskAsync(await RunAsync(w) with { Cluster = None }, w.World.Caller, default),
        ["RunTask PlatformUnknownException"] = async w => await w.Ecs.RunTaskAsync(await RunAsync(w) with { PlatformVersion = "0.9.0" }, w.World.Caller, default),
        ["RunTask PlatformTaskDefinitionIncompatibilityException"] = async w => await w.Ecs.RunTaskAsync(await RunAsync(w) with { TaskDefinition = await LargeAsync(w), PlatformVersion = "1.3.0" }, w.World.Caller, default),
        ["RunTask ConflictException"] = async w =>
        {
            var request = await RunAsync(w) with { ClientToken = "one" };
            await w.Ecs.RunTaskAsync(request, w.World.Caller, default);
            await w.Ecs.RunTaskAsync(request with { Group = "other" }, w.World.Caller, default);
        },
        ["StartTask ClusterNotFoundException"] = async w => await w.Ecs.StartTaskAsync(new() { Cluster = None, ContainerInstances = ["a"], TaskDefinition = await w.DefineAsync(ServiceWorld.Good) }, w.World.Caller, default),
        ["StopTask ClusterNotFoundException"] = w => w.Ecs.StopTaskAsync(new() { Cluster = None, Task = "a" }, w.World.Caller, default),
        ["GetTaskProtection ClusterNotFoundException"] = w => w.Ecs.GetTaskProtectionAsync(new() { Cluster = None }, w.World.Caller, default),
        ["UpdateTaskProtection ClusterNotFoundException"] = w => w.Ecs.UpdateTaskProtectionAsync(new() { Cluster = None, Tasks = ["a"], ProtectionEnabled = true }, w.World.Caller, default),
        ["RegisterTaskDefinition LimitExceededException"] = async w =>
        {
            for (var i = 0; i < 4; i++) await w.DefineAsync(ServiceWorld.Good);
        },
        ["DescribeContainerInstances ClusterNotFoundException"] = w => w.Ecs.DescribeContainerInstancesAsync(new() { Cluster = None, ContainerInstances = ["a"] }, w.World.Caller, default),
        ["ListContainerInstances ClusterNotFoundException"] = w => w.Ecs.ListContainerInstancesAsync(new() { Cluster = None }, w.World.Caller, default),
        ["DeregisterContainerInstance ClusterNotFoundException"] = w => w.Ecs.DeregisterContainerInstanceAsync(new() { Cluster = None, ContainerInstance = "a" }, w.World.Caller, default),
        ["UpdateContainerInstancesState ClusterNotFoundException"] = w => w.Ecs.UpdateContainerInstancesStateAsync(new() { Cluster = None, ContainerInstances = ["a"], Status = ContainerInstanceStatus.Active }, w.World.Caller, default),
        ["ListAttributes ClusterNotFoundException"] = w => w.Ecs.ListAttributesAsync(new() { Cluster = None, TargetType = TargetType.ContainerInstance }, w.World.Caller, default),
        ["PutAttributes ClusterNotFoundException"] = w => w.Ecs.PutAttributesAsync(new() { Cluster = None, Attributes = [new() { Name = "a", TargetId = None }] }, w.World.Caller, default),
        ["PutAttributes TargetNotFoundException"] = w => w.Ecs.PutAttributesAsync(new() { Attributes = [new() { Name = "a", TargetId = None }] }, w.World.Caller, default),
        ["PutAttributes AttributeLimitExceededException"] = async w =>
        {
            var instance = (await w.Ecs.RegisterContainerInstanceAsync(new(), w.World.Caller, default)).ContainerInstance?.ContainerInstanceArn;
            for (var i = 0; i < 11; i++)
                await w.Ecs.PutAttributesAsync(new() { Attributes = [new() { Name = $"a{i}", TargetId = instance }] }, w.World.Caller, default);
        },
        ["DeleteAttributes ClusterNotFoundException"] = w => w.Ecs.DeleteAttributesAsync(new() { Cluster = None, Attributes = [new() { Name = "a", TargetId = None }] }, w.World.Caller, default),
        ["DeleteAttributes TargetNotFoundException"] = w => w.Ecs.DeleteAttributesAsync(new() { Attributes = [new() { Name = "a", TargetId = None }] }, w.World.Caller, default),
        ["TagResource ResourceNotFoundException"] = w => w.Ecs.TagResourceAsync(new() { ResourceArn = $"{Arn}service/default/none", Tags = [] }, w.World.Caller, default),
        ["TagResource ClusterNotFoundException"] = w => w.Ecs.TagResourceAsync(new() { ResourceArn = $"{Arn}cluster/none", Tags = [] }, w.World.Caller, default),
        ["TagResource LimitExceededException"] = async w =>
        {
            foreach (var half in new[] { "a", "b" })
                await w.Ecs.TagResourceAsync(new() { ResourceArn = $"{Arn}cluster/default", Tags = [.. Enumerable.Range(0, 26).Select(i => new Tag { Key = $"{half}{i}", Value = "" })] }, w.World.Caller, default);
        },
        ["UntagResource ResourceNotFoundException"] = w => w.Ecs.UntagResourceAsync(new() { ResourceArn = $"{Arn}service/default/none", TagKeys = [] }, w.World.Caller, default),
        ["UntagResource ClusterNotFoundException"] = w => w.Ecs.UntagResourceAsync(new() { ResourceArn = $"{Arn}cluster/none", TagKeys = [] }, w.World.Caller, default),
        ["ListTagsForResource ClusterNotFoundException"] = w => w.Ecs.ListTagsForResourceAsync(new() { ResourceArn = $"{Arn}service/none/web" }, w.World.Caller, default),
        ["ListServiceDeployments ClusterNotFoundException"] = w => w.Ecs.ListServiceDeploymentsAsync(new() { Cluster = None, Service = "web" }, w.World.Caller, default),
        ["ListServiceDeployments ServiceNotFoundException"] = w => w.Ecs.ListServiceDeploymentsAsync(new() { Service = None }, w.World.Caller, default),
        ["StopServiceDeployment ServiceDeploymentNotFoundException"] = w => w.Ecs.StopServiceDeploymentAsync(new() { ServiceDeploymentArn = $"{Arn}service-deployment/default/web/none" }, w.World.Caller, default),
        ["StopServiceDeployment ConflictException"] = async w =>
        {
            var service = await w.CreateAsync(1);
            await w.SettledAsync(TimeSpan.FromMinutes(2));
            await w.Ecs.StopServiceDeploymentAsync(new() { ServiceDeploymentArn = service.CurrentServiceDeployment ?? "" }, w.World.Caller, default);
        },
        ["ContinueServiceDeployment ServiceDeploymentNotFoundException"] = w => w.Ecs.ContinueServiceDeploymentAsync(new() { ServiceDeploymentArn = $"{Arn}service-deployment/default/web/none", HookId = "a" }, w.World.Caller, default),
        ["CreateDaemon ClusterNotFoundException"] = w => w.Ecs.CreateDaemonAsync(Daemon(None), w.World.Caller, default),
        ["CreateDaemon UnsupportedFeatureException"] = w => w.Ecs.CreateDaemonAsync(Daemon("default"), w.World.Caller, default),
        ["DescribeDaemon ClusterNotFoundException"] = w => w.Ecs.DescribeDaemonAsync(new() { DaemonArn = $"{Arn}daemon/none/a" }, w.World.Caller, default),
        ["DescribeDaemon DaemonNotFoundException"] = w => w.Ecs.DescribeDaemonAsync(new() { DaemonArn = $"{Arn}daemon/default/a" }, w.World.Caller, default),
        ["UpdateDaemon ClusterNotFoundException"] = w => w.Ecs.UpdateDaemonAsync(new() { DaemonArn = $"{Arn}daemon/none/a", DaemonTaskDefinitionArn = "a", CapacityProviderArns = [] }, w.World.Caller, default),
        ["UpdateDaemon DaemonNotFoundException"] = w => w.Ecs.UpdateDaemonAsync(new() { DaemonArn = $"{Arn}daemon/default/a", DaemonTaskDefinitionArn = "a", CapacityProviderArns = [] }, w.World.Caller, default),
        ["DeleteDaemon ClusterNotFoundException"] = w => w.Ecs.DeleteDaemonAsync(new() { DaemonArn = $"{Arn}daemon/none/a" }, w.World.Caller, default),
        ["DeleteDaemon DaemonNotFoundException"] = w => w.Ecs.DeleteDaemonAsync(new() { DaemonArn = $"{Arn}daemon/default/a" }, w.World.Caller, default),
        ["ListDaemons ClusterNotFoundException"] = w => w.Ecs.ListDaemonsAsync(new() { ClusterArn = None }, w.World.Caller, default),
        ["CreateExpressGatewayService ClusterNotFoundException"] = w => w.Ecs.CreateExpressGatewayServiceAsync(Express(None), w.World.Caller, default),
        ["CreateExpressGatewayService UnsupportedFeatureException"] = w => w.Ecs.CreateExpressGatewayServiceAsync(Express("default"), w.World.Caller, default),
        ["DescribeExpressGatewayService ClusterNotFoundException"] = w => w.Ecs.DescribeExpressGatewayServiceAsync(new() { ServiceArn = $"{Arn}service/none/web" }, w.World.Caller, default),
        ["DescribeExpressGatewayService ResourceNotFoundException"] = w => w.Ecs.DescribeExpressGatewayServiceAsync(new() { ServiceArn = $"{Arn}service/default/web" }, w.World.Caller, default),
        ["UpdateExpressGatewayService ClusterNotFoundException"] = w => w.Ecs.UpdateExpressGatewayServiceAsync(new() { ServiceArn = $"{Arn}service/none/web" }, w.World.Caller, default),
        ["UpdateExpressGatewayService ServiceNotFoundException"] = w => w.Ecs.UpdateExpressGatewayServiceAsync(new() { ServiceArn = $"{Arn}service/default/web" }, w.World.Caller, default),
        ["UpdateExpressGatewayService ServiceNotActiveException"] = async w => await w.Ecs.UpdateExpressGatewayServiceAsync(new() { ServiceArn = $"{Arn}service/default/{(await SetAsync(w, isDeleted: true)).Service}" }, w.World.Caller, default),
        ["DeleteExpressGatewayService ClusterNotFoundException"] = w => w.Ecs.DeleteExpressGatewayServiceAsync(new() { ServiceArn = $"{Arn}service/none/web" }, w.World.Caller, default),
        ["DeleteExpressGatewayService ServiceNotFoundException"] = w => w.Ecs.DeleteExpressGatewayServiceAsync(new() { ServiceArn = $"{Arn}service/default/web" }, w.World.Caller, default),
        ["DeleteExpressGatewayService ServiceNotActiveException"] = async w => await w.Ecs.DeleteExpressGatewayServiceAsync(new() { ServiceArn = $"{Arn}service/default/{(await SetAsync(w, isDeleted: true)).Service}" }, w.World.Caller, default),
    };

    /// <summary>What no request can provoke here, operation by operation, and why.</summary>
    private static readonly (string Error, string[] Operations, string Why)[] s_unprovoked =
    [
        ("UpdateInProgressException",
        [
            "CreateCapacityProvider", "DeleteCapacityProvider", "UpdateClusterSettings", "UpdateContainerAgent"
        ], "a provider itself, settings and agents are changed at once; only the attachments of a cluster take a moment"),
        ("BlockedException", ["RunTask"], "no account is blocked by AWS"),
        ("ClusterContainsCapacityProviderException", ["DeleteCluster"], "no cluster owns machines of ECS Managed Instances"),
        ("DaemonNotActiveException", ["DeleteDaemon", "UpdateDaemon"], "there are no daemons"),
        ("PlatformUnknownException", ["CreateDaemon", "UpdateDaemon"], "there are no daemons"),
        ("LimitExceededException", ["RegisterDaemonTaskDefinition"], "there are no daemons"),
        ("UnsupportedFeatureException",
        [
            "DeleteDaemon", "DescribeDaemon", "DescribeDaemonDeployments", "DescribeDaemonRevisions", "ListDaemonDeployments", "ListDaemons", "UpdateDaemon"
        ], "there are no daemons: a named one is not found, and lists are empty"),
        ("ClusterNotFoundException", ["ListDaemonDeployments"], "the list of a daemon that is not there is empty"),
        ("ClusterNotFoundException", ["DescribeDaemonDeployments", "DescribeDaemonRevisions"], "an unknown ARN is a failure named MISSING"),
        ("PlatformUnknownException", ["CreateExpressGatewayService"], "there are no gateways"),
        ("PlatformTaskDefinitionIncompatibilityException", ["CreateExpressGatewayService"], "there are no gateways"),
        ("UnsupportedFeatureException", ["DeleteExpressGatewayService", "DescribeExpressGatewayService", "UpdateExpressGatewayService"], "there are no gateways: a named service is none"),
        ("ClusterNotFoundException", ["DescribeServiceDeployments", "DescribeServiceRevisions"], "AWS: an unknown ARN, whatever of it is unknown, is a failure named MISSING"),
        ("ServiceNotFoundException", ["DescribeServiceDeployments", "DescribeServiceRevisions"], "AWS: an unknown ARN, whatever of it is unknown, is a failure named MISSING"),
        ("ResourceNotFoundException", ["GetTaskProtection", "UpdateTaskProtection"], "AWS: an unknown task is a failure named MISSING"),
        ("NamespaceNotFoundException", ["CreateTaskSet", "StartTask"], "their requests have no member that names a namespace"),
        ("LimitExceededException", ["CreateTaskSet", "DeleteTaskSet", "UpdateTaskSet"], "AWS: too many task sets are an InvalidParameterException"),
        ("LimitExceededException", ["CreateCapacityProvider"], "capacity providers have no quota here"),
        ("ClusterNotFoundException",
        [
            "CreateCapacityProvider", "DeleteCapacityProvider", "DescribeCapacityProviders", "UpdateCapacityProvider"
        ], "the cluster is named for managed instances alone, which are refused before it is looked for"),
        ("ClusterNotFoundException", ["RegisterContainerInstance"], "AWS: an agent in an unknown cluster is told ClientException, which it waits on"),
        ("ClusterNotFoundException",
        [
            "SubmitAttachmentStateChanges", "SubmitContainerStateChange", "SubmitTaskStateChange"
        ], "AWS: what an agent reports of something unknown is acknowledged, so that it stops reporting it"),
        ("UnsupportedFeatureException",
        [
            "ContinueServiceDeployment", "DeleteCapacityProvider", "DeleteTaskSet", "DescribeCapacityProviders", "DescribeServiceDeployments",
            "DescribeServiceRevisions", "DescribeTaskSets", "GetTaskProtection", "ListServiceDeployments", "RunTask", "StartTask", "StopServiceDeployment",
            "UpdateCapacityProvider", "UpdateServicePrimaryTaskSet", "UpdateTaskProtection", "UpdateTaskSet"
        ], "every Region of Minato serves the operation in full"),
    ];

    public static TheoryData<string> Provoked => [.. s_provoked.Keys];

    [Theory, MemberData(nameof(Provoked))]
    public void The_operation_answers_its_error(string row) => ServiceWorld.Run(1, async world =>
    {
        var error = await world.World.Throws<AwsException>(() => s_provoked[row](world));
        error.Code.ShouldBe(row.Split(' ')[1]);
        error.Message.ShouldNotBe(error.Code, "an error explains itself");
    }, new EcsOptions { Quotas = new() { RevisionsPerFamily = 3 } });

    [Fact]
    public void No_error_of_the_model_is_forgotten() =>
        Modelled().Where(row => !s_provoked.ContainsKey($"{row.Operation} {row.Error}") && !IsAccountedFor(row)).Select(r => $"{r.Operation} {r.Error}").ShouldBeEmpty();

    [Fact]
    public void Nothing_is_provoked_that_the_model_does_not_have() =>
        s_provoked.Keys.Except(Modelled().Select(r => $"{r.Operation} {r.Error}"), StringComparer.Ordinal).ShouldBeEmpty();

    [Fact]
    public void Nothing_is_excused_that_is_provoked_or_that_the_model_does_not_have()
    {
        var excused = s_unprovoked.SelectMany(u => u.Operations.Select(o => $"{o} {u.Error}")).ToArray();
        excused.ShouldBeUnique();
        excused.Intersect(s_provoked.Keys, StringComparer.Ordinal).ShouldBeEmpty();
        excused.Except(Modelled().Select(r => $"{r.Operation} {r.Error}"), StringComparer.Ordinal).ShouldBeEmpty();
    }

    private static bool IsAccountedFor((string Operation, string Error) row) => s_unprovoked.Any(u => u.Error == row.Error && u.Operations.Contains(row.Operation));

    private static (string Operation, string Error)[] Modelled() =>
        [.. EcsModel.Errors.SelectMany(o => o.Value.Select(e => (o.Key, e))).Where(r => !s_common.Contains(r.e))];

    private static async Task<RunTaskRequest> RunAsync(ServiceWorld world) => new()
    {
        TaskDefinition = await world.DefineAsync(ServiceWorld.Good),
        LaunchType = LaunchType.Fargate,
        NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = await world.SubnetsAsync() } },
    };

    private static async Task<string> InstanceAsync(ServiceWorld world, VersionInfo? version) =>
        (await world.Ecs.RegisterContainerInstanceAsync(new() { VersionInfo = version }, world.World.Caller, default)).ContainerInstance?.ContainerInstanceArn ?? "";

    /// <summary>More storage than platform versions before 1.4.0 have.</summary>
    private static async Task<string> LargeAsync(ServiceWorld world) => (await world.Ecs.RegisterTaskDefinitionAsync(new()
    {
        Family = "large", NetworkMode = NetworkMode.Awsvpc, RequiresCompatibilities = [Compatibility.Fargate], Cpu = "256", Memory = "512",
        EphemeralStorage = new() { SizeInGiB = 30 }, ContainerDefinitions = [new() { Name = "web", Image = ServiceWorld.Good }],
    }, world.World.Caller, default)).TaskDefinition?.TaskDefinitionArn ?? "";

    /// <summary>A request for a task set of a service that is there, or of one that was deleted.</summary>
    private static async Task<CreateTaskSetRequest> SetAsync(ServiceWorld world, bool isDeleted = false)
    {
        await TaskSetWorld.CreateAsync(world, desired: 0);
        if (isDeleted) await world.Ecs.DeleteServiceAsync(new() { Service = "web" }, world.World.Caller, default);
        return await TaskSetWorld.RequestAsync(world, scale: 0);
    }

    /// <summary>The cluster has got a provider whose attachments are not made yet.</summary>
    private static async Task ChangingAsync(ServiceWorld world)
    {
        var group = new ScalingGroup(world);
        await group.GroupAsync();
        await world.Ecs.CreateCapacityProviderAsync(await group.RequestAsync(), world.World.Caller, default);
        await world.Ecs.PutClusterCapacityProvidersAsync(
            new() { Cluster = "default", CapacityProviders = [ScalingGroup.Name], DefaultCapacityProviderStrategy = [] }, world.World.Caller, default);
    }

    private static CreateDaemonRequest Daemon(string cluster) =>
        new() { ClusterArn = cluster, DaemonName = "a", DaemonTaskDefinitionArn = "a", CapacityProviderArns = [] };

    private static CreateExpressGatewayServiceRequest Express(string cluster) =>
        new() { Cluster = cluster, ExecutionRoleArn = "a", InfrastructureRoleArn = "a", PrimaryContainer = new() { Image = ServiceWorld.Good } };
}
