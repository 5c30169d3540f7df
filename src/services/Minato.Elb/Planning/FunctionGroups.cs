using System.Collections.Immutable;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Api;
using Minato.Elb.State;

namespace Minato.Elb.Planning;

/// <summary>Target groups of one Lambda function: they have neither protocol nor port nor VPC.</summary>
internal static class FunctionGroups
{
    public const int MostTargets = 1;
    private const string MultiValue = "lambda.multi_value_headers.enabled";

    public static readonly ImmutableArray<AttributeSpec> Attributes =
        [new(MultiValue, "false", v => v is "true" or "false"), .. Planning.Attributes.Group.Where(a => a.Key.StartsWith("target_group_health.", StringComparison.Ordinal))];

    public static bool IsMultiValue(TargetGroupState group) => Planning.Attributes.Value(Attributes, group.Attributes, MultiValue) is "true";

    public static void Demand(CreateTargetGroupRequest request)
    {
        if (request.Protocol is not null) throw Refused("Protocol");
        if (request.ProtocolVersion is { Length: > 0 }) throw Refused("Protocol version");
        if (request.Port is not null) throw Refused("Port");
        if (request.VpcId is not null) throw Refused("VPC ID");
        if (request.HealthCheckProtocol is not null) throw Refused("Health check protocol");
        if (request.HealthCheckPort is not null) throw Refused("Health check port");
    }

    public static void Demand(ModifyTargetGroupRequest request)
    {
        if (request.HealthCheckProtocol is not null) throw Refused("Health check protocol");
        if (request.HealthCheckPort is not null) throw Refused("Health check port");
    }

    public static void Demand(TargetDescription target)
    {
        if (target.Port is not null) throw Refused("Port");
        if (target.Id.Split(':') is not (["arn", "aws", "lambda", _, _, "function", { Length: > 0 }] or ["arn", "aws", "lambda", _, _, "function", { Length: > 0 }, { Length: > 0 }]))
            throw ElbErrors.Validation($"'{target.Id}' is not a valid Lambda function ARN");
    }

    private static Aws.AwsException Refused(string what) => ElbErrors.Validation($"{what} cannot be specified for target groups with target type 'lambda'");
}
