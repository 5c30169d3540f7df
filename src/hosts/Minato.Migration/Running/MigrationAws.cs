using Minato.Aws;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Migration.Running;

/// <summary>All that a migration acts through: AWS's interfaces, whoever answers them.</summary>
internal sealed record MigrationAws(IElasticLoadBalancingV2 Elb, IEcs Ecs, IEc2 Ec2, ICloudWatch CloudWatch, Caller Caller);
