using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Minato.Aws;
using Minato.CloudFormation.Templates;
using Minato.Contracts.CloudFormation;

namespace Minato.CloudFormation.State;

/// <summary>An account in a region.</summary>
internal sealed record Home(string AccountId, string Region)
{
    public static Home Of(Caller caller) => new(caller.AccountId, caller.Region);
}

/// <summary>A stack as stored. The API writes what is wanted and begins operations; the stack's reconciler writes how far they are.</summary>
internal sealed record StackState
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required Home Home { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What was asked for last.</summary>
    public required StackInputs Inputs { get; init; }

    /// <summary>What was in force before an update that is not over: a rollback goes back to it.</summary>
    public StackInputs? Before { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
    public DateTimeOffset? DeletedAt { get; init; }
    public bool DisableRollback { get; init; }
    public int? TimeoutInMinutes { get; init; }
    public bool IsProtected { get; init; }
    public bool RetainExceptOnCreate { get; init; }
    public string? Policy { get; init; }
    public string? ChangeSetId { get; init; }

    /// <summary>Who made it.</summary>
    public string Principal { get; init; } = "";
    public string? ParentId { get; init; }
    public string? RootId { get; init; }

    /// <summary>The resource of the parent that this stack is.</summary>
    public string? ParentResource { get; init; }

    // Progress.
    public required StackStatus Status { get; init; }
    public string? StatusReason { get; init; }
    public OperationState? Operation { get; init; }

    /// <summary>The client's token of the newest operation, over or not.</summary>
    public string? LastToken { get; init; }
    public ImmutableArray<OutputState> Outputs { get; init; } = [];
    public StackDriftStatus Drift { get; init; } = StackDriftStatus.NotChecked;
    public DateTimeOffset? DriftCheckedAt { get; init; }

    [JsonIgnore]
    public bool IsLive => DeletedAt is null;

    [JsonIgnore]
    public bool IsBusy => Operation is not null;

    /// <summary>In whose name resources are made: the stack's role's; without one, the name of whoever asked for what the stack does.</summary>
    public Caller CallerFor(StackInputs inputs) => new()
    {
        AccountId = Home.AccountId, Region = Home.Region, InvokedBy = "cloudformation.amazonaws.com", IsServiceRole = inputs.RoleArn is not null,
        PrincipalArn = inputs.RoleArn is { } role ? SessionOf(role) : Operation?.Asker?.Arn ?? Principal,
        PrincipalId = inputs.RoleArn is null ? Operation?.Asker?.Id ?? "" : "", Session = inputs.RoleArn is null ? Operation?.Asker?.Session : null,
    };

    private string SessionOf(string role) => $"arn:aws:sts::{Home.AccountId}:assumed-role/{role[(role.LastIndexOf('/') + 1)..]}/{Api.ServiceRoles.SessionName}";
}

/// <summary>Who asked for an operation. AWS: with its permissions resources are made, unless the stack has a role.</summary>
internal sealed record Asker(string Arn, string Id, CallerSession? Session)
{
    public static Asker Of(Caller caller) => new(caller.PrincipalArn, caller.PrincipalId, caller.Session);
}

/// <summary>All that decides what a stack should be.</summary>
internal sealed record StackInputs
{
    /// <summary>Key of a <see cref="TemplateState"/> that belongs to these inputs alone.</summary>
    public required string TemplateId { get; init; }
    public string? Description { get; init; }
    public ImmutableArray<ParameterState> Parameters { get; init; } = [];
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableArray<Capability> Capabilities { get; init; } = [];
    public ImmutableArray<string> NotificationArns { get; init; } = [];
    public string? RoleArn { get; init; }
    public int? MonitoringMinutes { get; init; }
    public ImmutableArray<TriggerState> Triggers { get; init; } = [];
}

internal sealed record TriggerState(string Arn, string Type);

/// <summary>A parameter's value. One with NoEcho is kept sealed.</summary>
/// <param name="Resolved">What the parameter store answered for a value that is a name there.</param>
internal sealed record ParameterState(string Key, string? Value, byte[]? Sealed, string? Resolved, bool IsList)
{
    public static string ContextOf(string stackId, string key) => $"{stackId}/parameter/{key}";
}

internal sealed record OutputState(string Key, string Value, string? Description, string? ExportName);

internal enum OperationKind
{
    Create,
    Update,
    Delete,
    Import,
}

internal enum Phase
{
    /// <summary>Resources become what the template says.</summary>
    Forward,

    /// <summary>What an update changed becomes what it was.</summary>
    Back,

    /// <summary>What is no longer used goes. Failures do not matter any more.</summary>
    Cleanup,

    /// <summary>Everything goes.</summary>
    Delete,
}

/// <summary>What a stack is doing.</summary>
internal sealed record OperationState
{
    public required string Id { get; init; }
    public required OperationKind Kind { get; init; }
    public required Phase Phase { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public string? Token { get; init; }

    /// <summary>Null in operations of before that was kept: then it is who made the stack.</summary>
    public Asker? Asker { get; init; }

    /// <summary>The cleanup belongs to a rollback; the deletion is one.</summary>
    public bool IsRollback { get; init; }

    /// <summary>What failed stays as it is.</summary>
    public OnFailure OnFailure { get; init; } = OnFailure.Rollback;
    public bool IsCancelled { get; init; }
    public bool RetainExceptOnCreate { get; init; }
    public bool IsForced { get; init; }
    public ImmutableArray<string> Retain { get; init; } = [];
    public ImmutableArray<string> Skip { get; init; } = [];
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>What an alarm that must not go off had to say.</summary>
    public string? Alarmed { get; init; }

    /// <summary>Everything is there; it is only watched any more, until then.</summary>
    public DateTimeOffset? WatchedUntil { get; init; }

    /// <summary>Instead of the stack's own, for this update alone.</summary>
    public string? PolicyDuringUpdate { get; init; }
    public string? RoleArn { get; init; }

    /// <summary>Physical ids by logical id, of resources that exist and are to be taken in.</summary>
    public ImmutableSortedDictionary<string, string> Import { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>The text of a template, before and after its transforms.</summary>
internal sealed record TemplateState(string Id, string Original, string? Processed);

internal static class StackNames
{
    public static string NameOf(string id) => id.Split('/') is [_, var name, ..] ? name : id;

    public static bool IsId(string text) => text.StartsWith("arn:", StringComparison.Ordinal);

    public static StackFacts Facts(this StackState stack) => stack.FactsFor(stack.Inputs);

    public static StackFacts FactsFor(this StackState stack, StackInputs inputs) => new()
    {
        AccountId = stack.Home.AccountId, Region = stack.Home.Region, StackName = stack.Name, StackId = stack.Id, NotificationArns = inputs.NotificationArns,
    };
}
