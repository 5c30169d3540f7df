namespace Minato.Engines.EcsAgent;

/// <summary>What differs between versions of the agent.</summary>
internal static class AgentVersions
{
    private static readonly Version s_stopsByManifest = new(1, 86, 3);

    public static bool StopsByManifest(string? version) => Version.TryParse(version, out var known) && known >= s_stopsByManifest;
}
