using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Minato.CloudFormation.Templates;

/// <summary>A template that was read and found sound in itself. Nobody changes what it holds.</summary>
internal sealed record Template
{
    /// <summary>After transforms.</summary>
    public required JsonObject Root { get; init; }
    public string? Description { get; init; }
    public JsonNode? Metadata { get; init; }
    public ImmutableArray<string> Transforms { get; init; } = [];

    // In the order of the template.
    public required IReadOnlyDictionary<string, ParameterDefinition> Parameters { get; init; }
    public required JsonObject Mappings { get; init; }
    public required JsonObject Conditions { get; init; }
    public required JsonObject Rules { get; init; }
    public required IReadOnlyDictionary<string, ResourceDefinition> Resources { get; init; }
    public required IReadOnlyDictionary<string, OutputDefinition> Outputs { get; init; }

    public bool HasLanguageExtensions => Transforms.Contains(LanguageExtensions.Name);
}

/// <summary>A parameter as declared.</summary>
internal sealed record ParameterDefinition
{
    public required string Name { get; init; }
    public required string Type { get; init; }
    public string? Default { get; init; }
    public bool NoEcho { get; init; }
    public string? Description { get; init; }
    public ImmutableArray<string> AllowedValues { get; init; } = [];
    public string? AllowedPattern { get; init; }
    public string? ConstraintDescription { get; init; }
    public int? MinLength { get; init; }
    public int? MaxLength { get; init; }
    public decimal? MinValue { get; init; }
    public decimal? MaxValue { get; init; }

    public bool IsFromSsm => Type.StartsWith("AWS::SSM::Parameter::Value<", StringComparison.Ordinal);

    /// <summary>What the value is like once it is there.</summary>
    public string ValueType => IsFromSsm ? Type["AWS::SSM::Parameter::Value<".Length..^1] : Type;

    public bool IsList => ValueType is "CommaDelimitedList" || ValueType.StartsWith("List<", StringComparison.Ordinal);
}

/// <summary>A resource as declared.</summary>
internal sealed record ResourceDefinition
{
    public required string LogicalId { get; init; }
    public required string Type { get; init; }
    public JsonObject Properties { get; init; } = [];
    public ImmutableArray<string> DependsOn { get; init; } = [];
    public string? Condition { get; init; }
    public JsonNode? Metadata { get; init; }
    public JsonNode? CreationPolicy { get; init; }
    public JsonNode? UpdatePolicy { get; init; }

    /// <summary>Text, or a function that gives it under AWS::LanguageExtensions.</summary>
    public JsonNode? DeletionPolicy { get; init; }
    public JsonNode? UpdateReplacePolicy { get; init; }
}

/// <summary>An output as declared.</summary>
internal sealed record OutputDefinition
{
    public required string Name { get; init; }
    public required JsonNode Value { get; init; }
    public string? Description { get; init; }
    public JsonNode? ExportName { get; init; }
    public string? Condition { get; init; }
}
