using Minato.ApplicationAutoScaling.State;
using Minato.Aws;
using Minato.Contracts.CloudWatch;
using Minato.Platform;

namespace Minato.ApplicationAutoScaling.Reconcile;

internal sealed record AlarmRef(string Arn);

/// <summary>Hears that an alarm changed its state.</summary>
internal sealed class AlarmListener(Hints hints, IWorkQueue<AlarmRef> queue) : IRoomService
{
    private const string Topic = "cloudwatch.alarm-state";

    public async Task RunAsync(CancellationToken ct)
    {
        hints.Subscribe(Topic, arn => queue.Enqueue(new(arn)));
        var ended = new TaskCompletionSource();
        await using (ct.Register(ended.SetResult)) await ended.Task;
    }
}

/// <summary>Finds the targets whose policies an alarm names as its actions, and has them looked at.</summary>
internal sealed class AlarmReconciler(Store store, ICloudWatch cloudWatch, IWorkQueue<TargetKey> targets) : IReconciler<AlarmRef>
{
    private const string Mark = ":resource/ecs/";

    public async ValueTask<Next> ReconcileAsync(AlarmRef key, CancellationToken ct)
    {
        if (!Arn.TryParse(key.Arn, out var arn) || !arn.Resource.StartsWith("alarm:", StringComparison.Ordinal)) return Next.Done;
        var home = new Home(arn.AccountId, arn.Region);
        if (store.Current.Count(Tables.PoliciesByHome, home) == 0) return Next.Done;
        var answer = await cloudWatch.DescribeAlarmsAsync(new() { AlarmNames = [arn.Resource["alarm:".Length..]] }, home.Caller, ct);
        foreach (var action in (answer.MetricAlarms ?? []).SelectMany(a => a.AlarmActions ?? []))
        {
            if (TargetOf(home, action) is { } target) targets.Enqueue(target);
        }

        return Next.Done;
    }

    // arn:aws:autoscaling:REGION:ACCOUNT:scalingPolicy:UUID:resource/ecs/service/CLUSTER/SERVICE:policyName/NAME
    internal static TargetKey? TargetOf(Home home, string action)
    {
        var from = action.IndexOf(Mark, StringComparison.Ordinal);
        if (from < 0 || !action.StartsWith("arn:aws:autoscaling:", StringComparison.Ordinal)) return null;
        var resource = action[(from + Mark.Length)..].Split(':')[0];
        return resource.Split('/').Length == 3 ? new(home, resource) : null;
    }
}
