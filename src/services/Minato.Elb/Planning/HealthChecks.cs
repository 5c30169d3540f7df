using System.Globalization;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Api;
using Minato.Elb.State;

namespace Minato.Elb.Planning;

/// <summary>Settings of health checks, checked as AWS does.</summary>
internal static class HealthChecks
{
    public static HealthCheckState Create(CreateTargetGroupRequest request)
    {
        var check = With(Begin(request), request.TargetType ?? TargetTypeEnum.Instance, request.ProtocolVersion is "GRPC", Protocols.IsOfNetwork(request.Protocol ?? ProtocolEnum.Http), request.HealthCheckEnabled, request.HealthCheckProtocol, request.HealthCheckPort, request.HealthCheckPath,
            request.HealthCheckIntervalSeconds, request.HealthCheckTimeoutSeconds, request.HealthyThresholdCount, request.UnhealthyThresholdCount, request.Matcher);
        if (check.Timeout >= check.Interval) throw ElbErrors.Validation("Health check interval must be greater than the timeout.");
        return check;
    }

    public static HealthCheckState Modify(TargetGroupState group, ModifyTargetGroupRequest request)
    {
        if (group.IsFunction) FunctionGroups.Demand(request);
        var check = With(group.HealthCheck, group.TargetType, group.ProtocolVersion is "GRPC", group.IsNetwork, request.HealthCheckEnabled, request.HealthCheckProtocol, request.HealthCheckPort, request.HealthCheckPath,
            request.HealthCheckIntervalSeconds, request.HealthCheckTimeoutSeconds, request.HealthyThresholdCount, request.UnhealthyThresholdCount, request.Matcher);
        if (check.Timeout >= check.Interval)
        {
            // AWS: other words than at creation.
            throw ElbErrors.Validation($"Health check timeout '{check.Timeout.TotalSeconds}' must be smaller than the interval '{check.Interval.TotalSeconds}'");
        }
        return check;
    }

    private static HealthCheckState With(
        HealthCheckState now, TargetTypeEnum type, bool isGrpc, bool isNetwork, bool? enabled, ProtocolEnum? protocol, string? port, string? path, int? interval, int? timeout, int? healthy, int? unhealthy,
        Matcher? matcher)
    {
        if (enabled is false && type is not TargetTypeEnum.Lambda) throw ElbErrors.Validation("Health check enabled must be true for target groups with target type 'ip' or 'instance'");
        var asksTcp = isNetwork && type is not TargetTypeEnum.Alb; // AWS: a load balancer as a target is asked as its clients ask it.
        if (protocol is { } p && p is not (ProtocolEnum.Http or ProtocolEnum.Https) && !(asksTcp && p is ProtocolEnum.Tcp))
        {
            throw ElbErrors.Validation($"Health check protocol '{p.ToWire()}' must be one of '{(asksTcp ? "HTTP, HTTPS, TCP" : "HTTP, HTTPS")}'");
        }
        var checks = protocol ?? now.Protocol;
        if (checks is ProtocolEnum.Tcp && (path is not null || matcher is not null))
        {
            throw ElbErrors.Validation($"Health check {(path is null ? "matchers" : "paths")} cannot be specified for health checks with protocol 'TCP'");
        }
        if (port is { } given && given is not HealthCheckState.TrafficPort
            && !(int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 65535))
        {
            throw ElbErrors.Validation($"Health check port '{given}' must be '{HealthCheckState.TrafficPort}' or between '1' and '65535'");
        }
        if (path is { } route && (!route.StartsWith('/') || route.Length > 1024))
        {
            throw ElbErrors.Validation($"Health check path '{route}' must begin with a '/' character and be at most '1024' characters long");
        }
        Demand("Health check interval", interval, 5, 300);
        Demand("Health check timeout", timeout, 2, 120);
        Demand("Healthy threshold count", healthy, 2, 10);
        Demand("Unhealthy threshold count", unhealthy, 2, 10);
        DemandMatcher(matcher, isGrpc, isNetwork);
        return now with
        {
            IsEnabled = enabled ?? now.IsEnabled,
            Protocol = checks,
            Port = port ?? now.Port,
            Path = path ?? now.Path,
            Interval = Seconds(interval) ?? now.Interval,
            Timeout = Seconds(timeout) ?? now.Timeout,
            HealthyThreshold = healthy ?? now.HealthyThreshold,
            UnhealthyThreshold = unhealthy ?? now.UnhealthyThreshold,
            Matcher = matcher?.HttpCode ?? matcher?.GrpcCode ?? now.Matcher,
        };
    }

    /// <summary>What a group has that says nothing of its health check.</summary>
    private static HealthCheckState Begin(CreateTargetGroupRequest request)
    {
        if (request.TargetType is TargetTypeEnum.Lambda) return new() { IsEnabled = false, Interval = TimeSpan.FromSeconds(35), Timeout = TimeSpan.FromSeconds(30) };
        var isNetwork = Protocols.IsOfNetwork(request.Protocol ?? ProtocolEnum.Http);
        if (!isNetwork) return request.ProtocolVersion is "GRPC" ? new() { Path = "/AWS.ALB/healthcheck", Matcher = "12" } : new();
        var protocol = request.HealthCheckProtocol ?? (request.TargetType is TargetTypeEnum.Alb ? ProtocolEnum.Http : ProtocolEnum.Tcp);
        return new() { Protocol = protocol, Timeout = TimeSpan.FromSeconds(protocol is ProtocolEnum.Http ? 6 : 10), Matcher = "200-399" };
    }

    private static void DemandMatcher(Matcher? matcher, bool isGrpc, bool isNetwork)
    {
        if (matcher?.GrpcCode is { } grpc)
        {
            if (!isGrpc) throw ElbErrors.Validation("A GRPC code cannot be specified for a target group with protocol version 'HTTP1'");
            if (!HealthMatcher.IsValid(grpc, 0, 99)) throw ElbErrors.Validation($"Health check matcher GRPC code '{grpc}' must be within '0-99' inclusive");
        }
        if (matcher?.HttpCode is not { } codes) return;
        if (isGrpc) throw ElbErrors.Validation("An HTTP code cannot be specified for a target group with protocol version 'GRPC'");
        var most = isNetwork ? 599 : 499;
        if (!HealthMatcher.IsValid(codes, 200, most)) throw ElbErrors.Validation($"Health check matcher HTTP code '{codes}' must be within '200-{most}' inclusive");
    }

    private static void Demand(string what, int? value, int least, int most)
    {
        if (value is { } v && (v < least || v > most)) throw ElbErrors.Validation($"{what} '{v}' must be between '{least}' and '{most}'");
    }

    private static TimeSpan? Seconds(int? value) => value is { } v ? TimeSpan.FromSeconds(v) : null;
}
