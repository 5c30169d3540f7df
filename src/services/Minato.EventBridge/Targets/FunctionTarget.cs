using Minato.Aws;
using Minato.Engines.Functions;
using Minato.EventBridge.Planning;
using Minato.EventBridge.Reconcile;

namespace Minato.EventBridge.Targets;

/// <summary>A Lambda function. EventBridge has delivered when Lambda has the event; what the function makes of it is tried three times.</summary>
internal sealed class FunctionTarget(IFunctionEngine? functions = null) : ITargetKind
{
    // AWS: Lambda's rule for calls that nobody waits for.
    private const int MostRetries = 2;

    public bool Takes(Arn target) => functions is not null && target.Service == "lambda" && target.Resource.StartsWith("function:", StringComparison.Ordinal);

    public async ValueTask<DeliveryOutcome> DeliverAsync(TargetCall call, CancellationToken ct)
    {
        if (functions is null) return new DeliveryOutcome.Failed("NO_RESOURCE", "Nothing calls functions in this installation.", IsFinal: true);
        return await functions.InvokeAsync(call.Target.ToString(), call.Payload, ct) switch
        {
            FunctionOutcome.Unknown => new DeliveryOutcome.Failed("NO_RESOURCE", $"Function not found: {call.Target}", IsFinal: true),
            FunctionOutcome.Failed failed => new DeliveryOutcome.Failed("TIMEOUT", failed.Error, IsFinal: call.Delivery.Attempts >= MostRetries),
            _ => new DeliveryOutcome.Delivered(),
        };
    }
}
