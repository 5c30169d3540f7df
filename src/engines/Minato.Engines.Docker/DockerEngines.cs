using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Minato.Engines.Containers;

namespace Minato.Engines.Docker;

/// <summary>The Docker Engine of this machine, and those of others that <see cref="RemoteEngines"/> knows.</summary>
internal sealed class DockerEngines(IContainerEngine local, RemoteEngines remotes, DockerEngineOptions options, ILogger<DockerEngine> log) : IContainerEngines, IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Connection>> connections = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Known => remotes.Names;

    public IContainerEngine Of(string? name)
    {
        if (name is null) return local;
        var remote = remotes.Find(name) ?? throw new EngineUnavailableException(
            $"The Docker Engine {name} is not known here. Add it with its certificates: `./minato instances add --engine {name} --tls DIR`.");
        return connections.GetOrAdd(name, static (_, made) => new(() => made.Item1.Connect(made.remote)), (this, remote)).Value.Engine;
    }

    public void Dispose()
    {
        foreach (var connection in connections.Values.Where(c => c.IsValueCreated))
        {
            connection.Value.Engine.Dispose();
            connection.Value.Client.Dispose();
        }
    }

    private Connection Connect(RemoteEngine remote)
    {
        var there = options with { Remote = remote };
        var client = new DockerClient(there);
        return new(client, new(client, there, log));
    }

    private sealed record Connection(DockerClient Client, DockerEngine Engine);
}
