using Minato.Aws;
using Minato.Contracts.Sns;
using Minato.EventBridge.Planning;
using Minato.EventBridge.Reconcile;

namespace Minato.EventBridge.Targets;

/// <summary>A topic of SNS. AWS: its policy has to let EventBridge publish.</summary>
internal sealed class TopicTarget(ISns? topics = null) : ITargetKind
{
    public bool Takes(Arn target) => topics is not null && target.Service == "sns";

    public async ValueTask<DeliveryOutcome> DeliverAsync(TargetCall call, CancellationToken ct)
    {
        if (topics is not null) await topics.PublishAsync(new() { TopicArn = call.Target.ToString(), Message = call.Payload }, call.Caller, ct);
        return new DeliveryOutcome.Delivered();
    }
}
