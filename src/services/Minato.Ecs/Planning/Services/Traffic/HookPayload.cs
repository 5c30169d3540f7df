using System.Text.Json.Nodes;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services.Traffic;

/// <summary>What a function is called with.</summary>
internal static class HookPayload
{
    public static string Of(ServiceKey service, DeploymentState green, DeploymentState? blue, HookExecution hook)
    {
        var traffic = green.Traffic ?? throw new InvalidOperationException("A deployment without traffic has no hooks.");
        return new JsonObject
        {
            ["executionId"] = hook.Id,
            ["lifecycleStage"] = TrafficStages.Name(hook.Stage),
            ["resourceArn"] = new ServiceDeploymentKey(service, green.ServiceDeploymentId).Arn,
            ["executionDetails"] = new JsonObject
            {
                ["serviceArn"] = service.Arn,
                ["targetServiceRevisionArn"] = Revision(service, green),
                ["testTrafficWeights"] = Weights(service, green, blue, traffic.TestPercent),
                ["productionTrafficWeights"] = Weights(service, green, blue, traffic.ProductionPercent),
            },
            ["hookDetails"] = HookDetails.Known(traffic, hook.Hook) is { } details ? JsonNode.Parse(details) : null,
        }.ToJsonString();
    }

    private static JsonObject Weights(ServiceKey service, DeploymentState green, DeploymentState? blue, double percent)
    {
        var weights = new JsonObject { [Revision(service, green)] = percent };
        if (blue is not null) weights[Revision(service, blue)] = Math.Round(TrafficSteps.All - percent, 1);
        return weights;
    }

    private static string Revision(ServiceKey service, DeploymentState deployment) => new ServiceRevisionKey(service, deployment.RevisionId).Arn;
}
