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
        var check = With(new(), request.HealthCheckEnabled, request.HealthCheckProtocol, request.HealthCheckPort, request.HealthCheckPath,
            request.HealthCheckIntervalSeconds, request.HealthCheckTimeoutSeconds, request.HealthyThresholdCount, request.UnhealthyThresholdCount, request.Matcher);
        if (check.Timeout >= check.Interval) throw ElbErrors.Validation("Health check interval must be greater than the timeout.");
        return check;
    }

    public static HealthCheckState Modify(HealthCheckState now, ModifyTargetGroupRequest request)
    {
        var check = With(now, request.HealthCheckEnabled, request.HealthCheckProtocol, request.HealthCheckPort, request.HealthCheckPath,
            request.HealthCheckIntervalSeconds, request.HealthCheckTimeoutSeconds, request.HealthyThresholdCount, request.UnhealthyThresholdCount, request.Matcher);
        if (check.Timeout >= check.Interval)
        {
            // AWS: other words than at creation.
            throw ElbErrors.Validation($"Health check timeout '{check.Timeout.TotalSeconds}' must be smaller than the interval '{check.Interval.TotalSeconds}'");
        }
        return check;
    }

    private static HealthCheckState With(
        HealthCheckState now, bool? enabled, ProtocolEnum? protocol, string? port, string? path, int? interval, int? timeout, int? healthy, int? unhealthy,
        Matcher? matcher)
    {
        if (enabled is false) throw ElbErrors.Validation("Health check enabled must be true for target groups with target type 'ip' or 'instance'");
        if (protocol is { } p && p is not ProtocolEnum.Http)
        {
            throw p is ProtocolEnum.Https ? ElbErrors.NotYet("health checks over HTTPS")
                : ElbErrors.Validation($"Health check protocol '{p.ToWire()}' must be one of 'HTTP, HTTPS'");
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
        if (matcher?.GrpcCode is not null) throw ElbErrors.Validation("A GRPC code cannot be specified for a target group with protocol version 'HTTP1'");
        if (matcher?.HttpCode is { } codes && !HealthMatcher.IsValid(codes)) throw ElbErrors.Validation($"Health check matcher HTTP code '{codes}' must be within '200-499' inclusive");
        return now with
        {
            Port = port ?? now.Port,
            Path = path ?? now.Path,
            Interval = Seconds(interval) ?? now.Interval,
            Timeout = Seconds(timeout) ?? now.Timeout,
            HealthyThreshold = healthy ?? now.HealthyThreshold,
            UnhealthyThreshold = unhealthy ?? now.UnhealthyThreshold,
            Matcher = matcher?.HttpCode ?? now.Matcher,
        };
    }

    private static void Demand(string what, int? value, int least, int most)
    {
        if (value is { } v && (v < least || v > most)) throw ElbErrors.Validation($"{what} '{v}' must be between '{least}' and '{most}'");
    }

    private static TimeSpan? Seconds(int? value) => value is { } v ? TimeSpan.FromSeconds(v) : null;
}
