using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Minato.CloudFormation.Templates;

/// <summary>What the pseudo parameters answer.</summary>
internal sealed record StackFacts
{
    public required string AccountId { get; init; }
    public required string Region { get; init; }
    public required string StackName { get; init; }
    public required string StackId { get; init; }
    public ImmutableArray<string> NotificationArns { get; init; } = [];
}

/// <param name="Text">As given, or as the parameter store resolved it; a list has commas.</param>
internal sealed record ParameterValue(string Text, bool IsList = false, bool IsSecret = false);

/// <summary>A resource that is there.</summary>
internal sealed record ResourceValue(string PhysicalId, JsonObject Attributes);

/// <summary>All that a template's functions can look at. Nothing in it waits: what is elsewhere was fetched before.</summary>
internal sealed record Scope
{
    public const string Mask = "****";

    public required Template Template { get; init; }
    public required StackFacts Stack { get; init; }
    public IReadOnlyDictionary<string, ParameterValue> Parameters { get; init; } = new Dictionary<string, ParameterValue>();

    /// <summary>Null for a resource that is not there yet.</summary>
    public Func<string, ResourceValue?> Resource { get; init; } = _ => null;

    /// <summary>The value of an export; null when there is none.</summary>
    public Func<string, string?> Import { get; init; } = _ => null;

    /// <summary>Availability zones of a region; null when nobody asked for them.</summary>
    public Func<string, IReadOnlyList<string>?> Zones { get; init; } = _ => null;

    /// <summary>What refers to resources stays as it is written: for comparing what was with what is wanted.</summary>
    public bool IsSymbolic { get; init; }

    /// <summary>Parameters with NoEcho are shown as stars.</summary>
    public bool HidesSecrets { get; init; }
}
