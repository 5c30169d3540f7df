using System.Text.Json.Serialization;
using Minato.Platform;

namespace Minato.CloudFormation.State;

internal static class CloudFormationTables
{
    public static readonly Table<string, StackState> Stacks = new("cloudformation.stacks", s => s.Id, () => CloudFormationJson.Default.StackState);
    public static readonly Index<(Home, string), string, StackState> LiveByName =
        Stacks.AddIndex<(Home, string)>("name", s => s.IsLive ? (s.Home, s.Name) : null);
    public static readonly Index<Home, string, StackState> StacksByHome = Stacks.AddIndex<Home>("home", s => s.Home);
    public static readonly Index<string, string, StackState> StacksByParent = Stacks.AddIndex<string>("parent", s => s.ParentId);

    public static readonly Table<string, TemplateState> Templates = new("cloudformation.templates", t => t.Id, () => CloudFormationJson.Default.TemplateState);

    public static readonly Table<string, ResourceState> Resources = new("cloudformation.resources", r => r.Key, () => CloudFormationJson.Default.ResourceState);
    public static readonly Index<string, string, ResourceState> ResourcesByStack = Resources.AddIndex<string>("stack", r => r.StackId);
    public static readonly Index<(Home, string), string, ResourceState> ResourcesByPhysicalId =
        Resources.AddIndex<(Home, string)>("physical", r => r.PhysicalId is { } id ? (r.Home, id) : null);

    public static readonly Table<string, EventState> Events = new("cloudformation.events", e => e.Key, () => CloudFormationJson.Default.EventState);
    public static readonly Index<string, string, EventState> EventsByStack = Events.AddIndex<string>("stack", e => e.StackId);

    public static readonly Table<string, ExportState> Exports = new("cloudformation.exports", e => e.Key, () => CloudFormationJson.Default.ExportState);
    public static readonly Index<Home, string, ExportState> ExportsByHome = Exports.AddIndex<Home>("home", e => e.Home);
    public static readonly Index<string, string, ExportState> ExportsByStack = Exports.AddIndex<string>("stack", e => e.StackId);

    public static readonly Table<string, ImportState> Imports = new("cloudformation.imports", i => i.Key, () => CloudFormationJson.Default.ImportState);
    public static readonly Index<string, string, ImportState> ImportsByExport = Imports.AddIndex<string>("export", i => i.ExportKey);
    public static readonly Index<string, string, ImportState> ImportsByStack = Imports.AddIndex<string>("stack", i => i.StackId);

    public static readonly Table<string, ChangeSetState> ChangeSets = new("cloudformation.change-sets", c => c.Id, () => CloudFormationJson.Default.ChangeSetState);
    public static readonly Index<string, string, ChangeSetState> ChangeSetsByStack = ChangeSets.AddIndex<string>("stack", c => c.StackId);

    public static readonly Table<string, SignalState> Signals = new("cloudformation.signals", s => s.Key, () => CloudFormationJson.Default.SignalState);
    public static readonly Index<string, string, SignalState> SignalsByResource = Signals.AddIndex<string>("resource", s => s.ResourceKey);

    public static readonly Table<string, AnswerState> Answers = new("cloudformation.answers", a => a.RequestId, () => CloudFormationJson.Default.AnswerState);
    public static readonly Index<string, string, AnswerState> AnswersByResource = Answers.AddIndex<string>("resource", a => a.ResourceKey);

    public static readonly Table<string, DetectionState> Detections = new("cloudformation.detections", d => d.Id, () => CloudFormationJson.Default.DetectionState);
    public static readonly Index<string, string, DetectionState> DetectionsByStack = Detections.AddIndex<string>("stack", d => d.StackId);

    public static readonly Table<string, DriftState> Drifts = new("cloudformation.drifts", d => d.ResourceKey, () => CloudFormationJson.Default.DriftState);
    public static readonly Index<string, string, DriftState> DriftsByStack = Drifts.AddIndex<string>("stack", d => d.StackId);
}

// Names, not numbers: an enumeration of the model may get new values in between.
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(StackState))]
[JsonSerializable(typeof(TemplateState))]
[JsonSerializable(typeof(ResourceState))]
[JsonSerializable(typeof(EventState))]
[JsonSerializable(typeof(ExportState))]
[JsonSerializable(typeof(ImportState))]
[JsonSerializable(typeof(ChangeSetState))]
[JsonSerializable(typeof(SignalState))]
[JsonSerializable(typeof(AnswerState))]
[JsonSerializable(typeof(DetectionState))]
[JsonSerializable(typeof(DriftState))]
internal sealed partial class CloudFormationJson : JsonSerializerContext;
