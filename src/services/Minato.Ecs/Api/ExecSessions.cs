using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Minato.Contracts.Ecs;
using Minato.Engines.Sessions;
using Minato.Platform;

namespace Minato.Ecs.Api;

/// <summary>
/// Sessions of ExecuteCommand from the answer to their end. They are kept in memory: no connection outlives the server either.
/// </summary>
internal sealed class ExecSessions(Installation installation, Ids ids, TimeProvider clock) : ISessionOwner, IResettable
{
    /// <summary>AWS: of one container at a time.</summary>
    public const int MostOfAContainer = 1000;

    /// <summary>From the answer to the connection.</summary>
    public static readonly TimeSpan TokenLifetime = TimeSpan.FromMinutes(1);
    private const int TokenLength = 64;
    private const int SessionIdLength = 17;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _ofContainer = new(StringComparer.Ordinal);
    private readonly Queue<(string SessionId, DateTimeOffset Until)> _offers = new(); // All live equally long: the oldest is first.

    /// <returns>Null when the container has as many as it may.</returns>
    public Session? Offer(string? engine, string containerId, string commandLine, ImmutableArray<string> command)
    {
        lock (_gate)
        {
            Forget();
            var count = _ofContainer.GetValueOrDefault(containerId);
            if (count >= MostOfAContainer) return null;
            var id = $"ecs-execute-command-{ids.Hex(SessionIdLength)}";
            var token = ids.UrlSafe(TokenLength);
            var until = clock.GetUtcNow() + TokenLifetime;
            _entries[id] = new(new(id, engine, containerId, commandLine, command), token, until, IsClaimed: false);
            _ofContainer[containerId] = count + 1;
            _offers.Enqueue((id, until));
            return new() { SessionId = id, StreamUrl = StreamUrl(id), TokenValue = token };
        }
    }

    public SessionGrant? Claim(string sessionId, string token)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(sessionId, out var entry) || entry.IsClaimed || entry.Until <= clock.GetUtcNow()) return null;
            if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(entry.Token))) return null;
            _entries[sessionId] = entry with { IsClaimed = true };
            return entry.Grant;
        }
    }

    public void Ended(string sessionId)
    {
        lock (_gate) Remove(sessionId);
    }

    public ValueTask ResetAsync(CancellationToken ct)
    {
        lock (_gate)
        {
            _entries.Clear();
            _ofContainer.Clear();
            _offers.Clear();
        }
        return ValueTask.CompletedTask;
    }

    private void Forget()
    {
        while (_offers.TryPeek(out var oldest) && oldest.Until <= clock.GetUtcNow())
        {
            _offers.Dequeue();
            if (_entries.TryGetValue(oldest.SessionId, out var entry) && !entry.IsClaimed) Remove(oldest.SessionId);
        }
    }

    private void Remove(string sessionId)
    {
        if (!_entries.Remove(sessionId, out var entry)) return;
        var container = entry.Grant.ContainerId;
        if (_ofContainer[container] > 1) _ofContainer[container]--;
        else _ofContainer.Remove(container);
    }

    private string StreamUrl(string id) =>
        new UriBuilder(new Uri(installation.Endpoint, SessionPath.Prefix + id)) { Scheme = "ws", Query = "role=publish_subscribe" }.Uri.ToString();

    private sealed record Entry(SessionGrant Grant, string Token, DateTimeOffset Until, bool IsClaimed);
}
