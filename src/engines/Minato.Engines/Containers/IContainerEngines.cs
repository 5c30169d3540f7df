namespace Minato.Engines.Containers;

/// <summary>The container engines of an installation: that of this machine, and those of others, each by its name.</summary>
public interface IContainerEngines
{
    /// <summary>Those on other machines that may be used.</summary>
    IReadOnlyCollection<string> Known { get; }

    /// <returns>The engine of that name; that of this machine for null. One that cannot be reached says so when it is used.</returns>
    IContainerEngine Of(string? name);
}

/// <summary>There is only the engine of this machine.</summary>
public sealed class LoneEngine(IContainerEngine engine) : IContainerEngines
{
    public IReadOnlyCollection<string> Known => [];

    public IContainerEngine Of(string? name) => name is null ? engine : throw new EngineUnavailableException($"The container engine {name} is not known.");
}
