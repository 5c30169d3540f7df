namespace Minato.Aws.Authorization;

/// <summary>What watches, scales, notifies and provisions.</summary>
internal static class OperationsActions
{
    // AWS: of a group itself the ARN ends with an empty stream.
    public static ActionTable Logs() => new("logs", "arn:aws:logs:{region}:{account}:", """
        log-group:{logGroupNamePrefix|}:log-stream: : DescribeLogGroups
        log-group:{logGroupName}:log-stream: : CreateLogGroup DeleteLogGroup PutRetentionPolicy DeleteRetentionPolicy ListTagsLogGroup TagLogGroup UntagLogGroup
        log-group:{logGroupName}:log-stream: unless logGroupIdentifier : DescribeLogStreams FilterLogEvents
        log-group:{logGroupIdentifier}:log-stream: if logGroupIdentifier : DescribeLogStreams FilterLogEvents GetLogEvents
        log-group:{logGroupName}:log-stream:{logStreamName} : CreateLogStream DeleteLogStream PutLogEvents
        log-group:{logGroupName}:log-stream:{logStreamName} unless logGroupIdentifier : GetLogEvents
        {resourceArn} : TagResource UntagResource ListTagsForResource
        * : PutResourcePolicy DescribeResourcePolicies DeleteResourcePolicy
        """);

    public static ActionTable CloudWatch() => new("cloudwatch", "arn:aws:cloudwatch:{region}:{account}:", """
        * : DeleteAnomalyDetector DescribeAnomalyDetectors PutAnomalyDetector DescribeAlarmsForMetric DescribeInsightRules GetMetricData GetMetricStatistics GetMetricWidgetImage
        * : ListDashboards ListMetrics ListMetricStreams ListManagedInsightRules PutManagedInsightRules GetOTelEnrichment StartOTelEnrichment StopOTelEnrichment ListAlarmMuteRules
        * ? cloudwatch:namespace={Namespace} : PutMetricData
        alarm:{AlarmNames} : DeleteAlarms DisableAlarmActions EnableAlarmActions
        alarm:{AlarmNames|*} : DescribeAlarms
        alarm:{AlarmName|*} : DescribeAlarmHistory
        alarm:{AlarmName} : DescribeAlarmContributors SetAlarmState
        alarm:{AlarmName} ? cloudwatch:AlarmActions={AlarmActions} : PutMetricAlarm PutCompositeAlarm
        alarm-mute-rule:{AlarmMuteRuleName} : DeleteAlarmMuteRule GetAlarmMuteRule
        alarm-mute-rule:{Name} : PutAlarmMuteRule
        arn:aws:cloudwatch::{account}:dashboard/{DashboardNames} : DeleteDashboards
        arn:aws:cloudwatch::{account}:dashboard/{DashboardName} : GetDashboard PutDashboard
        insight-rule/{RuleNames} : DeleteInsightRules DisableInsightRules EnableInsightRules
        insight-rule/{RuleName} : GetInsightRuleReport PutInsightRule
        metric-stream/{Name} : DeleteMetricStream GetMetricStream PutMetricStream
        metric-stream/{Names} : StartMetricStreams StopMetricStreams
        arn:aws:iam::{account}:role/{RoleArn} ? iam:PassedToService=streams.metrics.cloudwatch.amazonaws.com if RoleArn : PutMetricStream=iam:PassRole
        {ResourceARN} : ListTagsForResource TagResource UntagResource
        """);

    public static ActionTable AutoScaling() => new("autoscaling", "arn:aws:autoscaling:{region}:{account}:", """
        * : DescribeAutoScalingGroups DescribeAutoScalingInstances DescribeLaunchConfigurations DescribeLifecycleHooks DescribeScalingActivities DescribeTags
        autoScalingGroup:*:autoScalingGroupName/{AutoScalingGroupName} : CompleteLifecycleAction CreateAutoScalingGroup DeleteAutoScalingGroup DeleteLifecycleHook PutLifecycleHook
        autoScalingGroup:*:autoScalingGroupName/{AutoScalingGroupName} : SetDesiredCapacity SetInstanceProtection UpdateAutoScalingGroup
        autoScalingGroup:*:autoScalingGroupName/{AutoScalingGroupName|*} : TerminateInstanceInAutoScalingGroup
        autoScalingGroup:*:autoScalingGroupName/{Tags.ResourceId} : CreateOrUpdateTags DeleteTags
        launchConfiguration:*:launchConfigurationName/{LaunchConfigurationName} : CreateLaunchConfiguration DeleteLaunchConfiguration
        arn:aws:iam::{account}:role/{RoleARN} ? iam:PassedToService=autoscaling.amazonaws.com if RoleARN : PutLifecycleHook=iam:PassRole
        """);

    public static ActionTable ApplicationAutoScaling() => new("application-autoscaling", "arn:aws:application-autoscaling:{region}:{account}:", """
        * : DescribeScalableTargets DescribeScalingActivities DescribeScalingPolicies DescribeScheduledActions
        scalable-target/* ? application-autoscaling:service-namespace={ServiceNamespace} application-autoscaling:scalable-dimension={ScalableDimension} : DeleteScalingPolicy DeleteScheduledAction DeregisterScalableTarget
        scalable-target/* ? application-autoscaling:service-namespace={ServiceNamespace} application-autoscaling:scalable-dimension={ScalableDimension} : GetPredictiveScalingForecast PutScalingPolicy PutScheduledAction
        scalable-target/* ? application-autoscaling:service-namespace={ServiceNamespace} application-autoscaling:scalable-dimension={ScalableDimension} : RegisterScalableTarget
        arn:aws:iam::{account}:role/{RoleARN} ? iam:PassedToService=application-autoscaling.amazonaws.com if RoleARN : RegisterScalableTarget=iam:PassRole
        {ResourceARN} : ListTagsForResource TagResource UntagResource
        """);

    // AWS: the refusals of SNS write its name in capitals.
    public static ActionTable Sns() => new("SNS", "arn:aws:sns:{region}:{account}:", """
        * : ListSubscriptions ListTopics
        * if PhoneNumber : Publish
        {TopicArn} {TargetArn} unless PhoneNumber : Publish
        arn:aws:sns:{region}:{account}:{Name} : CreateTopic
        {TopicArn} : AddPermission ConfirmSubscription DeleteTopic GetTopicAttributes ListSubscriptionsByTopic PublishBatch=Publish RemovePermission SetTopicAttributes
        {TopicArn} ? sns:Protocol={Protocol} sns:Endpoint={Endpoint} : Subscribe
        {SubscriptionArn} : GetSubscriptionAttributes SetSubscriptionAttributes Unsubscribe
        {ResourceArn} : GetDataProtectionPolicy PutDataProtectionPolicy ListTagsForResource TagResource UntagResource
        """);

    // AWS: rules of the default bus have no bus in their ARNs.
    public static ActionTable Events() => new("events", "arn:aws:events:{region}:{account}:", """
        event-bus/* : ListEventBuses
        event-bus/{Entries.EventBusName|default} ? events:source={Entries.Source} events:detail-type={Entries.DetailType} : PutEvents
        event-bus/{Name|default} : CreateEventBus DeleteEventBus DescribeEventBus UpdateEventBus
        event-bus/{EventBusName|default} : PutPermission RemovePermission
        rule/{NamePrefix|*} : ListRules
        rule/* : ListRuleNamesByTarget
        rule/{Name} unless EventBusName : DeleteRule DescribeRule DisableRule EnableRule PutRule
        rule/{EventBusName}/{Name} if EventBusName : DeleteRule DescribeRule DisableRule EnableRule PutRule
        rule/{Rule} ? events:TargetArn={Targets.Arn} unless EventBusName : PutTargets RemoveTargets ListTargetsByRule
        rule/{EventBusName}/{Rule} ? events:TargetArn={Targets.Arn} if EventBusName : PutTargets RemoveTargets ListTargetsByRule
        arn:aws:iam::{account}:role/{Targets.RoleArn} ? iam:PassedToService=events.amazonaws.com if Targets : PutTargets=iam:PassRole
        arn:aws:iam::{account}:role/{RoleArn} ? iam:PassedToService=events.amazonaws.com if RoleArn : PutRule=iam:PassRole
        archive/{ArchiveName} : CreateArchive DeleteArchive DescribeArchive UpdateArchive
        archive/* : ListArchives
        replay/{ReplayName} : CancelReplay DescribeReplay StartReplay
        replay/* : ListReplays
        * : TestEventPattern
        {ResourceARN} : ListTagsForResource TagResource UntagResource
        """);

    public static ActionTable CloudTrail() => new("cloudtrail", "arn:aws:cloudtrail:{region}:{account}:", """
        * : DescribeTrails ListTrails LookupEvents
        trail/{Name} : CreateTrail DeleteTrail GetTrail GetTrailStatus StartLogging StopLogging UpdateTrail
        arn:aws:iam::{account}:role/{CloudWatchLogsRoleArn} ? iam:PassedToService=cloudtrail.amazonaws.com if CloudWatchLogsRoleArn : CreateTrail=iam:PassRole UpdateTrail=iam:PassRole
        trail/{TrailName} : GetEventSelectors PutEventSelectors
        {ResourceId} : AddTags RemoveTags
        {ResourceIdList} : ListTags
        """);

    public static ActionTable CloudFormation() => new("cloudformation", "arn:aws:cloudformation:{region}:{account}:", """
        * : DescribeAccountLimits DescribeStackDriftDetectionStatus DescribeType EstimateTemplateCost ListExports ListImports ListStacks ListTypes ValidateTemplate
        stack/{StackName}/* : CancelUpdateStack ContinueUpdateRollback DeleteStack DescribeStackEvents DescribeStackResource DescribeStackResourceDrifts DetectStackDrift
        stack/{StackName}/* : DetectStackResourceDrift GetStackPolicy ListChangeSets ListStackResources RollbackStack SetStackPolicy SignalResource UpdateTerminationProtection
        stack/{StackName|*}/* : DescribeStackResources DescribeStacks DescribeEvents GetTemplate GetTemplateSummary
        stack/{StackName}/* ? cloudformation:TemplateUrl={TemplateURL} cloudformation:RoleArn={RoleARN} cloudformation:ResourceTypes={ResourceTypes} cloudformation:StackPolicyUrl={StackPolicyURL} : CreateStack UpdateStack
        stack/{StackName}/* ? cloudformation:ChangeSetName={ChangeSetName} cloudformation:TemplateUrl={TemplateURL} cloudformation:RoleArn={RoleARN} : CreateChangeSet
        stack/{StackName}/* ? cloudformation:ChangeSetName={ChangeSetName} if StackName : DeleteChangeSet DescribeChangeSet ExecuteChangeSet
        {ChangeSetName} unless StackName : DeleteChangeSet DescribeChangeSet ExecuteChangeSet
        arn:aws:iam::{account}:role/{RoleARN} ? iam:PassedToService=cloudformation.amazonaws.com if RoleARN : CreateStack=iam:PassRole UpdateStack=iam:PassRole DeleteStack=iam:PassRole CreateChangeSet=iam:PassRole
        arn:aws:iam::{account}:role/{RoleARN} ? iam:PassedToService=cloudformation.amazonaws.com if RoleARN : ContinueUpdateRollback=iam:PassRole RollbackStack=iam:PassRole
        """);
}
