using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

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

    /// <summary>Two installations may call a network alike.</summary>
    public string Network(string name) => $"minato-{installation}-{name}";

    /// <summary>Linux gives an interface 15 letters.</summary>
    public string Bridge(string name) =>
        "mn" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Network(name))))[..10];

    private static string Filter(Dictionary<string, string[]> filter) =>
        "filters=" + Uri.EscapeDataString(JsonSerializer.Serialize(filter, DockerJson.Default.Filters));
}
