using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Templates;

namespace Minato.Server.Tests;

/// <summary>Every resource type that templates can name here, with what Fn::GetAtt answers; what Ref answers, the tests of each room show.</summary>
public sealed class ResourceTypeTests
{
    private const string Table = """
        ApplicationAutoScaling::ScalableTarget: Id
        ApplicationAutoScaling::ScalingPolicy: Arn
        AutoScaling::AutoScalingGroup:
        AutoScaling::LaunchConfiguration:
        AutoScaling::LifecycleHook:
        CertificateManager::Account: AccountId
        CertificateManager::Certificate:
        CloudFormation::CustomResource:
        CloudFormation::Stack: Outputs.*
        CloudFormation::WaitCondition: Data
        CloudFormation::WaitConditionHandle:
        CloudTrail::Trail: Arn SnsTopicArn
        CloudWatch::Alarm: Arn
        CloudWatch::CompositeAlarm: Arn
        EC2::DHCPOptions: DhcpOptionsId
        EC2::EIP: AllocationId PublicIp
        EC2::EIPAssociation: Id
        EC2::Instance: AvailabilityZone InstanceId PrivateDnsName PrivateIp PublicDnsName PublicIp State.Code State.Name VpcId
        EC2::InternetGateway: InternetGatewayId
        EC2::KeyPair: KeyFingerprint KeyPairId
        EC2::LaunchTemplate: DefaultVersionNumber LatestVersionNumber LaunchTemplateId
        EC2::NatGateway: NatGatewayId
        EC2::NetworkAcl: Id
        EC2::NetworkAclEntry:
        EC2::NetworkInterface: Id PrimaryPrivateIpAddress SecondaryPrivateIpAddresses VpcId
        EC2::NetworkInterfaceAttachment: AttachmentId
        EC2::PrefixList: Arn OwnerId PrefixListId Version
        EC2::Route: CidrBlock
        EC2::RouteTable: RouteTableId
        EC2::SecurityGroup: GroupId Id VpcId
        EC2::SecurityGroupEgress: Id
        EC2::SecurityGroupIngress: Id
        EC2::Subnet: AvailabilityZone AvailabilityZoneId CidrBlock Ipv6CidrBlocks NetworkAclAssociationId OutpostArn SubnetId VpcId
        EC2::SubnetNetworkAclAssociation: AssociationId
        EC2::SubnetRouteTableAssociation: Id
        EC2::VPC: CidrBlock CidrBlockAssociations DefaultNetworkAcl DefaultSecurityGroup Ipv6CidrBlocks VpcId
        EC2::VPCCidrBlock: Id
        EC2::VPCDHCPOptionsAssociation:
        EC2::VPCGatewayAttachment: AttachmentType
        EC2::VPCEndpoint: CreationTimestamp DnsEntries Id NetworkInterfaceIds
        ECR::PullThroughCacheRule:
        ECR::PullTimeUpdateExclusion:
        ECR::RegistryPolicy: RegistryId
        ECR::RegistryScanningConfiguration: RegistryId
        ECR::ReplicationConfiguration: RegistryId
        ECR::Repository: Arn RepositoryUri
        ECR::RepositoryCreationTemplate: CreatedAt UpdatedAt
        ECR::SigningConfiguration: RegistryId
        ECS::CapacityProvider:
        ECS::Cluster: Arn
        ECS::ClusterCapacityProviderAssociations:
        ECS::PrimaryTaskSet:
        ECS::Service: Name ServiceArn
        ECS::TaskDefinition: TaskDefinitionArn
        ECS::TaskSet: Id
        ElasticLoadBalancing::LoadBalancer: CanonicalHostedZoneName CanonicalHostedZoneNameID DNSName SourceSecurityGroup.GroupName SourceSecurityGroup.OwnerAlias
        ElasticLoadBalancingV2::Listener: ListenerArn
        ElasticLoadBalancingV2::ListenerCertificate:
        ElasticLoadBalancingV2::ListenerRule: IsDefault RuleArn
        ElasticLoadBalancingV2::LoadBalancer: CanonicalHostedZoneID DNSName LoadBalancerArn LoadBalancerFullName LoadBalancerName SecurityGroups
        ElasticLoadBalancingV2::TargetGroup: LoadBalancerArns TargetGroupArn TargetGroupFullName TargetGroupName
        ElasticLoadBalancingV2::TrustStore: NumberOfCaCertificates Status TrustStoreArn
        ElasticLoadBalancingV2::TrustStoreRevocation: RevocationId TrustStoreRevocations
        Events::Archive: ArchiveName Arn
        Events::EventBus: Arn Name Policy
        Events::EventBusPolicy:
        Events::Rule: Arn
        IAM::AccessKey: SecretAccessKey
        IAM::Group: Arn
        IAM::GroupPolicy:
        IAM::InstanceProfile: Arn
        IAM::ManagedPolicy: AttachmentCount CreateDate DefaultVersionId IsAttachable PermissionsBoundaryUsageCount PolicyArn PolicyId UpdateDate
        IAM::OIDCProvider: Arn
        IAM::Policy: Id
        IAM::Role: Arn RoleId
        IAM::RolePolicy:
        IAM::SAMLProvider: Arn SamlProviderUUID
        IAM::ServerCertificate: Arn
        IAM::ServiceLinkedRole: RoleName
        IAM::User: Arn
        IAM::UserPolicy:
        IAM::UserToGroupAddition: Id
        KMS::Alias:
        KMS::Key: Arn KeyId
        Logs::LogGroup: Arn
        Logs::LogStream:
        Logs::ResourcePolicy:
        Organizations::Account: AccountId Arn JoinedMethod JoinedTimestamp Status
        Organizations::Organization: Arn Id ManagementAccountArn ManagementAccountEmail ManagementAccountId RootId
        Organizations::OrganizationalUnit: Arn Id
        Organizations::Policy: Arn AwsManaged Id
        Route53::CidrCollection: Arn Id
        Route53::HealthCheck: HealthCheckId
        Route53::HostedZone: Id NameServers
        Route53::RecordSet:
        Route53::RecordSetGroup:
        S3::Bucket: Arn DomainName DualStackDomainName RegionalDomainName WebsiteURL
        S3::BucketPolicy:
        SNS::Subscription: Arn
        SNS::Topic: TopicArn TopicName
        SNS::TopicInlinePolicy:
        SNS::TopicPolicy: Id
        SSM::Parameter: Type Value
        SecretsManager::ResourcePolicy:
        SecretsManager::RotationSchedule: Id
        SecretsManager::Secret: Id
        ServiceDiscovery::HttpNamespace: Arn Id
        ServiceDiscovery::Instance:
        ServiceDiscovery::PrivateDnsNamespace: Arn HostedZoneId Id
        ServiceDiscovery::PublicDnsNamespace: Arn HostedZoneId Id
        ServiceDiscovery::Service: Arn Id Name
        """;

    [Fact]
    public async Task Templates_can_name_these_types_and_their_attributes()
    {
        var directory = Directory.CreateTempSubdirectory("minato-types-").FullName;
        try
        {
            var file = new InstallationFile { Id = "types", AccountId = ServerOptions.DefaultAccountId, RootKey = new("AKIATYPES", "secret"), Secret = new byte[32], SharedProxyPort = 1 };
            await using var services = new ServiceCollection().AddLogging()
                .AddMinato(new() { DataDirectory = directory }, file, new(1, DateTimeOffset.UnixEpoch, new("http://127.0.0.1:1"))).BuildServiceProvider();
            var found = services.GetServices<IResourceType>().Select(t => $"{t.TypeName["AWS::".Length..]}: {string.Join(' ', t.Schema.Attributes.Order(StringComparer.Ordinal))}".TrimEnd()).ToList();
            var told = Table.Split('\n').Select(l => l.Trim()).ToList();
            found.Except(told).ShouldBeEmpty();
            told.Except(found).ShouldBeEmpty();
        }
        finally { Directory.Delete(directory, recursive: true); }
    }
}
