using System.Text;
using Minato.Platform;

namespace Minato.Server.Tests;

/// <summary>Resources of most types there are, from which random templates are put together.</summary>
internal static class StackBlocks
{
    // A name, its type, what must be there for it, and its properties. %v and %w are values that an update may change; another %w makes another resource.
    private static readonly (string Id, string Type, string Needs, string Properties)[] s_all =
    [
        ("Vpc", "EC2::VPC", "", "CidrBlock: 10.9.0.0/16, Tags: [{ Key: v, Value: '%v' }]"),
        ("Subnet", "EC2::Subnet", "Vpc", "VpcId: !Ref Vpc, CidrBlock: 10.9.1.0/24, AvailabilityZone: us-east-1a, Tags: [{ Key: v, Value: '%v' }]"),
        ("Other", "EC2::Subnet", "Vpc", "VpcId: !Ref Vpc, CidrBlock: 10.9.2.0/24, AvailabilityZone: us-east-1b"),
        ("Gateway", "EC2::InternetGateway", "", "Tags: [{ Key: v, Value: '%v' }]"),
        ("Attachment", "EC2::VPCGatewayAttachment", "Vpc Gateway", "VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway"),
        ("Table", "EC2::RouteTable", "Vpc", "VpcId: !Ref Vpc, Tags: [{ Key: v, Value: '%v' }]"),
        ("Route", "EC2::Route", "Table Gateway Attachment", "RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Select [1, [!Ref Attachment, !Ref Gateway]]"),
        ("Routed", "EC2::SubnetRouteTableAssociation", "Table Subnet", "RouteTableId: !Ref Table, SubnetId: !Ref Subnet"),
        ("Walls", "EC2::SecurityGroup", "Vpc", "GroupDescription: 'is %w', VpcId: !Ref Vpc, Tags: [{ Key: v, Value: '%v' }]"),
        ("Door", "EC2::SecurityGroupIngress", "Walls", "GroupId: !GetAtt Walls.GroupId, IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 10.0.0.0/8"),
        ("Acl", "EC2::NetworkAcl", "Vpc", "VpcId: !Ref Vpc, Tags: [{ Key: v, Value: '%v' }]"),
        ("Interface", "EC2::NetworkInterface", "Subnet Walls", "SubnetId: !Ref Subnet, GroupSet: [!GetAtt Walls.GroupId], Description: 'is %v'"),
        ("Address", "EC2::EIP", "", "Domain: vpc, Tags: [{ Key: v, Value: '%v' }]"),
        ("Launch", "EC2::LaunchTemplate", "", "LaunchTemplateData: { ImageId: ami-0, InstanceType: t3.micro, UserData: !Base64 'is %v' }"),
        ("Role", "IAM::Role", "", "Description: 'is %v', AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: ecs-tasks.amazonaws.com }, Action: 'sts:AssumeRole' }] }"),
        ("Rights", "IAM::ManagedPolicy", "Role", "Description: 'is %w', Roles: [!Ref Role], PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Action: 's3:GetObject', Resource: 'arn:aws:s3:::%v/*' }] }"),
        ("User", "IAM::User", "", "Tags: [{ Key: v, Value: '%v' }]"),
        ("Users", "IAM::Group", "", "Path: /%w/"),
        ("Joined", "IAM::UserToGroupAddition", "User Users", "GroupName: !Ref Users, Users: [!Ref User]"),
        ("Profile", "IAM::InstanceProfile", "Role", "Roles: [!Ref Role]"),
        ("Key", "KMS::Key", "", "Description: 'is %v', KeyPolicy: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root' }, Action: 'kms:*', Resource: '*' }] }"),
        ("KeyName", "KMS::Alias", "Key", "AliasName: alias/stack-%w, TargetKeyId: !Ref Key"),
        ("Secret", "SecretsManager::Secret", "", "Description: 'is %v', GenerateSecretString: { PasswordLength: 20 }"),
        ("Parameter", "SSM::Parameter", "", "Name: /stack/%w, Type: String, Value: '%v'"),
        ("Logs", "Logs::LogGroup", "", "LogGroupName: logs-%w, Tags: [{ Key: v, Value: '%v' }]"),
        ("Stream", "Logs::LogStream", "Logs", "LogGroupName: !Ref Logs, LogStreamName: %w"),
        ("Bucket", "S3::Bucket", "", "Tags: [{ Key: v, Value: '%v' }]"),
        ("Shared", "S3::BucketPolicy", "Bucket", "Bucket: !Ref Bucket, PolicyDocument: { Version: '2012-10-17', Statement: [{ Sid: s%v, Effect: Allow, Principal: { AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root' }, Action: 's3:GetObject', Resource: !Sub '${Bucket.Arn}/*' }] }"),
        ("Topic", "SNS::Topic", "", "DisplayName: 'is %v'"),
        ("Heard", "SNS::TopicPolicy", "Topic", "Topics: [!Ref Topic], PolicyDocument: { Version: '2012-10-17', Statement: [{ Sid: s%v, Effect: Allow, Principal: { AWS: '*' }, Action: 'sns:Publish', Resource: !Ref Topic }] }"),
        ("Bus", "Events::EventBus", "", "Name: bus-%w"),
        ("Rule", "Events::Rule", "Bus", "EventBusName: !Ref Bus, Description: 'is %v', EventPattern: { source: [stack.%w] }"),
        ("Kept", "Events::Archive", "Bus", "SourceArn: !GetAtt Bus.Arn, Description: 'is %v'"),
        ("Alarm", "CloudWatch::Alarm", "", "AlarmDescription: 'is %v', Namespace: N, MetricName: M, Statistic: Sum, Period: 60, EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: GreaterThanThreshold"),
        ("Alarms", "CloudWatch::CompositeAlarm", "Alarm", "AlarmDescription: 'is %v', AlarmRule: !Sub 'ALARM(${Alarm})'"),
        ("Zone", "Route53::HostedZone", "", "Name: %w.example.com, HostedZoneConfig: { Comment: 'is %v' }"),
        ("Record", "Route53::RecordSet", "Zone", "HostedZoneId: !Ref Zone, Name: www.%w.example.com, Type: A, TTL: '60', ResourceRecords: [10.0.0.%v]"),
        ("Check", "Route53::HealthCheck", "", "HealthCheckConfig: { Type: TCP, IPAddress: 10.0.0.%v, Port: 80 }"),
        ("Names", "ServiceDiscovery::HttpNamespace", "", "Name: names-%w, Description: 'is %v'"),
        ("Named", "ServiceDiscovery::Service", "Names", "Name: service, NamespaceId: !Ref Names, Description: 'is %v'"),
        ("Images", "ECR::Repository", "", "Tags: [{ Key: v, Value: '%v' }]"),
        ("Cluster", "ECS::Cluster", "", "Tags: [{ Key: v, Value: '%v' }]"),
        ("Task", "ECS::TaskDefinition", "", "ContainerDefinitions: [{ Name: web, Image: 'web:%w', Memory: 128 }], Tags: [{ Key: v, Value: '%v' }]"),
        ("Service", "ECS::Service", "Cluster Task", "Cluster: !Ref Cluster, TaskDefinition: !Ref Task, DesiredCount: 0, LaunchType: EC2, Tags: [{ Key: v, Value: '%v' }]"),
        ("Scaled", "ApplicationAutoScaling::ScalableTarget", "Service Cluster", "MinCapacity: 0, MaxCapacity: %v, ScalableDimension: ecs:service:DesiredCount, ServiceNamespace: ecs, ResourceId: !Sub 'service/${Cluster}/${Service.Name}'"),
        ("Targets", "ElasticLoadBalancingV2::TargetGroup", "Vpc", "VpcId: !Ref Vpc, Port: 80, Protocol: HTTP, TargetType: ip, Tags: [{ Key: v, Value: '%v' }]"),
        ("Balancer", "ElasticLoadBalancingV2::LoadBalancer", "Subnet Other Gateway Attachment", "Scheme: internal, Subnets: [!Ref Subnet, !Ref Other], Tags: [{ Key: v, Value: '%v' }]"),
        ("Listener", "ElasticLoadBalancingV2::Listener", "Balancer Targets", "LoadBalancerArn: !Ref Balancer, Port: 8%v, Protocol: HTTP, DefaultActions: [{ Type: forward, TargetGroupArn: !Ref Targets }]"),
        ("Way", "ElasticLoadBalancingV2::ListenerRule", "Listener Targets", "ListenerArn: !Ref Listener, Priority: %v, Conditions: [{ Field: path-pattern, Values: [/%v] }], Actions: [{ Type: forward, TargetGroupArn: !Ref Targets }]"),
        ("Kind", "AutoScaling::LaunchConfiguration", "", "ImageId: ami-0, InstanceType: t3.micro, UserData: !Base64 'is %w'"),
        ("Fleet", "AutoScaling::AutoScalingGroup", "Kind", "LaunchConfigurationName: !Ref Kind, MinSize: '0', MaxSize: %v, DesiredCapacity: '1', AvailabilityZones: [us-east-1a]"),
        ("Company", "Organizations::Organization", "", "FeatureSet: ALL"),
        ("Unit", "Organizations::OrganizationalUnit", "Company", "Name: unit-%v, ParentId: !GetAtt Company.RootId"),
    ];

    public static IEnumerable<string> Types => s_all.Select(b => $"AWS::{b.Type}").Distinct();

    /// <summary>All of them, the first time and after an update.</summary>
    public static string Everything(int v, string w) => Template(s_all.Select(b => b.Id).ToHashSet(), () => (v, w));

    public static string Random(Ids chance)
    {
        var chosen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 4 + chance.Next(6); i > 0; i--) Choose(s_all[chance.Next(s_all.Length)].Id, chosen);
        var w = "ab"[chance.Next(2)].ToString(); // One for all: a record is in its zone.
        return Template(chosen, () => (1 + chance.Next(3), w));
    }

    private static void Choose(string id, HashSet<string> chosen)
    {
        if (!chosen.Add(id)) return;
        foreach (var need in s_all.Single(b => b.Id == id).Needs.Split(' ', StringSplitOptions.RemoveEmptyEntries)) Choose(need, chosen);
    }

    private static string Template(IReadOnlySet<string> chosen, Func<(int V, string W)> values)
    {
        var text = new StringBuilder("Resources:\n");
        foreach (var (id, type, _, properties) in s_all.Where(b => chosen.Contains(b.Id)))
        {
            var (v, w) = values();
            var given = properties.Replace("%v", $"{v}", StringComparison.Ordinal).Replace("%w", w, StringComparison.Ordinal);
            text.Append($"  {id}: {{ Type: AWS::{type}, Properties: {{ {given} }} }}\n");
        }
        return text.ToString();
    }
}
