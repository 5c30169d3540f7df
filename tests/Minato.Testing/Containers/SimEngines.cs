using Minato.Engines.Containers;

namespace Minato.Testing.Containers;

/// <summary>The simulated engine of the world's machine, and those of other machines by name.</summary>
public sealed class SimEngines(IContainerEngine local, IReadOnlyDictionary<string, SimHost> others) : IContainerEngines
{
    private readonly Dictionary<string, SimContainerEngine> _others = others.ToDictionary(o => o.Key, o => new SimContainerEngine(o.Value, "sim"), StringComparer.Ordinal);

    public IReadOnlyCollection<string> Known => _others.Keys;

    public IContainerEngine Of(string? name) => name is null ? local
        : _others.TryGetValue(name, out var engine) ? engine : throw new EngineUnavailableException($"The container engine {name} is not known.");
}
