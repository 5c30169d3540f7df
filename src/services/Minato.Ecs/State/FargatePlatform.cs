namespace Minato.Ecs.State;

/// <summary>The Fargate platform versions AWS knows for Linux.</summary>
internal static class FargatePlatform
{
    public const string Latest = "1.4.0";
    private static readonly string[] Known = ["1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0"];

    /// <returns>The version a task shows: <c>LATEST</c> and nothing mean the newest.</returns>
    public static string Resolve(string? asked) => asked is null or "LATEST" ? Latest : asked;

    /// <summary>What came with the newest version only.</summary>
    public static bool Supports(string? asked, TaskDefinitionState definition) => Resolve(asked) == Latest
        || (definition.Definition.EphemeralStorage is null && (definition.Definition.Volumes ?? []).All(v => v.EfsVolumeConfiguration is null));

    public static bool IsKnown(string? asked) => asked is null or "LATEST" || Known.Contains(asked);
}
