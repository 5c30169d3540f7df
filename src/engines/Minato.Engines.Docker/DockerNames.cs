using System.Collections.Immutable;
using System.Text.Json;
using Minato.Engines.Containers;

namespace Minato.Engines.Docker;

/// <summary>How this installation's things are called and found on the engine.</summary>
internal sealed class DockerNames(string installation)
{
    /// <summary>A query that answers with what is ours alone.</summary>
    public string OursFilter { get; } = Filter(new()
    {
        ["label"] = [$"{DockerEngineOptions.InstallationLabel}={installation}"],
    });

    /// <summary>Changes of our containers; "health_status" makes the daemon compare beginnings.</summary>
    public string EventFilter { get; } = Filter(new()
    {
        ["type"] = ["container"],
        ["label"] = [$"{DockerEngineOptions.InstallationLabel}={installation}"],
        ["event"] = ["create", "start", "die", "oom", "health_status", "destroy"],
    });

    public bool IsOurs(Dictionary<string, string>? labels) =>
        labels is not null && labels.TryGetValue(DockerEngineOptions.InstallationLabel, out var whose) && whose == installation;

    public Dictionary<string, string> Label(ImmutableSortedDictionary<string, string> own) =>
        new(own) { [DockerEngineOptions.InstallationLabel] = installation };

    public string Network(string name) => NetworkNames.Network(installation, name);

    public string Bridge(string name) => NetworkNames.Bridge(installation, name);

    private static string Filter(Dictionary<string, string[]> filter) =>
        "filters=" + Uri.EscapeDataString(JsonSerializer.Serialize(filter, DockerJson.Default.Filters));
}
