using System.Collections.Immutable;
using System.Globalization;
using Minato.Aws;
using Minato.Elb.Api;

namespace Minato.Elb.Planning;

/// <param name="IsValid">What AWS takes.</param>
/// <param name="IsServed">What Minato does something about, or need not; null for every valid value.</param>
internal sealed record AttributeSpec(string Key, string Default, Func<string, bool> IsValid, Func<string, bool>? IsServed = null);

/// <summary>Attributes of load balancers, target groups and listeners: their keys, defaults and values.</summary>
internal static class Attributes
{
    private static readonly Func<string, bool> s_boolean = v => v is "true" or "false";
    private static readonly Func<string, bool> s_text = v => v.Length <= 1024;
    private static readonly Func<string, bool> s_header = v => v.Length <= 1024 && v.All(c => c is >= ' ' and < (char)127);
    private static readonly Func<string, bool> s_off = v => v is "false" or "off" or "0" or "";

    public static readonly ImmutableArray<AttributeSpec> Balancer =
    [
        new("access_logs.s3.enabled", "false", s_boolean),
        new("access_logs.s3.bucket", "", s_text),
        new("access_logs.s3.prefix", "", s_text),
        new("client_keep_alive.seconds", "3600", Between(60, 604800)),
        new("connection_logs.s3.enabled", "false", s_boolean),
        new("connection_logs.s3.bucket", "", s_text),
        new("connection_logs.s3.prefix", "", s_text),
        new("deletion_protection.enabled", "false", s_boolean),
        new("health_check_logs.s3.enabled", "false", s_boolean, s_off),
        new("health_check_logs.s3.bucket", "", s_text),
        new("health_check_logs.s3.prefix", "", s_text),
        new("idle_timeout.timeout_seconds", "60", Between(1, 4000)),
        new("ipv6.deny_all_igw_traffic", "false", s_boolean),
        new("load_balancing.cross_zone.enabled", "true", v => v is "true"), // AWS: always on for an ALB.
        new("routing.http.desync_mitigation_mode", "defensive", v => v is "monitor" or "defensive" or "strictest"),
        new("routing.http.drop_invalid_header_fields.enabled", "false", s_boolean),
        new("routing.http.preserve_host_header.enabled", "false", s_boolean),
        new("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "false", s_boolean),
        new("routing.http.xff_client_port.enabled", "false", s_boolean),
        new("routing.http.xff_header_processing.mode", "append", v => v is "append" or "preserve" or "remove"),
        new("routing.http2.enabled", "true", s_boolean),
        new("waf.fail_open.enabled", "false", s_boolean),
        new("zonal_shift.config.enabled", "false", s_boolean),
    ];

    public static readonly ImmutableArray<AttributeSpec> Group =
    [
        new("deregistration_delay.timeout_seconds", "300", Between(0, 3600)),
        new("load_balancing.algorithm.anomaly_mitigation", "off", v => v is "on" or "off", s_off),
        new("load_balancing.algorithm.type", "round_robin", v => v is "round_robin" or "least_outstanding_requests" or "weighted_random"),
        new("load_balancing.cross_zone.enabled", "use_load_balancer_configuration", v => v is "true" or "false" or "use_load_balancer_configuration"),
        new("slow_start.duration_seconds", "0", v => v is "0" || Between(30, 900)(v)),
        new("stickiness.app_cookie.cookie_name", "", IsCookieName),
        new("stickiness.app_cookie.duration_seconds", "86400", Between(1, 604800)),
        new("stickiness.enabled", "false", s_boolean),
        new("stickiness.lb_cookie.duration_seconds", "86400", Between(1, 604800)),
        new("stickiness.type", "lb_cookie", v => v is "lb_cookie" or "app_cookie"),
        new("target_group_health.dns_failover.minimum_healthy_targets.count", "1", OffOr(1, 1000)),
        new("target_group_health.dns_failover.minimum_healthy_targets.percentage", "off", OffOr(1, 100)),
        new("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1", Between(1, 1000)),
        new("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off", OffOr(1, 100)),
    ];

    public static readonly ImmutableArray<AttributeSpec> Listener =
    [
        new("routing.http.response.access_control_allow_credentials.header_value", "", v => v is "true"),
        new("routing.http.response.access_control_allow_headers.header_value", "", s_header),
        new("routing.http.response.access_control_allow_methods.header_value", "", s_header),
        new("routing.http.response.access_control_allow_origin.header_value", "", s_header),
        new("routing.http.response.access_control_expose_headers.header_value", "", s_header),
        new("routing.http.response.access_control_max_age.header_value", "", Between(0, int.MaxValue)),
        new("routing.http.response.content_security_policy.header_value", "", s_header),
        new(AnswerHeaders.Server, "true", s_boolean),
        new("routing.http.response.strict_transport_security.header_value", "", s_header),
        new("routing.http.response.x_content_type_options.header_value", "", v => v is "nosniff"),
        new("routing.http.response.x_frame_options.header_value", "", v => v is "DENY" or "SAMEORIGIN" || v.StartsWith("ALLOW-FROM ", StringComparison.Ordinal)),
    ];

    /// <summary>Of a listener with HTTPS.</summary>
    public static readonly ImmutableArray<AttributeSpec> SecureListener = [.. RequestHeaderNames.Specs, .. Listener];

    /// <summary>Every key with its value.</summary>
    public static IEnumerable<(string Key, string Value)> All(ImmutableArray<AttributeSpec> specs, ImmutableSortedDictionary<string, string> given) =>
        specs.Select(s => (s.Key, given.GetValueOrDefault(s.Key, s.Default)));

    public static string Value(ImmutableArray<AttributeSpec> specs, ImmutableSortedDictionary<string, string> given, string key) =>
        given.TryGetValue(key, out var value) ? value : specs.First(s => s.Key == key).Default;

    public static TimeSpan Seconds(ImmutableArray<AttributeSpec> specs, ImmutableSortedDictionary<string, string> given, string key) =>
        TimeSpan.FromSeconds(int.Parse(Value(specs, given, key), CultureInfo.InvariantCulture));

    /// <param name="kind">As AWS's messages begin: <c>Load balancer</c>, <c>Target group</c>, <c>Listener</c>.</param>
    public static ImmutableSortedDictionary<string, string> Change(
        string kind, ImmutableArray<AttributeSpec> specs, ImmutableSortedDictionary<string, string> given, IEnumerable<(string? Key, string? Value)> changes)
    {
        var result = given.ToBuilder();
        foreach (var (key, value) in changes)
        {
            if (key is null) throw ElbErrors.Validation($"{kind} attribute key must be specified");
            var spec = specs.FirstOrDefault(s => s.Key == key) ?? throw ElbErrors.Validation($"{kind} attribute key '{key}' is not recognized");
            var text = value ?? "";
            if (text != spec.Default && !spec.IsValid(text)) throw ElbErrors.Validation($"{kind} attribute value '{text}' is not valid for key '{key}'");
            if (spec.IsServed?.Invoke(text) is false) throw ElbErrors.NotYet($"{kind} attribute '{key}' with value '{text}'");
            result[key] = text;
        }
        return result.ToImmutable();
    }

    /// <summary>AWS: its own cookies' names are its own.</summary>
    private static bool IsCookieName(string name) => name.Length <= 256
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && !name.StartsWith("AWSALB", StringComparison.OrdinalIgnoreCase);

    private static Func<string, bool> Between(int least, int most) =>
        v => int.TryParse(v, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n >= least && n <= most;

    private static Func<string, bool> OffOr(int least, int most) => v => v is "off" || Between(least, most)(v);
}
