using Minato.Aws;
using Minato.Cli.Deploying;
using Minato.Cli.Running;
using Minato.Contracts.Ecs;

namespace Minato.Cli.Planning;

/// <summary>What a task needs besides room, asked through AWS APIs: images, roles, secrets, log groups.</summary>
internal sealed class Checks(AwsAccess aws, Service service, TaskDefinition definition)
{
    private const string TasksPrincipal = "ecs-tasks.amazonaws.com";
    private const string EcrHost = ".dkr.ecr.";

    private IReadOnlyList<ContainerDefinition> Containers => definition.ContainerDefinitions ?? [];

    public async Task<List<Check>> AllAsync(CancellationToken ct)
    {
        var checks = new List<Check> { Definition() };
        foreach (var container in Containers) checks.Add(await ImageAsync(container, ct));
        checks.Add(await new GateCheck(aws, service, definition).AskAsync(ct));
        checks.AddRange(await RolesAsync(ct));
        foreach (var (container, secret) in Containers.SelectMany(c => (c.Secrets ?? []).Select(s => (c, s)))) checks.Add(await SecretAsync($"secret {secret.Name} of {container.Name}", secret.ValueFrom, ct));
        foreach (var container in Containers.Where(c => c.RepositoryCredentials is not null))
            checks.Add(await SecretAsync($"registry account of {container.Name}", container.RepositoryCredentials?.CredentialsParameter ?? "", ct));
        foreach (var container in Containers) if (await LogGroupAsync(container, ct) is { } check) checks.Add(check);
        checks.AddRange(await new NetworkChecks(aws, service, definition).AllAsync(ct));
        checks.AddRange(await new BalancerChecks(aws, service, definition).AllAsync(ct));
        checks.AddRange(await new CapacityChecks(aws, service, definition).AllAsync(ct));
        return checks;
    }

    /// <summary>A revision that is new here is what the last one was: nobody has deregistered it.</summary>
    private Check Definition()
    {
        const string subject = "task definition";
        if (definition.Status is TaskDefinitionStatus.Inactive or TaskDefinitionStatus.DeleteInProgress)
            return Check.Failed(subject, $"{TaskDefinitionRevision.NameOf(definition)} is {definition.Status?.ToWire()}: a service cannot be updated to it");
        var needed = service.LaunchType switch { LaunchType.Ec2 => Compatibility.Ec2, LaunchType.External => Compatibility.External, LaunchType.Fargate => Compatibility.Fargate, _ => (Compatibility?)null };
        return needed is { } kind && definition.Compatibilities is { IsEmpty: false } can && !can.Contains(kind)
            ? Check.Failed(subject, $"the service runs on {kind.ToWire()}, and the new version is for {string.Join(", ", can.Select(c => c.ToWire()))}")
            : Check.Passed(subject, $"{definition.Family} is there{(needed is { } known ? $" and can run on {known.ToWire()}" : "")}");
    }

    private async Task<Check> ImageAsync(ContainerDefinition container, CancellationToken ct)
    {
        var subject = $"image of {container.Name}";
        var image = container.Image ?? "";
        if (image.IndexOf(EcrHost, StringComparison.Ordinal) < 0 || image.Split('/', 2) is not [var host, var path])
            return Check.Unknown(subject, $"{image} is not in ECR: whether it can be pulled shows when a task starts");
        var (repository, id) = path.Split('@', 2) is [var named, var digest]
            ? (named.Split(':')[0], new Contracts.Ecr.ImageIdentifier { ImageDigest = digest })
            : (path.Split(':')[0], new Contracts.Ecr.ImageIdentifier { ImageTag = path.Split(':', 2) is [_, var tag] ? tag : "latest" });
        return await AskAsync(subject, async () =>
        {
            var region = host.Split('.') is [_, "dkr", "ecr", var own, ..] ? own : aws.Caller.Region;
            var answer = await aws.Ecr.BatchGetImageAsync(new() { RegistryId = host.Split('.')[0], RepositoryName = repository, ImageIds = [id] }, aws.Caller with { Region = region }, ct);
            return answer.Images is [var found, ..] ? Check.Passed(subject, $"{image} is there, {found.ImageId?.ImageDigest?[..19]}…")
                : Check.Failed(subject, $"{image} is not in its repository: {answer.Failures?.FirstOrDefault()?.FailureReason}");
        });
    }

    private async Task<List<Check>> RolesAsync(CancellationToken ct)
    {
        var checks = new List<Check>();
        if (definition.ExecutionRoleArn is { } execution) checks.Add(await RoleAsync("execution role", execution, ct));
        else if (NeedsExecutionRole() is { } why) checks.Add(Check.Failed("execution role", $"there is none, and {why}"));
        if (definition.TaskRoleArn is { } task) checks.Add(await RoleAsync("task role", task, ct));
        return checks;
    }

    private string? NeedsExecutionRole()
    {
        if (Containers.Any(c => c.Secrets is { IsEmpty: false })) return "secrets are read with it";
        if (service.LaunchType is not LaunchType.Fargate && service.CapacityProviderStrategy is not { IsEmpty: false }) return null;
        if (Containers.Any(c => c.LogConfiguration?.LogDriver is LogDriver.Awslogs)) return "awslogs needs one on Fargate";
        return Containers.Any(c => c.Image?.Contains(EcrHost, StringComparison.Ordinal) is true) ? "images of ECR need one on Fargate" : null;
    }

    private Task<Check> RoleAsync(string subject, string arn, CancellationToken ct) => AskAsync(subject, async () =>
    {
        var name = arn[(arn.LastIndexOf('/') + 1)..];
        var role = (await aws.Iam.GetRoleAsync(new() { RoleName = name }, aws.GlobalCaller, ct)).Role;
        var trust = Uri.UnescapeDataString(role.AssumeRolePolicyDocument ?? "");
        return trust.Contains(TasksPrincipal, StringComparison.Ordinal) ? Check.Passed(subject, $"{name} is there and trusts {TasksPrincipal}")
            : Check.Failed(subject, $"{name} does not trust {TasksPrincipal}: tasks cannot assume it");
    });

    private Task<Check> SecretAsync(string subject, string reference, CancellationToken ct)
    {
        var isSecret = Arn.TryParse(reference, out var arn) && arn.Service == "secretsmanager";
        var caller = arn is { Region.Length: > 0 } ? aws.Caller with { Region = arn.Region } : aws.Caller;
        return AskAsync(subject, async () =>
        {
            if (isSecret)
            {
                // arn:aws:secretsmanager:region:account:secret:name-with-suffix and then key, stage and version.
                var id = string.Join(':', reference.Split(':').Take(7));
                await aws.SecretsManager.DescribeSecretAsync(new() { SecretId = id }, caller, ct);
                return Check.Passed(subject, $"{id} is there");
            }

            var name = arn is null ? reference : arn.Resource["parameter".Length..];
            if (arn is not null && name.LastIndexOf('/') == 0) name = name[1..];
            var answer = await aws.Ssm.GetParametersAsync(new() { Names = [name], WithDecryption = false }, caller, ct);
            return answer.InvalidParameters is { IsEmpty: false } ? Check.Failed(subject, $"there is no parameter {name}") : Check.Passed(subject, $"parameter {name} is there");
        });
    }

    private async Task<Check?> LogGroupAsync(ContainerDefinition container, CancellationToken ct)
    {
        if (container.LogConfiguration is not { LogDriver: LogDriver.Awslogs, Options: { } options } || !options.TryGetValue("awslogs-group", out var group)) return null;
        var subject = $"log group of {container.Name}";
        if (options.GetValueOrDefault("awslogs-create-group") == "true") return Check.Passed(subject, $"{group} is made when it is missing");
        return await AskAsync(subject, async () =>
        {
            var caller = aws.Caller with { Region = options.GetValueOrDefault("awslogs-region") ?? aws.Caller.Region };
            var found = await aws.Logs.DescribeLogGroupsAsync(new() { LogGroupNamePrefix = group }, caller, ct);
            return (found.LogGroups ?? []).Any(g => g.LogGroupName == group) ? Check.Passed(subject, $"{group} is there")
                : Check.Failed(subject, $"{group} is not there, and awslogs-create-group is not set");
        });
    }

    /// <summary>What refuses to say is the answer: not found is a failure, no permission to look is not.</summary>
    internal static async Task<Check> AskAsync(string subject, Func<Task<Check>> ask)
    {
        try
        {
            return await ask();
        }
        catch (AwsException e) when (e.Code.Contains("AccessDenied", StringComparison.Ordinal) || !e.IsClientFault)
        {
            return Check.Unknown(subject, $"{e.Code}: {e.Message}");
        }
        catch (AwsException e)
        {
            return Check.Failed(subject, $"{e.Code}: {e.Message}");
        }
    }
}
