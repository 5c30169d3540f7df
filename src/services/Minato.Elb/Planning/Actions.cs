using System.Collections.Immutable;
using System.Globalization;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Api;
using Minato.Elb.State;

namespace Minato.Elb.Planning;

/// <summary>Actions of rules: from the request, checked; and back.</summary>
internal static class Actions
{
    private const int MostGroups = 5;
    private const int LongestStickiness = 604_800;
    private const int LongestBody = 1024;

    /// <param name="listener">What the listener speaks; null when there is none, which is for others to say.</param>
    public static ActionState FromWire(ImmutableArray<Action> actions, ProtocolEnum? listener)
    {
        if (actions.IsDefaultOrEmpty) throw ElbErrors.Validation("An action must be specified");
        if (actions.FirstOrDefault(a => a.Type is not (ActionTypeEnum.Forward or ActionTypeEnum.Redirect or ActionTypeEnum.FixedResponse)) is { } other)
        {
            throw listener is ProtocolEnum.Https ? ElbErrors.NotYet($"actions of type '{other.Type.ToWire()}'")
                : new InvalidLoadBalancerActionException($"Actions of type '{other.Type.ToWire()}' are supported only on HTTPS listeners");
        }
        if (actions.Length > 1) throw new InvalidLoadBalancerActionException("You must specify exactly one of the following actions: 'forward', 'redirect', 'fixed-response'");
        var action = actions[0];
        return action.Type switch
        {
            ActionTypeEnum.Forward => new() { Order = action.Order, Forward = Forward(action) },
            ActionTypeEnum.Redirect => new() { Order = action.Order, Redirect = Redirect(action) },
            _ => new() { Order = action.Order, FixedResponse = FixedResponse(action) },
        };
    }

    public static Action ToWire(ActionState action) => action switch
    {
        { Forward: { } forward } => new()
        {
            Type = ActionTypeEnum.Forward,
            Order = action.Order,
            TargetGroupArn = forward.Groups is [var only] ? only.GroupArn : null,
            ForwardConfig = new()
            {
                TargetGroups = [.. forward.Groups.Select(g => new TargetGroupTuple { TargetGroupArn = g.GroupArn, Weight = g.Weight })],
                TargetGroupStickinessConfig = new() { Enabled = forward.Stickiness?.IsEnabled ?? false, DurationSeconds = forward.Stickiness?.Seconds },
            },
        },
        { Redirect: { } r } => new()
        {
            Type = ActionTypeEnum.Redirect,
            Order = action.Order,
            RedirectConfig = new()
            {
                Protocol = r.Protocol, Host = r.Host, Port = r.Port, Path = r.Path, Query = r.Query,
                StatusCode = r.StatusCode is "HTTP_301" ? RedirectActionStatusCodeEnum.Http301 : RedirectActionStatusCodeEnum.Http302,
            },
        },
        { FixedResponse: { } f } => new()
        {
            Type = ActionTypeEnum.FixedResponse,
            Order = action.Order,
            FixedResponseConfig = new() { StatusCode = f.StatusCode, ContentType = f.ContentType, MessageBody = f.Body },
        },
        _ => throw new InvalidOperationException("An action without a kind was stored."),
    };

    private static ForwardState Forward(Action action)
    {
        var stickiness = Stickiness(action.ForwardConfig?.TargetGroupStickinessConfig);
        var groups = (action.ForwardConfig?.TargetGroups ?? [])
            .Select(g => new WeightedGroup(g.TargetGroupArn ?? throw ElbErrors.Validation("A target group ARN must be specified"), g.Weight ?? 1))
            .ToImmutableArray();
        if (action.TargetGroupArn is { } arn)
        {
            if (groups.Any(g => g.GroupArn != arn) || groups.Length > 1)
            {
                throw ElbErrors.Validation("You can specify both a target group ARN and a forward configuration only if they name the same target group");
            }
            return new(groups.IsEmpty ? [new(arn, 1)] : groups) { Stickiness = stickiness };
        }
        if (groups.IsEmpty) throw ElbErrors.Validation("A target group ARN must be specified");
        if (groups.Length > MostGroups) throw ElbErrors.Validation($"A forward action can have at most '{MostGroups}' target groups");
        if (groups.DistinctBy(g => g.GroupArn).Count() < groups.Length) throw ElbErrors.Validation("A target group can be specified only once in a forward action");
        if (groups.FirstOrDefault(g => g.Weight is < 0 or > 999) is { } heavy) throw ElbErrors.Validation($"Weight '{heavy.Weight}' must be between '0' and '999'");
        return new(groups) { Stickiness = stickiness };
    }

    private static GroupStickiness? Stickiness(TargetGroupStickinessConfig? config)
    {
        if (config is null) return null;
        if (config is { Enabled: true, DurationSeconds: null }) throw ElbErrors.Validation("Target group stickiness duration must be specified when target group stickiness is enabled");
        if (config.DurationSeconds is { } seconds and (< 1 or > LongestStickiness))
        {
            throw ElbErrors.Validation($"Target group stickiness duration '{seconds}' must be between '1' and '{LongestStickiness}' seconds");
        }
        return new(config.Enabled ?? false, config.DurationSeconds);
    }

    private static RedirectState Redirect(Action action)
    {
        var config = action.RedirectConfig ?? throw ElbErrors.Validation("A redirect configuration must be specified");
        var redirect = new RedirectState(
            config.StatusCode is RedirectActionStatusCodeEnum.Http301 ? "HTTP_301" : "HTTP_302", config.Protocol ?? "#{protocol}", config.Host ?? "#{host}",
            config.Port ?? "#{port}", config.Path ?? "/#{path}", config.Query ?? "#{query}");
        if (redirect.Protocol is not ("HTTP" or "HTTPS" or "#{protocol}"))
        {
            throw ElbErrors.Validation($"Redirect protocol '{redirect.Protocol}' must be one of 'HTTP, HTTPS, #{{protocol}}'");
        }
        if (redirect.Port is not "#{port}" && !(int.TryParse(redirect.Port, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535))
        {
            throw ElbErrors.Validation($"Redirect port '{redirect.Port}' must be between '1' and '65535' or '#{{port}}'");
        }
        if (!redirect.Path.StartsWith('/')) throw ElbErrors.Validation($"Redirect path '{redirect.Path}' must start with '/'");
        // A query alone does not end a loop.
        if (redirect is { Protocol: "#{protocol}" or "HTTP", Host: "#{host}", Port: "#{port}", Path: "/#{path}" })
        {
            throw new InvalidLoadBalancerActionException("The redirect configuration is not valid because it creates a loop.");
        }
        return redirect;
    }

    private static FixedResponseState FixedResponse(Action action)
    {
        var config = action.FixedResponseConfig ?? throw ElbErrors.Validation("A fixed response configuration must be specified");
        if (config.StatusCode.Length != 3 || config.StatusCode[0] is not ('2' or '4' or '5') || !config.StatusCode.All(char.IsAsciiDigit))
        {
            throw ElbErrors.Validation($"Status code '{config.StatusCode}' must be 2XX, 4XX or 5XX");
        }
        if (config.MessageBody?.Length > LongestBody) throw ElbErrors.Validation($"Message body cannot be longer than '{LongestBody}' characters");
        var type = config.ContentType ?? "text/plain";
        if (type is not ("text/plain" or "text/css" or "text/html" or "application/javascript" or "application/json"))
        {
            throw ElbErrors.Validation($"Content type '{type}' must be one of 'text/plain, text/css, text/html, application/javascript, application/json'");
        }
        return new(config.StatusCode, type, config.MessageBody);
    }
}
