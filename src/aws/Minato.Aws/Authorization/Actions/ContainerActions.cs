namespace Minato.Aws.Authorization;

/// <summary>ECS and ECR.</summary>
internal static class ContainerActions
{
    public static ActionTable Ecs() => new("ecs", "arn:aws:ecs:{region}:{account}:", """
        * : ListClusters ListTaskDefinitions ListTaskDefinitionFamilies ListServicesByNamespace CreateCluster DeregisterTaskDefinition DescribeTaskDefinition DiscoverPollEndpoint
        * : PutAccountSetting PutAccountSettingDefault DeleteAccountSetting ListAccountSettings ListDaemonTaskDefinitions
        * ? ecs:cluster=:cluster/{cluster|default} : ListServices ListTasks
        * ? ecs:cluster=:cluster/{cluster|default} ecs:service=:service/{cluster|default}/{service} : CreateTaskSet
        cluster/{cluster|default} : UpdateCluster UpdateClusterSettings PutClusterCapacityProviders DeleteCluster DeregisterContainerInstance RegisterContainerInstance ListAttributes
        cluster/{cluster|default} : SubmitAttachmentStateChanges SubmitContainerStateChange SubmitTaskStateChange
        cluster/{cluster|default} ? ecs:cluster=:cluster/{cluster|default} : ListContainerInstances
        cluster/{clusters|default} : DescribeClusters
        capacity-provider/{name} : CreateCapacityProvider UpdateCapacityProvider
        capacity-provider/{capacityProvider} : DeleteCapacityProvider
        capacity-provider/{capacityProviders|*} : DescribeCapacityProviders
        container-instance/{cluster|default}/{containerInstances} ? ecs:cluster=:cluster/{cluster|default} : DescribeContainerInstances UpdateContainerInstancesState
        container-instance/{cluster|default}/{containerInstance} ? ecs:cluster=:cluster/{cluster|default} : UpdateContainerAgent
        container-instance/{cluster|default}/{attributes.targetId} ? ecs:cluster=:cluster/{cluster|default} : PutAttributes DeleteAttributes
        service/{cluster|default}/{serviceName} ? ecs:cluster=:cluster/{cluster|default} ecs:task-definition=:task-definition/{taskDefinition} ecs:enable-execute-command={enableExecuteCommand} ecs:capacity-provider={capacityProviderStrategy.capacityProvider} : CreateService
        service/{cluster|default}/{service} ? ecs:cluster=:cluster/{cluster|default} ecs:task-definition=:task-definition/{taskDefinition} ecs:enable-execute-command={enableExecuteCommand} ecs:capacity-provider={capacityProviderStrategy.capacityProvider} : UpdateService
        service/{cluster|default}/{services} ? ecs:cluster=:cluster/{cluster|default} : DescribeServices
        service/{cluster|default}/{service} ? ecs:cluster=:cluster/{cluster|default} : DeleteService UpdateServicePrimaryTaskSet ListServiceDeployments
        service-deployment/{serviceDeploymentArns} : DescribeServiceDeployments
        service-deployment/{serviceDeploymentArn} : StopServiceDeployment ContinueServiceDeployment
        service-revision/{serviceRevisionArns} : DescribeServiceRevisions
        task-set/{cluster}/{service/}/{taskSet} ? ecs:cluster=:cluster/{cluster} ecs:service=:service/{cluster}/{service} : UpdateTaskSet DeleteTaskSet
        task-set/{cluster}/{service/}/{taskSets|*} ? ecs:cluster=:cluster/{cluster} ecs:service=:service/{cluster}/{service} : DescribeTaskSets
        task-definition/{taskDefinition} ? ecs:cluster=:cluster/{cluster|default} ecs:capacity-provider={capacityProviderStrategy.capacityProvider} ecs:enable-execute-command={enableExecuteCommand} : RunTask
        task-definition/{taskDefinition} ? ecs:cluster=:cluster/{cluster|default} ecs:container-instances=:container-instance/{cluster|default}/{containerInstances} ecs:enable-execute-command={enableExecuteCommand} : StartTask
        arn:aws:iam::{account}:role/{overrides.taskRoleArn} arn:aws:iam::{account}:role/{overrides.executionRoleArn} ? iam:PassedToService=ecs-tasks.amazonaws.com if overrides : RunTask=iam:PassRole StartTask=iam:PassRole
        task-definition/{family}:* : RegisterTaskDefinition
        arn:aws:iam::{account}:role/{taskRoleArn} arn:aws:iam::{account}:role/{executionRoleArn} ? iam:PassedToService=ecs-tasks.amazonaws.com if taskRoleArn : RegisterTaskDefinition=iam:PassRole RegisterDaemonTaskDefinition=iam:PassRole
        arn:aws:iam::{account}:role/{executionRoleArn} ? iam:PassedToService=ecs-tasks.amazonaws.com if executionRoleArn unless taskRoleArn : RegisterTaskDefinition=iam:PassRole RegisterDaemonTaskDefinition=iam:PassRole
        arn:aws:iam::{account}:role/{role} ? iam:PassedToService=ecs.amazonaws.com if role : CreateService=iam:PassRole
        task-definition/{taskDefinitions} : DeleteTaskDefinitions
        task/{cluster|default}/{task} ? ecs:cluster=:cluster/{cluster|default} : StopTask
        cluster/{cluster|default} task/{cluster|default}/{task} ? ecs:cluster=:cluster/{cluster|default} ecs:container-name={container} : ExecuteCommand
        task/{cluster|default}/{tasks} ? ecs:cluster=:cluster/{cluster|default} : DescribeTasks UpdateTaskProtection
        task/{cluster|default}/{tasks|*} ? ecs:cluster=:cluster/{cluster|default} : GetTaskProtection
        {resourceArn} : TagResource UntagResource ListTagsForResource
        service/{cluster|default}/{serviceName|*} ? ecs:cluster=:cluster/{cluster|default} : CreateExpressGatewayService
        arn:aws:iam::{account}:role/{executionRoleArn} arn:aws:iam::{account}:role/{taskRoleArn} ? iam:PassedToService=ecs-tasks.amazonaws.com if executionRoleArn : CreateExpressGatewayService=iam:PassRole UpdateExpressGatewayService=iam:PassRole
        arn:aws:iam::{account}:role/{infrastructureRoleArn} ? iam:PassedToService=ecs.amazonaws.com if infrastructureRoleArn : CreateExpressGatewayService=iam:PassRole
        {serviceArn} : DescribeExpressGatewayService UpdateExpressGatewayService DeleteExpressGatewayService
        daemon/{clusterArn|default}/{daemonName} : CreateDaemon
        {daemonArn} : DescribeDaemon UpdateDaemon DeleteDaemon ListDaemonDeployments
        {clusterArn|*} : ListDaemons
        {daemonDeploymentArns} : DescribeDaemonDeployments
        {daemonRevisionArns} : DescribeDaemonRevisions
        daemon-task-definition/{family}:* : RegisterDaemonTaskDefinition
        daemon-task-definition/{daemonTaskDefinition} : DescribeDaemonTaskDefinition DeleteDaemonTaskDefinition
        """);

    public static ActionTable Ecr() => new("ecr", "arn:aws:ecr:{region}:{registryId|:account}:", """
        * : GetAuthorizationToken DescribeRegistry GetRegistryPolicy PutRegistryPolicy DeleteRegistryPolicy GetRegistryScanningConfiguration PutRegistryScanningConfiguration
        * : PutReplicationConfiguration GetAccountSetting PutAccountSetting GetSigningConfiguration PutSigningConfiguration DeleteSigningConfiguration
        * : CreatePullThroughCacheRule DeletePullThroughCacheRule DescribePullThroughCacheRules UpdatePullThroughCacheRule ValidatePullThroughCacheRule
        * : CreateRepositoryCreationTemplate DeleteRepositoryCreationTemplate DescribeRepositoryCreationTemplates UpdateRepositoryCreationTemplate
        * : RegisterPullTimeUpdateExclusion DeregisterPullTimeUpdateExclusion ListPullTimeUpdateExclusions
        repository/{repositoryNames|*} : DescribeRepositories
        repository/{repositoryNames} : BatchGetRepositoryScanningConfiguration
        repository/{repositoryName} : BatchCheckLayerAvailability BatchDeleteImage BatchGetImage CompleteLayerUpload CreateRepository DeleteLifecyclePolicy DeleteRepository DeleteRepositoryPolicy
        repository/{repositoryName} : DescribeImageReplicationStatus DescribeImageScanFindings DescribeImageSigningStatus DescribeImages GetDownloadUrlForLayer GetLifecyclePolicy
        repository/{repositoryName} : GetLifecyclePolicyPreview GetRepositoryPolicy InitiateLayerUpload ListImageReferrers ListImages PutImage PutImageScanningConfiguration
        repository/{repositoryName} : PutImageTagMutability PutLifecyclePolicy SetRepositoryPolicy StartImageScan StartLifecyclePolicyPreview UpdateImageStorageClass UploadLayerPart
        {resourceArn} : TagResource UntagResource ListTagsForResource
        """);
}
