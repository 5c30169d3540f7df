using System.Collections.Frozen;

namespace Minato.Iam.State;

/// <summary>The policies of AWS that people who run ECS attach: their names and what they allow.</summary>
internal static class AwsManagedPolicies
{
    private const string Arrow = "-> ";

    // Services that roles may be passed to stand behind an arrow.
    private static readonly (string Path, string Name, string[] Actions)[] Facts =
    [
        ("/service-role/", "AmazonECSTaskExecutionRolePolicy",
            ["ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage", "logs:CreateLogStream", "logs:PutLogEvents"]),
        ("/service-role/", "AmazonEC2ContainerServiceforEC2Role",
            ["ec2:DescribeTags", "ecs:CreateCluster", "ecs:DeregisterContainerInstance", "ecs:DiscoverPollEndpoint", "ecs:Poll", "ecs:RegisterContainerInstance",
             "ecs:StartTelemetrySession", "ecs:UpdateContainerInstancesState", "ecs:Submit*", "ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability",
             "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage", "logs:CreateLogStream", "logs:PutLogEvents", "ecs:TagResource"]),
        ("/service-role/", "AmazonEC2ContainerServiceEventsRole", ["ecs:RunTask", "ecs:TagResource", "-> ecs-tasks.amazonaws.com"]),
        ("/service-role/", "AmazonEC2ContainerServiceAutoscaleRole",
            ["ecs:DescribeServices", "ecs:UpdateService", "cloudwatch:DescribeAlarms", "cloudwatch:PutMetricAlarm"]),
        ("/service-role/", "AmazonEC2ContainerServiceRole",
            ["ec2:AuthorizeSecurityGroupIngress", "ec2:Describe*", "elasticloadbalancing:DeregisterInstancesFromLoadBalancer", "elasticloadbalancing:DeregisterTargets",
             "elasticloadbalancing:Describe*", "elasticloadbalancing:RegisterInstancesWithLoadBalancer", "elasticloadbalancing:RegisterTargets"]),
        ("/aws-service-role/", "AWSApplicationAutoscalingECSServicePolicy",
            ["ecs:DescribeServices", "ecs:UpdateService", "cloudwatch:PutMetricAlarm", "cloudwatch:DescribeAlarms", "cloudwatch:DeleteAlarms", "cloudwatch:GetMetricData"]),
        ("/", "AWSCodeDeployRoleForECS",
            ["ecs:DescribeServices", "ecs:CreateTaskSet", "ecs:UpdateServicePrimaryTaskSet", "ecs:DeleteTaskSet", "elasticloadbalancing:DescribeTargetGroups",
             "elasticloadbalancing:DescribeListeners", "elasticloadbalancing:ModifyListener", "elasticloadbalancing:DescribeRules", "elasticloadbalancing:ModifyRule",
             "lambda:InvokeFunction", "cloudwatch:DescribeAlarms", "sns:Publish", "s3:GetObject", "s3:GetObjectVersion", "-> ecs-tasks.amazonaws.com"]),
        ("/", "AWSCodeDeployRoleForECSLimited",
            ["ecs:DescribeServices", "ecs:CreateTaskSet", "ecs:UpdateServicePrimaryTaskSet", "ecs:DeleteTaskSet", "elasticloadbalancing:DescribeTargetGroups",
             "elasticloadbalancing:DescribeListeners", "elasticloadbalancing:ModifyListener", "elasticloadbalancing:DescribeRules", "elasticloadbalancing:ModifyRule",
             "cloudwatch:DescribeAlarms", "-> ecs-tasks.amazonaws.com"]),
        ("/", "AmazonECS_FullAccess",
            ["ecs:*", "elasticloadbalancing:*", "application-autoscaling:*", "autoscaling:*", "cloudformation:CreateStack", "cloudformation:DeleteStack",
             "cloudformation:DescribeStack*", "cloudformation:UpdateStack", "cloudwatch:DeleteAlarms", "cloudwatch:DescribeAlarms", "cloudwatch:GetMetricStatistics",
             "cloudwatch:PutMetricAlarm", "codedeploy:*", "ec2:Describe*", "ec2:AuthorizeSecurityGroupIngress", "ec2:CreateSecurityGroup", "ec2:CreateTags",
             "ec2:RunInstances", "events:DeleteRule", "events:DescribeRule", "events:ListRuleNamesByTarget", "events:ListTargetsByRule", "events:PutRule",
             "events:PutTargets", "events:RemoveTargets", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfiles", "iam:ListRoles", "logs:CreateLogGroup",
             "logs:DescribeLogGroups", "logs:FilterLogEvents", "route53:GetHostedZone", "route53:ListHostedZonesByName", "servicediscovery:*", "sns:ListTopics",
             "-> ecs-tasks.amazonaws.com", "-> ec2.amazonaws.com", "-> application-autoscaling.amazonaws.com"]),
        ("/", "AmazonEC2ContainerRegistryReadOnly",
            ["ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:GetRepositoryPolicy", "ecr:DescribeRepositories", "ecr:ListImages",
             "ecr:DescribeImages", "ecr:BatchGetImage", "ecr:GetLifecyclePolicy", "ecr:GetLifecyclePolicyPreview", "ecr:ListTagsForResource", "ecr:DescribeImageScanFindings"]),
        ("/", "AmazonEC2ContainerRegistryPullOnly", ["ecr:GetAuthorizationToken", "ecr:BatchImportUpstreamImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"]),
        ("/", "AmazonEC2ContainerRegistryPowerUser",
            ["ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:GetRepositoryPolicy", "ecr:DescribeRepositories", "ecr:ListImages",
             "ecr:DescribeImages", "ecr:BatchGetImage", "ecr:GetLifecyclePolicy", "ecr:GetLifecyclePolicyPreview", "ecr:ListTagsForResource", "ecr:DescribeImageScanFindings",
             "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage"]),
        ("/", "AmazonEC2ContainerRegistryFullAccess", ["ecr:*", "cloudtrail:LookupEvents"]),
        ("/", "CloudWatchLogsFullAccess", ["logs:*"]),
        ("/", "CloudWatchLogsReadOnlyAccess", ["logs:Describe*", "logs:Get*", "logs:List*", "logs:StartQuery", "logs:StopQuery", "logs:TestMetricFilter", "logs:FilterLogEvents"]),
        ("/", "CloudWatchFullAccess", ["autoscaling:Describe*", "cloudwatch:*", "logs:*", "sns:*", "iam:GetPolicy", "iam:GetPolicyVersion", "iam:GetRole"]),
        ("/", "CloudWatchReadOnlyAccess",
            ["autoscaling:Describe*", "cloudwatch:Describe*", "cloudwatch:Get*", "cloudwatch:List*", "logs:Get*", "logs:List*", "logs:Describe*", "logs:FilterLogEvents", "sns:Get*", "sns:List*"]),
        ("/", "AmazonS3FullAccess", ["s3:*", "s3-object-lambda:*"]),
        ("/", "AmazonS3ReadOnlyAccess", ["s3:Get*", "s3:List*", "s3:Describe*", "s3-object-lambda:Get*", "s3-object-lambda:List*"]),
        ("/", "AmazonSSMReadOnlyAccess", ["ssm:Describe*", "ssm:Get*", "ssm:List*"]),
        ("/", "AmazonSSMFullAccess", ["cloudwatch:PutMetricData", "logs:*", "ssm:*", "ec2messages:*"]),
        ("/", "AmazonSSMManagedInstanceCore",
            ["ssm:DescribeAssociation", "ssm:GetDocument", "ssm:DescribeDocument", "ssm:GetManifest", "ssm:GetParameter", "ssm:GetParameters", "ssm:ListAssociations",
             "ssm:PutInventory", "ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel",
             "ssmmessages:OpenDataChannel", "ec2messages:*"]),
        ("/", "AmazonEC2ReadOnlyAccess", ["ec2:Describe*", "elasticloadbalancing:Describe*", "cloudwatch:ListMetrics", "cloudwatch:GetMetricStatistics", "cloudwatch:Describe*", "autoscaling:Describe*"]),
        // Of the services that there are here.
        ("/", "ReadOnlyAccess",
            ["acm:Describe*", "acm:Get*", "acm:List*", "application-autoscaling:Describe*", "application-autoscaling:Get*", "application-autoscaling:List*", "autoscaling:Describe*",
             "cloudformation:Describe*", "cloudformation:Detect*", "cloudformation:Estimate*", "cloudformation:Get*", "cloudformation:List*", "cloudtrail:Describe*", "cloudtrail:Get*",
             "cloudtrail:List*", "cloudtrail:LookupEvents", "cloudwatch:Describe*", "cloudwatch:Get*", "cloudwatch:List*", "ec2:Describe*", "ec2:Get*", "ecr:BatchCheck*", "ecr:BatchGet*",
             "ecr:Describe*", "ecr:Get*", "ecr:List*", "ecs:Describe*", "ecs:List*", "elasticloadbalancing:Describe*", "events:Describe*", "events:List*", "events:Test*", "iam:Generate*",
             "iam:Get*", "iam:List*", "iam:Simulate*", "kms:Describe*", "kms:Get*", "kms:List*", "logs:Describe*", "logs:FilterLogEvents", "logs:Get*", "logs:ListTagsLogGroup", "route53:Get*",
             "route53:List*", "route53:Test*", "s3:Get*", "s3:List*", "secretsmanager:Describe*", "secretsmanager:GetResourcePolicy", "secretsmanager:List*", "servicediscovery:Get*",
             "servicediscovery:List*", "sns:Get*", "sns:List*", "ssm:Describe*", "ssm:Get*", "ssm:List*", "sts:GetAccessKeyInfo", "sts:GetCallerIdentity", "sts:GetSessionToken"]),
        ("/", "AWSCloudFormationReadOnlyAccess",
            ["cloudformation:Describe*", "cloudformation:EstimateTemplateCost", "cloudformation:Get*", "cloudformation:List*", "cloudformation:ValidateTemplate", "cloudformation:Detect*"]),
        ("/", "AWSCloudFormationFullAccess", ["cloudformation:*"]),
        ("/", "IAMReadOnlyAccess", ["iam:GenerateCredentialReport", "iam:GenerateServiceLastAccessedDetails", "iam:Get*", "iam:List*", "iam:SimulateCustomPolicy", "iam:SimulatePrincipalPolicy"]),
        ("/", "IAMFullAccess", ["iam:*"]),
        ("/", "AdministratorAccess", ["*"]),
    ];

    private static readonly FrozenDictionary<string, PolicyState> ByArn = Facts.Select(ToState).ToFrozenDictionary(ArnOf, StringComparer.Ordinal);

    public static IEnumerable<PolicyState> All => ByArn.Values.OrderBy(p => p.Name, StringComparer.Ordinal);

    public static PolicyState? Find(string arn) => ByArn.GetValueOrDefault(arn);

    public static bool IsAwsManaged(PolicyState policy) => policy.AccountId is "aws";

    private static string ArnOf(PolicyState policy) => policy.Arn;

    private static PolicyState ToState((string Path, string Name, string[] Actions) fact, int number) => new()
    {
        AccountId = "aws",
        Name = fact.Name,
        Path = fact.Path,
        Id = $"ANPA{number:D17}",
        CreatedAt = DateTimeOffset.UnixEpoch.AddYears(45),
        Document = Written(fact.Actions),
    };

    private static string Written(string[] actions)
    {
        var passed = actions.Where(a => a.StartsWith(Arrow, StringComparison.Ordinal)).Select(a => a[Arrow.Length..]).ToArray();
        var allowed = $$"""{"Effect":"Allow","Action":[{{List(actions.Where(a => !a.StartsWith(Arrow, StringComparison.Ordinal)))}}],"Resource":"*"}""";
        var pass = passed.Length == 0 ? "" : """,{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringLike":{"iam:PassedToService":[""" + List(passed) + "]}}}";
        return """{"Version":"2012-10-17","Statement":[""" + allowed + pass + "]}";
    }

    private static string List(IEnumerable<string> texts) => string.Join(',', texts.Select(t => $"\"{t}\""));
}
