using System.Collections.Immutable;
using Minato.CloudFormation.State;
using Minato.Contracts.CloudFormation;

namespace Minato.CloudFormation.Api;

/// <summary>What somebody wants of a stack, by whichever operation. Null leaves what the stack has.</summary>
internal sealed record StackAsked
{
    public required string Name { get; init; }
    public string? Body { get; init; }
    public string? TemplateUrl { get; init; }
    public bool UsesPreviousTemplate { get; init; }
    public ImmutableArray<Parameter> Parameters { get; init; } = [];
    public ImmutableSortedDictionary<string, string>? Tags { get; init; }
    public ImmutableArray<Capability> Capabilities { get; init; } = [];
    public ImmutableArray<string>? NotificationArns { get; init; }
    public string? RoleArn { get; init; }
    public RollbackConfiguration? RollbackConfiguration { get; init; }
    public int? TimeoutInMinutes { get; init; }
    public OnFailure? OnFailure { get; init; }
    public string? Token { get; init; }
    public string? Policy { get; init; }
    public string? PolicyDuringUpdate { get; init; }
    public bool IsProtected { get; init; }
    public bool RetainExceptOnCreate { get; init; }
    public ImmutableArray<string> ResourceTypes { get; init; } = [];

    /// <summary>Its parent answers for it.</summary>
    public bool IsNested { get; init; }

    /// <summary>A change set shows what transforms did before anything happens.</summary>
    public bool IsChangeSet { get; init; }

    public StackInputs InputsFor(string templateId, Prepared prepared, StackInputs? before) => new()
    {
        TemplateId = templateId, Description = prepared.Template.Description, Parameters = prepared.Parameters, Capabilities = [.. Capabilities.Distinct().Order()],
        Tags = Tags ?? before?.Tags ?? ImmutableSortedDictionary<string, string>.Empty, NotificationArns = NotificationArns ?? before?.NotificationArns ?? [],
        RoleArn = RoleArn ?? before?.RoleArn, MonitoringMinutes = RollbackConfiguration?.MonitoringTimeInMinutes ?? before?.MonitoringMinutes,
        Triggers = RollbackConfiguration?.RollbackTriggers is { } triggers ? [.. triggers.Select(t => new TriggerState(t.Arn, t.Type))] : before?.Triggers ?? [],
    };
}
