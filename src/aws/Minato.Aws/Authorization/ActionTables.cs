using System.Collections.Frozen;
using Minato.Aws.Dispatch;

namespace Minato.Aws.Authorization;

/// <summary>Which actions the operations of all services are.</summary>
public static class ActionTables
{
    // Made when a service is first called by somebody whom policies hold for: root needs none of it.
    private static readonly FrozenDictionary<string, Lazy<ActionTable>> s_byService = new Dictionary<string, Func<ActionTable>>(StringComparer.Ordinal)
    {
        ["access-analyzer"] = IdentityActions.AccessAnalyzer,
        ["acm"] = TrafficActions.Acm,
        ["application-autoscaling"] = OperationsActions.ApplicationAutoScaling,
        ["autoscaling"] = OperationsActions.AutoScaling,
        ["cloudformation"] = OperationsActions.CloudFormation,
        ["cloudtrail"] = OperationsActions.CloudTrail,
        ["ec2"] = TrafficActions.Ec2,
        ["ecr"] = ContainerActions.Ecr,
        ["ecs"] = ContainerActions.Ecs,
        ["elasticloadbalancing"] = TrafficActions.Elb,
        ["elasticloadbalancing/2012-06-01"] = TrafficActions.ClassicElb,
        ["events"] = OperationsActions.Events,
        ["iam"] = IdentityActions.Iam,
        ["kms"] = StorageActions.Kms,
        ["logs"] = OperationsActions.Logs,
        ["monitoring"] = OperationsActions.CloudWatch,
        ["organizations"] = IdentityActions.Organizations,
        ["route53"] = TrafficActions.Route53,
        ["s3"] = StorageActions.S3,
        ["secretsmanager"] = StorageActions.SecretsManager,
        ["servicediscovery"] = TrafficActions.CloudMap,
        ["sns"] = OperationsActions.Sns,
        ["ssm"] = StorageActions.Ssm,
        ["sts"] = IdentityActions.Sts,
    }.ToFrozenDictionary(t => t.Key, t => new Lazy<ActionTable>(t.Value), StringComparer.Ordinal);

    // AWS: nobody is denied these. The last two are not signed; the role's trust decides.
    private static readonly FrozenSet<string> s_neverDenied =
        new[] { "GetCallerIdentity", "GetSessionToken", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML" }.ToFrozenSet(StringComparer.Ordinal);

    public static bool IsNeverDenied(ServiceModel service, OperationModel operation) => service.SigningName is "sts" && s_neverDenied.Contains(operation.Name);

    /// <summary>Does a table say what the operation needs? If not, it needs the action of its name on everything.</summary>
    public static bool Knows(ServiceModel service, OperationModel operation) => Find(service, operation.Name) is not null;

    internal static OperationActions? Find(ServiceModel service, string operation) => TableOf(service)?.Find(operation);

    private static ActionTable? TableOf(ServiceModel service) =>
        s_byService.TryGetValue($"{service.SigningName}/{service.ApiVersion}", out var one) || s_byService.TryGetValue(service.SigningName, out one) ? one.Value : null;
}
