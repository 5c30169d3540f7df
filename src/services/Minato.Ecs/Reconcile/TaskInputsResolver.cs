using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Contracts.S3;
using Minato.Contracts.SecretsManager;
using Minato.Contracts.Ssm;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;

namespace Minato.Ecs.Reconcile;

/// <summary>
/// Reads the secrets, environment files and registry accounts of a task, as its execution role. Whoever runs a task asks here: the
/// engine of this host and the agents of other hosts get the same values and fail with the same words.
/// </summary>
internal sealed class TaskInputsResolver(
    RoleCredentials roles, ISecretsManager? secrets = null, ISsm? parameters = null, IS3? objects = null)
{
    private const string Refused = "unable to pull secrets or registry auth: execution resource retrieval failed: ";
    private const int LargestFile = 1024 * 1024;
    private const string Retried = "service call has been retried 1 time(s): ";

    public bool AreNeeded(TaskState task, TaskDefinitionState definition) =>
        TaskInputs.AreNeeded(task, definition) || (roles.AreServed && definition.TaskRoleOf(task) is not null);

    public async Task<InputsOutcome> ResolveAsync(TaskState task, TaskDefinitionState definition, CancellationToken ct)
    {
        try
        {
            await CheckTaskRoleAsync(task, definition, ct);
            if (!TaskInputs.AreNeeded(task, definition)) return new InputsOutcome.Ready(TaskInputs.None);
            var reader = await ReaderAsync(task, definition, ct);
            var all = ImmutableDictionary.CreateBuilder<string, ContainerInputs>(StringComparer.Ordinal);
            foreach (var container in definition.Containers) all[container.Name ?? ""] = await ReadAsync(reader, task, container, ct);
            return new InputsOutcome.Ready(new(all.ToImmutable()));
        }
        catch (UnreadableException e)
        {
            return new InputsOutcome.Failed(e.IsNamed ? e.Message : StopReasons.Named("ResourceInitializationError", e.Message));
        }
    }

    /// <summary>The task has ended.</summary>
    public void Forget(TaskState task, TaskDefinitionState definition)
    {
        roles.Forget(task.Key, definition.TaskRoleOf(task));
        roles.Forget(task.Key, definition.ExecutionRoleOf(task));
    }

    // A role that cannot be assumed is told before anything starts, not by the first call of the application.
    private async Task CheckTaskRoleAsync(TaskState task, TaskDefinitionState definition, CancellationToken ct)
    {
        if (!roles.AreServed || definition.TaskRoleOf(task) is not { } role) return;
        try
        {
            await roles.GetAsync(task.Key, role, ct);
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            throw new UnreadableException(
                StopReasons.CannotAssume(role),
                isNamed: true);
        }
    }

    private async Task<Reader> ReaderAsync(TaskState task, TaskDefinitionState definition, CancellationToken ct)
    {
        var scope = task.Key.Cluster.Scope;
        var role = definition.ExecutionRoleOf(task);
        // A world without STS reads on behalf of the service.
        if (role is null || !roles.AreServed) return new(region => scope.AsService() with { Region = region }, scope.Region, task.LaunchType);
        try
        {
            var keys = await roles.GetAsync(task.Key, role, ct);
            return new(region => keys.Caller(scope, region), scope.Region, task.LaunchType);
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            throw new UnreadableException($"{Refused}unable to get execution role credentials: {Words(e)}");
        }
    }

    private async Task<ContainerInputs> ReadAsync(Reader reader, TaskState task, ContainerDefinition container, CancellationToken ct) => new()
    {
        Secrets = await ReadAsync(reader, container.Secrets ?? [], ct),
        LogOptions = await ReadAsync(reader, container.LogConfiguration?.SecretOptions ?? [], ct),
        FileVariables = await FilesAsync(reader, TaskInputs.FilesOf(task, container), ct),
        Registry = container.RepositoryCredentials is { } credentials ? await RegistryAsync(reader, credentials.CredentialsParameter, ct) : null,
    };

    private async Task<ImmutableSortedDictionary<string, string>> ReadAsync(Reader reader, ImmutableArray<Secret> wanted, CancellationToken ct)
    {
        var values = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var secret in wanted)
        {
            values[secret.Name] = SecretReference.Parse(secret.ValueFrom, reader.Region) switch
            {
                SecretReference.OfSecretsManager of => await SecretAsync(reader, of, ct),
                SecretReference.OfParameterStore of => await ParameterAsync(reader, of, ct),
                SecretReference.Unreadable of => throw new UnreadableException(Refused + of.Reason),
                var other => throw new InvalidOperationException($"No way to read {other}."),
            };
        }

        return values.ToImmutable();
    }

    private async Task<string> SecretAsync(Reader reader, SecretReference.OfSecretsManager of, CancellationToken ct)
    {
        string Told(string words) => reader.IsFargate
            ? $"{Refused}unable to retrieve secret from asm: {Retried}failed to fetch secret {of.SecretId} from secrets manager: {words}"
            : $"Fetching secret data from AWS Secrets Manager in region {of.Region}: secret {of.SecretId}: {words}";
        if (secrets is null) throw new UnreadableException(Told("ResourceNotFoundException: Secrets Manager can't find the specified secret."));
        try
        {
            var answer = await secrets.GetSecretValueAsync(
                new() { SecretId = of.SecretId, VersionStage = of.Stage, VersionId = of.VersionId }, reader.CallerIn(of.Region), ct);
            var value = answer.SecretString ?? Encoding.UTF8.GetString((answer.SecretBinary ?? default).Span);
            if (of.Key is not { } key) return value;
            return Member(value, key) ?? throw new UnreadableException(Told($"retrieved secret from Secrets Manager did not contain json key {key}"));
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            throw new UnreadableException(Told(Words(e)));
        }
    }

    private async Task<string> ParameterAsync(Reader reader, SecretReference.OfParameterStore of, CancellationToken ct)
    {
        string Told(string words) => reader.IsFargate
            ? $"{Refused}unable to retrieve secrets from ssm: {Retried}{words}"
            : $"Fetching secret data from SSM Parameter Store in {of.Region}: {words}";
        try
        {
            var answer = parameters is null ? null
                : await parameters.GetParametersAsync(new() { Names = [of.Name], WithDecryption = true }, reader.CallerIn(of.Region), ct);
            return answer?.Parameters is [{ Value: { } value }] ? value : throw new UnreadableException(Told($"invalid parameters: {of.Name}"));
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            throw new UnreadableException(Told(Words(e)));
        }
    }

    private async Task<RegistryAccount> RegistryAsync(Reader reader, string credentials, CancellationToken ct)
    {
        string Told(string words) =>
            $"{Refused}unable to get registry auth from asm: {Retried}asm fetching secret from the service for {credentials}: {words}";
        if (secrets is null) throw new UnreadableException(Told("ResourceNotFoundException: Secrets Manager can't find the specified secret."));
        try
        {
            var region = Arn.TryParse(credentials, out var arn) ? arn.Region : reader.Region;
            var answer = await secrets.GetSecretValueAsync(new() { SecretId = credentials }, reader.CallerIn(region), ct);
            var value = answer.SecretString ?? "";
            return Member(value, "username") is { } name && Member(value, "password") is { } password ? new(name, password)
                : throw new UnreadableException(Told("the secret is not a JSON object with username and password"));
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            throw new UnreadableException(Told(Words(e)));
        }
    }

    private async Task<ImmutableSortedDictionary<string, string>> FilesAsync(
        Reader reader, ImmutableArray<EnvironmentFile> files, CancellationToken ct)
    {
        var texts = new List<string>();
        foreach (var file in files)
        {
            string Told(string words) =>
                $"failed to download env files: file download command: non empty error stream: failed to download file {file.Value[(file.Value.LastIndexOf('/') + 1)..]}: {words}";
            if (EnvironmentFileText.Locate(file.Value) is not var (bucket, key)) throw new UnreadableException(Told($"invalid S3 ARN: {file.Value}"));
            // Where no S3 is, no bucket is.
            if (objects is null) throw new UnreadableException(Told("NoSuchBucket: The specified bucket does not exist"));
            try
            {
                var answer = await objects.GetObjectAsync(new() { Bucket = bucket, Key = key }, reader.CallerIn(reader.Region), ct);
                texts.Add(await TextAsync(answer.Body, ct) ?? throw new UnreadableException(Told($"the file is larger than {LargestFile} bytes")));
            }
            catch (AwsException e) when (e.IsClientFault)
            {
                throw new UnreadableException(Told(Words(e)));
            }
        }

        return EnvironmentFileText.Merge(texts);
    }

    // Null for a file that nobody can mean.
    private static async Task<string?> TextAsync(Stream? body, CancellationToken ct)
    {
        if (body is null) return "";
        await using var content = body;
        var bytes = new byte[LargestFile + 1];
        var length = await content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, ct);
        return length > LargestFile ? null : Encoding.UTF8.GetString(bytes, 0, length);
    }

    private static string? Member(string json, string key)
    {
        try
        {
            using var parsed = JsonDocument.Parse(json);
            return parsed.RootElement.ValueKind == JsonValueKind.Object && parsed.RootElement.TryGetProperty(key, out var member) ? member.ToString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Words(AwsException e) => $"{e.Code}: {e.Message} status code: {e.HttpStatus}";

    /// <param name="CallerIn">The execution role in a region.</param>
    private sealed record Reader(Func<string, Caller> CallerIn, string Region, LaunchType LaunchType)
    {
        public bool IsFargate => LaunchType == LaunchType.Fargate;
    }

    /// <param name="isNamed">It is a sentence of its own, without the name of an error before it.</param>
    private sealed class UnreadableException(string message, bool isNamed = false) : Exception(message)
    {
        public bool IsNamed => isNamed;
    }
}
