using System.Collections.Immutable;

namespace Minato.Ec2.Planning;

/// <summary>A service that offers endpoints.</summary>
/// <param name="Name">In full: <c>com.amazonaws.eu-west-1.ecr.api</c>.</param>
/// <param name="PrivateDns">The name that it has outside, which an interface endpoint can take over inside; null for one with gateways only.</param>
internal sealed record EndpointService(string Name, string? PrivateDns, bool HasGateway)
{
    public bool HasInterface => PrivateDns is not null;

    public ImmutableArray<string> Types => [.. HasGateway ? ["Gateway"] : Array.Empty<string>(), .. HasInterface ? ["Interface"] : Array.Empty<string>()];
}

/// <summary>Services of AWS that are served here and offer endpoints there; and DynamoDB's gateway, which templates of networks seldom leave out.</summary>
internal static class EndpointServices
{
    // Where the name outside is another one than that of the endpoint service.
    private static readonly (string Name, string? Outside)[] s_all =
    [
        ("application-autoscaling", null), ("autoscaling", null), ("cloudformation", null), ("cloudtrail", null), ("ec2", null), ("ec2messages", null),
        ("ecr.api", "api.ecr"), ("ecr.dkr", "*.dkr.ecr"), ("ecs", null), ("ecs-agent", "ecs-a"), ("ecs-telemetry", "ecs-t"), ("elasticloadbalancing", null), ("events", null),
        ("kms", null), ("logs", null), ("monitoring", null), ("secretsmanager", null), ("servicediscovery", null), ("sns", null), ("ssm", null), ("ssmmessages", null), ("sts", null),
    ];

    public static IEnumerable<EndpointService> Of(string region) =>
        s_all.Select(s => new EndpointService($"com.amazonaws.{region}.{s.Name}", $"{s.Outside ?? s.Name}.{region}.amazonaws.com", HasGateway: false))
            .Append(new($"com.amazonaws.{region}.dynamodb", null, HasGateway: true))
            .Append(new($"com.amazonaws.{region}.s3", $"*.s3.{region}.amazonaws.com", HasGateway: true))
            .OrderBy(s => s.Name, StringComparer.Ordinal);

    public static EndpointService? Find(string region, string name) => Of(region).FirstOrDefault(s => s.Name == name);
}
