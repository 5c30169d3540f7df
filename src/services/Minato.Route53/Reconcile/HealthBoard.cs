using System.Collections.Concurrent;
using Minato.Route53.Planning;

namespace Minato.Route53.Reconcile;

/// <summary>Where the checker stands with each endpoint, in memory.</summary>
internal sealed class HealthBoard
{
    private readonly ConcurrentDictionary<string, CheckProgress> _progress = new(StringComparer.Ordinal);

    public CheckProgress? Find(string id) => _progress.GetValueOrDefault(id);

    public void Put(string id, CheckProgress progress) => _progress[id] = progress;

    public void Forget(string id) => _progress.TryRemove(id, out _);
}
