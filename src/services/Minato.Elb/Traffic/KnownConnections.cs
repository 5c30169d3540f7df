using Minato.Engines.Proxy;

namespace Minato.Elb.Traffic;

/// <summary>Tells the first request of a connection from those that follow. It remembers so many connections, and of those it forgets the oldest first.</summary>
internal sealed class KnownConnections
{
    private const int Most = 65_536;
    private readonly HashSet<(string Listener, string Client, int Port, DateTimeOffset Since)> known = [];
    private readonly Queue<(string Listener, string Client, int Port, DateTimeOffset Since)> order = new();

    public bool IsNew(string listener, ProxyRequestDetails request)
    {
        var connection = (listener, request.ClientAddress, request.ClientPort, request.ConnectedAt ?? request.BeganAt);
        if (!known.Add(connection)) return false;
        order.Enqueue(connection);
        if (order.Count > Most) known.Remove(order.Dequeue());
        return true;
    }
}
