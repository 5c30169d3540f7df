using System.CommandLine;
using Minato.Cli.Deploying;
using Minato.Cli.Running;
using Minato.Contracts.Ecs;

namespace Minato.Cli.Commands;

/// <summary>Rolls a service out and stays until it is known how that ended: a rolled-back deployment is a failure.</summary>
internal static class DeployCommand
{
    private const int Interrupted = 130;
    private static readonly Argument<string> Service = new("service") { Description = "Name of the service." };
    private static readonly Option<string?> TaskDefinition = new("--task-definition") { Description = "What to deploy (default: what the service has).", HelpName = "FAMILY[:REVISION]" };
    private static readonly Option<string[]> Image = new("--image") { Description = "Registers a revision in which this container has this image. May be repeated.", HelpName = "NAME=IMAGE" };
    private static readonly Option<string> InCluster = new("--cluster") { Description = "Its cluster (default: default).", HelpName = "NAME", DefaultValueFactory = _ => "default" };
    private static readonly Option<bool> Force = new("--force") { Description = "Starts new tasks even when nothing changed." };

    public static Command Create()
    {
        var command = new Command("deploy", "Deploys to a service and follows it to its end; fails when the deployment does.") { Service, TaskDefinition, Image, InCluster, Force };
        AwsAccess.AddOptions(command);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        using var aws = AwsAccess.Of(parsed);
        var (cluster, name) = (parsed.GetRequiredValue(InCluster), parsed.GetRequiredValue(Service));
        var before = await ServiceReader.FindAsync(aws, cluster, name, ct);
        var definition = await DefinitionAsync(aws, before, parsed, ct);
        var output = new DeployOutput(parsed.GetValue(Options.Json));
        var follower = new DeploymentFollower(aws, cluster, name, output);
        follower.Ignore(before);
        var after = (await aws.Ecs.UpdateServiceAsync(
            new() { Cluster = cluster, Service = name, TaskDefinition = definition, ForceNewDeployment = parsed.GetValue(Force) ? true : null }, aws.Caller, ct)).Service ?? new();
        var (old, @new) = (TaskDefinitionRevision.Short(before.TaskDefinition), TaskDefinitionRevision.Short(after.TaskDefinition));
        if (Primary(after) is not { Id: { } id } || id == Primary(before)?.Id && Primary(before)?.RolloutState is not DeploymentRolloutState.InProgress)
        {
            output.Ended(new(true, "UNCHANGED", null, [], TimeSpan.Zero), $"{name} has {old} already: nothing to deploy. --force starts new tasks all the same.");
            return 0;
        }

        output.Started($"{name}: {old} → {@new}, deployment {id}", id);
        var why = $"./minato why {name} --cluster {cluster}{AwsAccess.Argument(parsed)}";
        try
        {
            var end = await follower.FollowAsync(await DeploymentArnAsync(aws, cluster, after, ct), id, ct);
            output.Ended(end, end.IsSuccess ? $"{@new} is out after {end.Took.TotalSeconds:0.0} s" : $"{Failure(end, old, @new)}. More: {why}");
            return end.IsSuccess ? 0 : 1;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            output.Left($"The deployment of {@new} goes on without this command. How it goes: {why}. Stop it: {Stop(after)}");
            return Interrupted;
        }
        catch (HttpRequestException e)
        {
            output.Left($"Nobody answers any more ({e.Message}). The deployment of {@new} goes on without this command. How it goes: {why}");
            return 1;
        }
    }

    private static string Stop(Service service) => $"aws ecs stop-service-deployment --service-deployment-arn {service.CurrentServiceDeployment ?? "ARN"}";

    private static string Failure(DeploymentEnd end, string old, string @new) => end.Status switch
    {
        "ROLLBACK_SUCCESSFUL" => $"{@new} failed and was rolled back to {old}",
        "ROLLBACK_FAILED" => $"{@new} failed, and so did the rollback to {old}",
        _ => $"{@new} was given up",
    } + $": {(end.Reasons.Count > 0 ? end.Reasons[0] : end.StatusReason)}".TrimEnd('.');

    /// <returns>Null when the service keeps the one it has.</returns>
    private static async Task<string?> DefinitionAsync(AwsAccess aws, Service service, ParseResult parsed, CancellationToken ct)
    {
        var named = parsed.GetValue(TaskDefinition);
        if (parsed.GetValue(Image) is not { Length: > 0 } images) return named;
        var @base = await TaskDefinitionRevision.FindAsync(aws, named ?? service.TaskDefinition ?? "", ct);
        var wanted = TaskDefinitionRevision.WithImages(@base, images);
        return (await aws.Ecs.RegisterTaskDefinitionAsync(TaskDefinitionRevision.ToRequest(wanted), aws.Caller, ct)).TaskDefinition?.TaskDefinitionArn;
    }

    private static Deployment? Primary(Service service) => (service.Deployments ?? []).FirstOrDefault(d => d.Status == "PRIMARY");

    /// <summary>AWS does not always name it in the answer of the update.</summary>
    private static async Task<string> DeploymentArnAsync(AwsAccess aws, string cluster, Service service, CancellationToken ct)
    {
        if (service.CurrentServiceDeployment is { } arn) return arn;
        var list = await aws.Ecs.ListServiceDeploymentsAsync(new() { Cluster = cluster, Service = service.ServiceName ?? "" }, aws.Caller, ct);
        return (list.ServiceDeployments ?? []).MaxBy(d => d.CreatedAt)?.ServiceDeploymentArn ?? throw new UserException("the service lists no deployment to follow.");
    }
}
