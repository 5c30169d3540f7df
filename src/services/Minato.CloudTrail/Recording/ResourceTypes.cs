using System.Collections.Frozen;
using Minato.Aws;

namespace Minato.CloudTrail.Recording;

/// <summary>A resource that an event is about.</summary>
/// <param name="Type">As templates name it; empty when it is of none of the kinds known here.</param>
internal readonly record struct NamedResource(string Type, string Name);

/// <summary>Which members of requests name resources, and of what kind.</summary>
internal static class ResourceTypes
{
    private static readonly FrozenDictionary<(string Service, string Member), string> s_members = new Dictionary<(string, string), string>
    {
        [("s3", "Bucket")] = "AWS::S3::Bucket",
        [("iam", "RoleName")] = "AWS::IAM::Role",
        [("iam", "UserName")] = "AWS::IAM::User",
        [("iam", "GroupName")] = "AWS::IAM::Group",
        [("iam", "InstanceProfileName")] = "AWS::IAM::InstanceProfile",
        [("iam", "AccessKeyId")] = "AWS::IAM::AccessKey",
        [("kms", "KeyId")] = "AWS::KMS::Key",
        [("kms", "AliasName")] = "AWS::KMS::Alias",
        [("secretsmanager", "SecretId")] = "AWS::SecretsManager::Secret",
        [("ssm", "Name")] = "AWS::SSM::Parameter",
        [("ecs", "cluster")] = "AWS::ECS::Cluster",
        [("ecs", "clusterName")] = "AWS::ECS::Cluster",
        [("ecs", "service")] = "AWS::ECS::Service",
        [("ecs", "serviceName")] = "AWS::ECS::Service",
        [("ecs", "taskDefinition")] = "AWS::ECS::TaskDefinition",
        [("ecs", "family")] = "AWS::ECS::TaskDefinition",
        [("ecr", "repositoryName")] = "AWS::ECR::Repository",
        [("logs", "logGroupName")] = "AWS::Logs::LogGroup",
        [("monitoring", "AlarmName")] = "AWS::CloudWatch::Alarm",
        [("cloudformation", "StackName")] = "AWS::CloudFormation::Stack",
        [("cloudtrail", "Name")] = "AWS::CloudTrail::Trail",
        [("events", "Name")] = "AWS::Events::Rule",
        [("ec2", "VpcId")] = "AWS::EC2::VPC",
        [("ec2", "SubnetId")] = "AWS::EC2::Subnet",
        [("ec2", "GroupId")] = "AWS::EC2::SecurityGroup",
        [("ec2", "InstanceId")] = "AWS::EC2::Instance",
        [("autoscaling", "AutoScalingGroupName")] = "AWS::AutoScaling::AutoScalingGroup",
        [("route53", "HostedZoneId")] = "AWS::Route53::HostedZone",
    }.ToFrozenDictionary();

    // By service and the word before the first slash or colon of the ARN's resource.
    private static readonly FrozenDictionary<(string Service, string Kind), string> s_arns = new Dictionary<(string, string), string>
    {
        [("ecs", "cluster")] = "AWS::ECS::Cluster",
        [("ecs", "service")] = "AWS::ECS::Service",
        [("ecs", "task-definition")] = "AWS::ECS::TaskDefinition",
        [("elasticloadbalancing", "loadbalancer")] = "AWS::ElasticLoadBalancingV2::LoadBalancer",
        [("elasticloadbalancing", "targetgroup")] = "AWS::ElasticLoadBalancingV2::TargetGroup",
        [("elasticloadbalancing", "listener")] = "AWS::ElasticLoadBalancingV2::Listener",
        [("iam", "role")] = "AWS::IAM::Role",
        [("iam", "user")] = "AWS::IAM::User",
        [("iam", "policy")] = "AWS::IAM::Policy",
        [("kms", "key")] = "AWS::KMS::Key",
        [("kms", "alias")] = "AWS::KMS::Alias",
        [("secretsmanager", "secret")] = "AWS::SecretsManager::Secret",
        [("ssm", "parameter")] = "AWS::SSM::Parameter",
        [("ecr", "repository")] = "AWS::ECR::Repository",
        [("logs", "log-group")] = "AWS::Logs::LogGroup",
        [("acm", "certificate")] = "AWS::ACM::Certificate",
        [("cloudtrail", "trail")] = "AWS::CloudTrail::Trail",
        [("cloudformation", "stack")] = "AWS::CloudFormation::Stack",
    }.ToFrozenDictionary();

    /// <returns>Null for a member that names no resource.</returns>
    public static NamedResource? Of(string service, string member, string value)
    {
        if (value.StartsWith("arn:", StringComparison.Ordinal)) return OfArn(value);
        return s_members.TryGetValue((service, member), out var type) ? new(type, value) : null;
    }

    public static NamedResource? OfArn(string text)
    {
        if (!Arn.TryParse(text, out var arn)) return null;
        if (arn.Service == "s3") return new("AWS::S3::Bucket", arn.Resource.Split('/')[0]);
        var kind = arn.Resource.AsSpan();
        var end = kind.IndexOfAny('/', ':');
        return new(s_arns.GetValueOrDefault((arn.Service, (end < 0 ? kind : kind[..end]).ToString()), ""), text);
    }
}
