using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Minato.Platform;

/// <summary>
/// How one room learns that it should look at another again: "something about this ARN changed". A hint carries no state and may be
/// lost or repeated; whoever hears it reads through the other room's AWS interface. It only saves waiting for the next look.
/// </summary>
public sealed class Hints
{
    private readonly ConcurrentDictionary<string, ImmutableArray<Action<string>>> _listeners = new(StringComparer.Ordinal);

    /// <param name="topic">What may have changed, e.g. <c>elb.target-health</c>.</param>
    /// <param name="resource">ARN of the changed resource.</param>
    public void Publish(string topic, string resource)
    {
        if (!_listeners.TryGetValue(topic, out var listeners)) return;
        foreach (var listener in listeners) listener(resource);
    }

    /// <param name="topic">What to listen to.</param>
    /// <param name="listener">Called on the publisher's thread: enqueue a key and return.</param>
    public void Subscribe(string topic, Action<string> listener) =>
        _listeners.AddOrUpdate(topic, _ => [listener], (_, all) => all.Add(listener));
}
