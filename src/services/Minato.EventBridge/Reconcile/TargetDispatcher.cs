using Minato.Aws;
using Minato.EventBridge.Planning;
using Minato.EventBridge.State;

namespace Minato.EventBridge.Reconcile;

/// <summary>Something that can be a target, told by the service in its ARN.</summary>
internal interface ITargetKind
{
    /// <summary>Whether it is one of these.</summary>
    bool Takes(Arn target);

    /// <exception cref="AwsException">The service refused.</exception>
    ValueTask<DeliveryOutcome> DeliverAsync(TargetCall call, CancellationToken ct);
}

/// <param name="Delivery">What is delivered where.</param>
/// <param name="Target">Its ARN.</param>
/// <param name="Payload">What the target is to get.</param>
internal sealed record TargetCall(DeliveryState Delivery, Arn Target, string Payload)
{
    /// <summary>EventBridge itself, in the account of the rule.</summary>
    public Caller Caller => Caller.ForService(Delivery.Rule.Bus.Home.AccountId, Target.Region is { Length: > 0 } region ? region : Delivery.Rule.Bus.Home.Region, TargetDispatcher.Principal)
        with { SourceArn = Delivery.Rule.Arn };
}

/// <summary>Knows which kind of target an ARN is, and what its answers mean for the event.</summary>
internal sealed class TargetDispatcher(IEnumerable<ITargetKind> kinds)
{
    public const string Principal = "events.amazonaws.com";
    private readonly ITargetKind[] _kinds = [.. kinds];

    public async ValueTask<DeliveryOutcome> DeliverAsync(DeliveryState delivery, CancellationToken ct)
    {
        if (!Arn.TryParse(delivery.Target.Arn, out var arn) || _kinds.FirstOrDefault(k => k.Takes(arn)) is not { } kind)
            return new DeliveryOutcome.Failed("NO_RESOURCE", $"Nothing in this installation answers for {delivery.Target.Arn}.", IsFinal: true);
        try
        {
            var payload = TargetInput.Of(delivery.Target, delivery.Event, (delivery.Rule.Name, delivery.Rule.Arn), delivery.AcceptedAt);
            return await kind.DeliverAsync(new(delivery, arn, payload), ct);
        }
        catch (AwsException e)
        {
            return Read(e);
        }
    }

    public static DeliveryOutcome.Failed Read(AwsException e) => e.Code switch
    {
        var code when code.Contains("Throttl", StringComparison.Ordinal) || code is "TooManyRequestsException" or "LimitExceededException" => new("THROTTLING", e.Message, IsFinal: false),
        var code when code.Contains("AccessDenied", StringComparison.Ordinal) || code.Contains("Authorization", StringComparison.Ordinal) => new("NO_PERMISSIONS", e.Message, IsFinal: true),
        var code when code.Contains("NotFound", StringComparison.Ordinal) => new("NO_RESOURCE", e.Message, IsFinal: true),
        _ => new(e.IsClientFault ? "INVALID_PARAMETER" : "TIMEOUT", e.Message, IsFinal: e.IsClientFault),
    };
}
