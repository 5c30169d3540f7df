using System.Text.Json.Nodes;
using Minato.Cli.Output;
using Minato.Contracts.Ecs;

namespace Minato.Cli.Deploying;

/// <summary>Shows how a deployment goes: one changing line and events on a terminal, lines of changes in a pipe, or JSON lines.</summary>
internal sealed class DeployOutput(bool isJson)
{
    private string _last = "";

    public void Started(string what, string deployment)
    {
        if (isJson) Write("started", new() { ["deployment"] = deployment, ["message"] = what });
        else Screen.Line(what);
    }

    public void Message(ServiceEvent line)
    {
        if (isJson) Write("message", new() { ["message"] = line.Message }, line.CreatedAt);
        else Above($"          {Brief.Of(line.Message)}");
    }

    public void Progress(Service service, ServiceDeployment deployment, TimeSpan elapsed)
    {
        var words = Words(service, deployment);
        if (isJson)
        {
            if (words != _last) Write("progress", Counts(service, deployment));
        }
        else if (Screen.IsTerminal)
        {
            Screen.Progress($"{elapsed.TotalSeconds,7:0.0} s  {words}");
        }
        else if (words != _last)
        {
            Console.WriteLine($"{elapsed.TotalSeconds,7:0.0} s  {words}");
        }

        _last = words;
    }

    public void Ended(DeploymentEnd end, string what)
    {
        if (isJson)
        {
            Write("ended", new()
            {
                ["success"] = end.IsSuccess, ["status"] = end.Status, ["reason"] = end.StatusReason, ["failures"] = new JsonArray([.. end.Reasons.Select(r => (JsonNode)r)]),
                ["seconds"] = Math.Round(end.Took.TotalSeconds, 1), ["message"] = what,
            });
            return;
        }

        Screen.EndProgress();
        if (end.IsSuccess)
        {
            Screen.Done(what);
            return;
        }

        Screen.Failed(Brief.Of(what));
        foreach (var reason in end.Reasons.Skip(1)) Screen.Line($"  also {Brief.Of(reason)}");
    }

    /// <summary>The command ends and the deployment goes on.</summary>
    public void Left(string what)
    {
        if (isJson) Write("left", new() { ["message"] = what });
        else Above(what);
    }

    private static void Above(string text)
    {
        Screen.EndProgress();
        Console.WriteLine(text);
    }

    private static void Write(string kind, JsonObject body, DateTimeOffset? at = null)
    {
        body.Insert(0, "event", kind);
        body.Insert(0, "time", (at ?? TimeProvider.System.GetUtcNow()).ToString("O"));
        Console.WriteLine(body.ToJsonString());
    }

    private static string Words(Service service, ServiceDeployment deployment)
    {
        var stage = deployment.LifecycleStage is { } s ? $" {s.ToWire()}" : "";
        return $"{deployment.Status?.ToWire()}{stage}  " + string.Join(" · ", (service.Deployments ?? []).Select(d =>
            $"{TaskDefinitionRevision.Short(d.TaskDefinition)} {d.RunningCount} of {d.DesiredCount} running"
            + (d.PendingCount > 0 ? $", {d.PendingCount} pending" : "") + (d.FailedTasks > 0 ? $", {d.FailedTasks} failed" : "") + Weight(deployment, d)));
    }

    private static string Weight(ServiceDeployment shown, Deployment deployment) =>
        deployment.Status == "PRIMARY" && shown.TargetServiceRevision?.RequestedProductionTrafficWeight is { } weight ? $", {weight:0.#} % of traffic" : "";

    private static JsonObject Counts(Service service, ServiceDeployment deployment) => new()
    {
        ["status"] = deployment.Status?.ToWire(),
        ["stage"] = deployment.LifecycleStage?.ToWire(),
        ["revisions"] = new JsonArray([.. (service.Deployments ?? []).Select(d => (JsonNode)new JsonObject
        {
            ["taskDefinition"] = TaskDefinitionRevision.Short(d.TaskDefinition), ["deployment"] = d.Id, ["desired"] = d.DesiredCount, ["running"] = d.RunningCount,
            ["pending"] = d.PendingCount, ["failed"] = d.FailedTasks, ["rollout"] = d.RolloutState?.ToWire(),
        })]),
    };
}
