using System.Collections.Immutable;
using Minato.Contracts.Route53;

namespace Minato.Route53.Planning;

/// <summary>What a health check has to say of itself.</summary>
internal static class HealthCheckRules
{
    private const int MostChildren = 256;
    private const int LeastRegions = 3;
    private const int DefaultThreshold = 3;
    private const int DefaultInterval = 30;

    public static bool IsOfEndpoint(HealthCheckType type) =>
        type is not (HealthCheckType.Calculated or HealthCheckType.CloudwatchMetric or HealthCheckType.RecoveryControl);

    public static bool IsHttp(HealthCheckType type) => IsOfEndpoint(type) && type != HealthCheckType.Tcp;

    public static bool IsTls(HealthCheckType type) => type is HealthCheckType.Https or HealthCheckType.HttpsStrMatch;

    public static bool IsMatch(HealthCheckType type) => type is HealthCheckType.HttpStrMatch or HealthCheckType.HttpsStrMatch;

    /// <summary>With the defaults that AWS shows.</summary>
    public static HealthCheckConfig Filled(HealthCheckConfig config)
    {
        var common = config with { Inverted = config.Inverted ?? false, Disabled = config.Disabled ?? false };
        if (!IsOfEndpoint(config.Type)) return common;
        return common with
        {
            Port = config.Port ?? (IsTls(config.Type) ? 443 : config.Type == HealthCheckType.Tcp ? null : 80),
            RequestInterval = config.RequestInterval ?? DefaultInterval, FailureThreshold = config.FailureThreshold ?? DefaultThreshold,
            MeasureLatency = config.MeasureLatency ?? false, EnableSNI = config.EnableSNI ?? IsTls(config.Type),
        };
    }

    /// <exception cref="InvalidInput">It cannot be checked.</exception>
    public static void Demand(HealthCheckConfig config)
    {
        var type = config.Type.ToWire();
        if (config.Type == HealthCheckType.RecoveryControl) throw new InvalidInput("Invalid parameter : RoutingControlArn does not name a routing control of this account.");
        if (config.Type == HealthCheckType.Calculated)
        {
            Demand(config.ChildHealthChecks is not null, "Invalid parameter : ChildHealthChecks must be specified for a CALCULATED health check.");
            Demand((config.ChildHealthChecks ?? []).Length <= MostChildren, $"Invalid parameter : ChildHealthChecks can have at most {MostChildren} health checks.");
            Demand(config.HealthThreshold is not null, "Invalid parameter : Calculated health checks must have a health threshold specified.");
            DemandNoProbe(config, "Calculated");
            return;
        }

        if (config.Type == HealthCheckType.CloudwatchMetric)
        {
            Demand(config.AlarmIdentifier is not null, "Invalid parameter : AlarmIdentifier must be specified for a CLOUDWATCH_METRIC health check.");
            Demand(config.InsufficientDataHealthStatus is not null, "Invalid parameter : InsufficientDataHealthStatus must be specified for a CLOUDWATCH_METRIC health check.");
            DemandNoProbe(config, "CloudWatch metric");
            return;
        }

        Demand(config.IPAddress is not null || config.FullyQualifiedDomainName is not null, "Invalid parameter : Either IPAddress or FullyQualifiedDomainName must be specified.");
        Demand(config.Port is not null, $"Invalid parameter : Port must be specified for a {type} health check.");
        Demand(config.Type != HealthCheckType.Tcp || config.ResourcePath is null, "TCP health checks must not have a resource path specified.");
        Demand(config.Type != HealthCheckType.Tcp || config.IPAddress is null || config.FullyQualifiedDomainName is null,
            "TCP health checks that have IP address must not have a fully qualified domain name specified.");
        Demand(IsMatch(config.Type) == config.SearchString is { Length: > 0 }, IsMatch(config.Type)
            ? $"Invalid parameter : SearchString must be specified for a {type} health check." : $"Invalid parameter : SearchString cannot be specified for a {type} health check.");
        Demand(config.RequestInterval is 10 or 30, "Invalid parameter : RequestInterval must be 10 or 30.");
        Demand(config.Regions is not { } regions || regions.Distinct().Count() >= LeastRegions, $"Invalid parameter : At least {LeastRegions} regions must be specified.");
        Demand(config.ResourcePath is not { } path || path.All(c => c is > ' ' and <= '~'), "Invalid parameter : ResourcePath contains characters that are not allowed.");
        Demand(config.AlarmIdentifier is null, "Invalid parameter : Basic health checks must not have an metric region specified."); // AWS: so it is spelled.
        Demand(config.InsufficientDataHealthStatus is null, "Invalid parameter : Basic health checks must not have an insufficient data health state specified.");
        Demand(config.ChildHealthChecks is null && config.HealthThreshold is null, $"Invalid parameter : a {type} health check has no children.");
    }

    private static void DemandNoProbe(HealthCheckConfig config, string kind)
    {
        Demand(config.FailureThreshold is null, $"Invalid parameter : {kind} health checks must not have a failure threshold specified.");
        Demand(config.RequestInterval is null, $"Invalid parameter : {kind} health checks must not have a request interval specified.");
    }

    public static HealthCheckConfig Updated(HealthCheckConfig config, UpdateHealthCheckRequest request)
    {
        var reset = (request.ResetElements ?? []).ToHashSet();
        return config with
        {
            IPAddress = request.IPAddress ?? config.IPAddress, Port = request.Port ?? config.Port,
            ResourcePath = reset.Contains(ResettableElementName.ResourcePath) ? null : request.ResourcePath ?? config.ResourcePath,
            FullyQualifiedDomainName = reset.Contains(ResettableElementName.FullyQualifiedDomainName) ? null : request.FullyQualifiedDomainName ?? config.FullyQualifiedDomainName,
            Regions = reset.Contains(ResettableElementName.Regions) ? null : request.Regions ?? config.Regions,
            ChildHealthChecks = reset.Contains(ResettableElementName.ChildHealthChecks) ? [] : request.ChildHealthChecks ?? config.ChildHealthChecks,
            SearchString = request.SearchString ?? config.SearchString, FailureThreshold = request.FailureThreshold ?? config.FailureThreshold,
            Inverted = request.Inverted ?? config.Inverted, Disabled = request.Disabled ?? config.Disabled, HealthThreshold = request.HealthThreshold ?? config.HealthThreshold,
            EnableSNI = request.EnableSNI ?? config.EnableSNI, AlarmIdentifier = request.AlarmIdentifier ?? config.AlarmIdentifier,
            InsufficientDataHealthStatus = request.InsufficientDataHealthStatus ?? config.InsufficientDataHealthStatus,
        };
    }

    public static bool AreSame(HealthCheckConfig one, HealthCheckConfig other) =>
        one with { Regions = null, ChildHealthChecks = null } == other with { Regions = null, ChildHealthChecks = null }
        && Same(one.Regions, other.Regions) && Same(one.ChildHealthChecks, other.ChildHealthChecks);

    private static bool Same<T>(ImmutableArray<T>? one, ImmutableArray<T>? other) => (one ?? []).ToHashSet().SetEquals(other ?? []);

    private static void Demand(bool holds, string otherwise)
    {
        if (!holds) throw new InvalidInput(otherwise);
    }
}
