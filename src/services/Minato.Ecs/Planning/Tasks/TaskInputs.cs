using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>What a task's containers get that is not in its definition. Read once at its start and never stored.</summary>
internal sealed record TaskInputs(ImmutableDictionary<string, ContainerInputs> Containers)
{
    public static TaskInputs None { get; } = new(ImmutableDictionary<string, ContainerInputs>.Empty);

    public ContainerInputs Of(string container) => Containers.GetValueOrDefault(container, ContainerInputs.None);

    public static bool AreNeeded(TaskState task, TaskDefinitionState definition) =>
        definition.Containers.Any(c => c.Secrets is { Length: > 0 } || c.LogConfiguration?.SecretOptions is { Length: > 0 }
            || c.RepositoryCredentials is not null || FilesOf(task, c).Length > 0);

    // AWS: files of an override stand instead of the definition's.
    public static ImmutableArray<EnvironmentFile> FilesOf(TaskState task, ContainerDefinition container) =>
        task.Overrides.ContainerOverrides?.FirstOrDefault(o => o.Name == container.Name)?.EnvironmentFiles is { Length: > 0 } own
            ? own : container.EnvironmentFiles ?? [];
}

/// <summary>The inputs of one container.</summary>
internal sealed record ContainerInputs
{
    private static readonly ImmutableSortedDictionary<string, string> s_empty = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public static ContainerInputs None { get; } = new();

    /// <summary>Environment variables from Secrets Manager and the Parameter Store.</summary>
    public ImmutableSortedDictionary<string, string> Secrets { get; init; } = s_empty;

    /// <summary>Environment variables from files in S3.</summary>
    public ImmutableSortedDictionary<string, string> FileVariables { get; init; } = s_empty;

    /// <summary>Options of the log driver that are secrets.</summary>
    public ImmutableSortedDictionary<string, string> LogOptions { get; init; } = s_empty;

    /// <summary>For a registry that is not this account's own.</summary>
    public RegistryAccount? Registry { get; init; }

    // What is secret must not reach a log through the record's own text.
    public override string ToString() => nameof(ContainerInputs);
}

internal sealed record RegistryAccount(string Username, string Password)
{
    public override string ToString() => nameof(RegistryAccount);
}

/// <summary>How reading the inputs ended.</summary>
internal abstract record InputsOutcome
{
    private InputsOutcome() { }

    public sealed record Ready(TaskInputs Inputs) : InputsOutcome;

    /// <param name="Reason">Why the task cannot start, in AWS's words.</param>
    public sealed record Failed(string Reason) : InputsOutcome;
}
