using System.Collections.Concurrent;
using Minato.Ecr.State;

namespace Minato.Ecr.Images;

/// <summary>Pulls since they were taken away last. A process that dies takes a minute of them with it.</summary>
internal sealed class PullCounts
{
    private ConcurrentDictionary<RepositoryKey, long> _counts = new();

    public void Add(RepositoryKey repository) => _counts.AddOrUpdate(repository, 1, static (_, count) => count + 1);

    public IReadOnlyDictionary<RepositoryKey, long> TakeAway() => Interlocked.Exchange(ref _counts, new());
}
