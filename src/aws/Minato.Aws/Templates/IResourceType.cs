using System.Text.Json.Nodes;

namespace Minato.Aws.Templates;

/// <summary>
/// A kind of resource that templates can name. A room registers its own (as singletons of this interface) and works through its own AWS
/// interface alone, so what a template makes is what a call would make. Handlers do a short piece of work and say how far they are; none
/// waits. One that is called again with the same <see cref="ResourceRequest.ClientToken"/>, after a crash, must find what it made.
/// </summary>
public interface IResourceType
{
    /// <summary>Such as <c>AWS::ECS::Service</c>.</summary>
    string TypeName { get; }
    ResourceTypeSchema Schema { get; }

    ValueTask<ResourceProgress> CreateAsync(ResourceRequest request, CancellationToken ct);

    /// <summary>Asked only when no property that <see cref="ResourceTypeSchema.CreateOnly"/> names has changed.</summary>
    ValueTask<ResourceProgress> UpdateAsync(ResourceRequest request, CancellationToken ct);

    /// <summary>What is not there any more is deleted with success.</summary>
    ValueTask<ResourceProgress> DeleteAsync(ResourceRequest request, CancellationToken ct);

    /// <summary>The resource as it is now, for drift and import.</summary>
    /// <returns>Null when it is not there.</returns>
    ValueTask<ResourceModel?> ReadAsync(ResourceRequest request, CancellationToken ct);

    /// <summary>The template's update policy makes another resource of what would be changed in place.</summary>
    bool IsReplacedBy(JsonObject updatePolicy, JsonObject before, JsonObject after) => false;
}

/// <summary>What the engine must know of a type before it calls a handler.</summary>
public sealed record ResourceTypeSchema
{
    /// <summary>Properties that a template must give.</summary>
    public IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>All properties that a template may give; one that is not among them is refused as AWS refuses it. Empty: any.</summary>
    public IReadOnlyList<string> Properties { get; init; } = [];

    /// <summary>Another value of these makes another resource.</summary>
    public IReadOnlyList<string> CreateOnly { get; init; } = [];

    /// <summary>Names that <c>Fn::GetAtt</c> takes; dots are part of a name.</summary>
    public IReadOnlyList<string> Attributes { get; init; } = [];

    /// <summary>Properties that identify a resource for an import, in order.</summary>
    public IReadOnlyList<string> Identifiers { get; init; } = [];

    /// <summary>The property that holds tags, if the type has tags: the stack's own are added to it as it is shaped there.</summary>
    public string? Tags { get; init; }

    /// <summary>A DeletionPolicy of Snapshot makes sense. AWS: refused for all other types.</summary>
    public bool HasSnapshots { get; init; }
}

/// <summary>What is asked of a handler. Values of properties are resolved: no intrinsic function is left.</summary>
public sealed record ResourceRequest
{
    /// <summary>The stack's role, or who made the stack; account and region are the stack's.</summary>
    public required Caller Caller { get; init; }
    public required string StackId { get; init; }
    public required string StackName { get; init; }
    public required string LogicalResourceId { get; init; }

    /// <summary>Null until a create handler has told it. A create handler that is called again gets what it told.</summary>
    public string? PhysicalResourceId { get; init; }
    public JsonObject Properties { get; init; } = [];

    /// <summary>Of the last successful operation; given to updates.</summary>
    public JsonObject PreviousProperties { get; init; } = [];

    /// <summary>Tags of the stack, and those that CloudFormation adds (<c>aws:cloudformation:stack-name</c> and its like).</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>The same for every attempt at this operation: made of the stack's operation and the resource.</summary>
    public required string ClientToken { get; init; }

    /// <summary>How an update is to go about it, by the template; given to updates.</summary>
    public JsonObject? UpdatePolicy { get; init; }

    /// <summary>Who has said of itself by now whether it works (<c>SignalResource</c>), and whether it does; given to updates.</summary>
    public IReadOnlyDictionary<string, bool> Signals { get; init; } = new Dictionary<string, bool>();

    /// <summary>What the handler's last answer left for itself.</summary>
    public string? Context { get; init; }

    /// <summary>When the operation on this resource began; what takes too long is judged by it.</summary>
    public DateTimeOffset Since { get; init; }
}

/// <summary>The state of a resource: what Ref and Fn::GetAtt answer, and for reads its properties.</summary>
public sealed record ResourceModel
{
    /// <summary>Values by the names of <see cref="ResourceTypeSchema.Attributes"/>.</summary>
    public JsonObject Attributes { get; init; } = [];
    public JsonObject Properties { get; init; } = [];
}
