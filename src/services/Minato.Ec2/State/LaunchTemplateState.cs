using System.Text.Json.Serialization;
using Minato.Contracts.Ec2;
using Minato.Platform;

namespace Minato.Ec2.State;

/// <summary>A launch template. What its versions say is stored apart: each is written once and never changed.</summary>
internal sealed record LaunchTemplateState
{
    public required ResourceKey Key { get; init; }
    public required string Name { get; init; }
    public required string CreatedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public long DefaultVersion { get; init; } = 1;
    public long LatestVersion { get; init; } = 1;

    /// <summary>AWS: the number of a version is never given again, not even when the latest is deleted.</summary>
    public long NextVersion { get; init; } = 2;
    public string? ClientToken { get; init; }
}

internal sealed record LaunchTemplateVersionKey(ResourceKey Template, long Number) : IComparable<LaunchTemplateVersionKey>
{
    public int CompareTo(LaunchTemplateVersionKey? other) =>
        other is null ? 1 : Template.CompareTo(other.Template) is not 0 and var order ? order : Number.CompareTo(other.Number);

    public override string ToString() => $"{Template}/{Number:D10}";
}

/// <summary>One version of a launch template, as it is answered.</summary>
internal sealed record LaunchTemplateVersionState
{
    public required LaunchTemplateVersionKey Key { get; init; }
    public required string CreatedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public string? Description { get; init; }
    public required ResponseLaunchTemplateData Data { get; init; }
    public string? ClientToken { get; init; }
}

internal static class LaunchTemplateTables
{
    public static readonly Table<ResourceKey, LaunchTemplateState> Templates =
        new("ec2.launch-templates", t => t.Key, () => LaunchTemplateJson.Default.LaunchTemplateState);
    public static readonly Index<Home, ResourceKey, LaunchTemplateState> TemplatesByHome = Templates.AddIndex("home", t => t.Key.Home);
    public static readonly Index<(Home, string), ResourceKey, LaunchTemplateState> TemplatesByName = Templates.AddIndex("name", t => (t.Key.Home, t.Name));

    public static readonly Table<LaunchTemplateVersionKey, LaunchTemplateVersionState> Versions =
        new("ec2.launch-template-versions", v => v.Key, () => LaunchTemplateJson.Default.LaunchTemplateVersionState);
    public static readonly Index<ResourceKey, LaunchTemplateVersionKey, LaunchTemplateVersionState> VersionsByTemplate =
        Versions.AddIndex("template", v => v.Key.Template);
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(LaunchTemplateState))]
[JsonSerializable(typeof(LaunchTemplateVersionState))]
[JsonSerializable(typeof(RequestLaunchTemplateData))]
internal sealed partial class LaunchTemplateJson : JsonSerializerContext;
