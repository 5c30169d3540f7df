using System.Collections.Frozen;

namespace Minato.Iam.State;

/// <summary>The policies of AWS that people who run ECS attach: their names and what they allow.</summary>
internal static class AwsManagedPolicies
{
    private static readonly (string Path, string Name, string[] Actions)[] Facts =
    [
        ("/service-role/", "AmazonECSTaskExecutionRolePolicy",
            ["ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage", "logs:CreateLogStream", "logs:PutLogEvents"]),
        ("/service-role/", "AmazonEC2ContainerServiceforEC2Role",
            ["ec2:DescribeTags", "ecs:CreateCluster", "ecs:DeregisterContainerInstance", "ecs:DiscoverPollEndpoint", "ecs:Poll", "ecs:RegisterContainerInstance",
             "ecs:StartTelemetrySession", "ecs:UpdateContainerInstancesState", "ecs:Submit*", "ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability",
             "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage", "logs:CreateLogStream", "logs:PutLogEvents"]),
        ("/service-role/", "AmazonEC2ContainerServiceEventsRole", ["ecs:RunTask"]),
        ("/", "AmazonECS_FullAccess", ["ecs:*", "elasticloadbalancing:*", "logs:*", "ec2:Describe*", "application-autoscaling:*", "cloudwatch:*"]),
        ("/", "AmazonEC2ContainerRegistryReadOnly",
            ["ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:DescribeRepositories", "ecr:ListImages",
             "ecr:DescribeImages", "ecr:BatchGetImage"]),
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
        Document = $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[{{string.Join(',', fact.Actions.Select(a => $"\"{a}\""))}}],"Resource":"*"}]}""",
    };
}
