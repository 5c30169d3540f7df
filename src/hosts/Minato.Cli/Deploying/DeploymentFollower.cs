using Minato.Cli.Running;
using Minato.Contracts.Ecs;

namespace Minato.Cli.Deploying;

/// <summary>How a deployment ended.</summary>
/// <param name="Reasons">What made it fail, the most frequent first.</param>
internal sealed record DeploymentEnd(bool IsSuccess, string Status, string? StatusReason, IReadOnlyList<string> Reasons, TimeSpan Took);

/// <summary>Watches a service deployment through the AWS API until it has ended.</summary>
internal sealed class DeploymentFollower(AwsAccess aws, string cluster, string service, DeployOutput output)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>What was said before is not news.</summary>
    public void Ignore(Service before) => _told.UnionWith((before.Events ?? []).Select(e => e.Id ?? ""));

    public async Task<DeploymentEnd> FollowAsync(string serviceDeploymentArn, string deploymentId, CancellationToken ct)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var now = await ServiceAsync(ct);
            var shown = await aws.Ecs.DescribeServiceDeploymentsAsync(new() { ServiceDeploymentArns = [serviceDeploymentArn] }, aws.Caller, ct);
            foreach (var line in (now.Events ?? []).Reverse()) if (_told.Add(line.Id ?? "")) output.Message(line);
            var status = shown.ServiceDeployments is [{ } found, ..] ? found : throw new UserException($"{serviceDeploymentArn} is gone: was the service deleted?");
            output.Progress(now, status, TimeProvider.System.GetElapsedTime(start));
            if (IsOver(status.Status))
            {
                var isSuccess = status.Status is ServiceDeploymentStatus.Successful;
                var reasons = isSuccess ? [] : await FailureReasons.OfAsync(aws, cluster, service, deploymentId, ct);
                return new(isSuccess, status.Status?.ToWire() ?? "", status.StatusReason, reasons, TimeProvider.System.GetElapsedTime(start));
            }

            await System.Threading.Tasks.Task.Delay(s_look, ct);
        }
    }

    private async Task<Service> ServiceAsync(CancellationToken ct) =>
        (await aws.Ecs.DescribeServicesAsync(new() { Cluster = cluster, Services = [service] }, aws.Caller, ct)).Services is [var found, ..]
            ? found : throw new UserException($"service {service} is gone.");

    private static bool IsOver(ServiceDeploymentStatus? status) => status is ServiceDeploymentStatus.Successful or ServiceDeploymentStatus.Stopped
        or ServiceDeploymentStatus.RollbackSuccessful or ServiceDeploymentStatus.RollbackFailed;
}
