using Minato.Aws;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancing;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Contracts.Route53;

namespace Minato.Migration.Running;

/// <summary>All that a migration acts through: AWS's interfaces, whoever answers them.</summary>
/// <param name="Classic">The older API, of Classic Load Balancers.</param>
/// <param name="GlobalCaller">For Route 53, which AWS has one of for all regions.</param>
internal sealed record MigrationAws(
    IElasticLoadBalancingV2 Elb, IElasticLoadBalancing Classic, IEcs Ecs, IEc2 Ec2, ICloudWatch CloudWatch, IRoute53 Route53, Caller Caller, Caller GlobalCaller);
