using Minato.Aws;
using Minato.Contracts.AutoScaling;
using Minato.Contracts.CloudFormation;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.CloudWatchLogs;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecr;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancing;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Contracts.Iam;
using Minato.Contracts.Route53;
using Minato.Contracts.SecretsManager;
using Minato.Contracts.Ssm;

namespace Minato.Cli.Running;

/// <summary>The services that commands speak to, as one caller.</summary>
internal abstract class AwsClients
{
    private readonly Func<string, AwsClient> _at;

    /// <param name="at">By the host name that AWS gives the service's endpoint.</param>
    protected AwsClients(Func<string, AwsClient> at, Caller caller)
    {
        _at = at;
        Caller = caller;
        Ecs = new EcsClient(at("ecs"));
        Elb = new ElasticLoadBalancingV2Client(at("elasticloadbalancing"));
        ClassicElb = new ElasticLoadBalancingClient(at("elasticloadbalancing"));
        AutoScaling = new AutoScalingClient(at("autoscaling"));
        CloudFormation = new CloudFormationClient(at("cloudformation"));
        CloudWatch = new CloudWatchClient(at("monitoring"));
        Logs = new CloudWatchLogsClient(at("logs"));
        Ecr = new EcrClient(at("api.ecr"));
        Ec2 = new Ec2Client(at("ec2"));
        Iam = new IamClient(at("iam"));
        SecretsManager = new SecretsManagerClient(at("secretsmanager"));
        Ssm = new SsmClient(at("ssm"));
        Route53 = new Route53Client(at("route53"));
    }

    /// <summary>The same services as the same caller.</summary>
    protected AwsClients(AwsClients same) : this(same._at, same.Caller) { }

    public Caller Caller { get; }
    public IEcs Ecs { get; }
    public IElasticLoadBalancingV2 Elb { get; }
    public IElasticLoadBalancing ClassicElb { get; }
    public IAutoScaling AutoScaling { get; }
    public ICloudFormation CloudFormation { get; }
    public ICloudWatch CloudWatch { get; }
    public ICloudWatchLogs Logs { get; }
    public IEcr Ecr { get; }
    public IEc2 Ec2 { get; }
    public IIam Iam { get; }
    public ISecretsManager SecretsManager { get; }
    public ISsm Ssm { get; }
    public IRoute53 Route53 { get; }
}
