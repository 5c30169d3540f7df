using System.Collections.Immutable;
using Minato.Engines.Dns;
using Minato.Platform;
using Minato.Route53.Planning.Answers;
using Minato.Route53.State;

namespace Minato.Route53.Reconcile;

/// <summary>There is one table of answers for the whole installation, so there is one key.</summary>
internal sealed record AnswersKey
{
    public static readonly AnswersKey Only = new();
}

/// <summary>
/// Keeps the table that queries are answered out of as the state has it. It takes note of each commit and compiles the names that
/// changed, many commits at a time: a query never looks into the state.
/// </summary>
internal sealed class AnswersPublisher : IReconciler<AnswersKey>
{
    private readonly Lock _gate = new();
    private readonly Store _store;
    private readonly IDnsServer? _server;
    private readonly SourceMap _sources;
    private readonly Dictionary<string, ZoneTable> _zones = new(StringComparer.Ordinal);
    private HashSet<NodeKey> _names = [];
    private HashSet<string> _changedZones = [];
    private Snapshot? _told;
    private Snapshot? _applied;
    private DnsTable _table = DnsTable.Empty;
    private bool _isBuilt;

    public AnswersPublisher(Store store, Route53Options options, IDnsServer? server = null)
    {
        _store = store;
        _server = server;
        _sources = new(options.Sources);
        store.Subscribe(Note);
    }

    /// <summary>What is answered now.</summary>
    public DnsTable Table => Volatile.Read(ref _table);

    /// <summary>A state that every answer has in it, at least.</summary>
    public Snapshot? Applied => Volatile.Read(ref _applied);

    /// <summary>What a name of these zones stands for; null for names of others.</summary>
    public string? AddressOf(string? name)
    {
        if (!DnsName.TryParse(name, out var parsed)) return null;
        var reply = new DnsReply(1);
        Table.Answer(new(parsed.Wire, DnsTypes.A, default), reply);
        foreach (var answer in reply.Answers)
        {
            if (answer.Type == DnsTypes.A) return new System.Net.IPAddress(answer.Data).ToString();
        }

        return null;
    }

    public ValueTask<Next> ReconcileAsync(AnswersKey key, CancellationToken ct)
    {
        HashSet<NodeKey> names;
        HashSet<string> zones;
        Snapshot state;
        Snapshot told;
        lock (_gate)
        {
            (names, zones, _names, _changedZones) = (_names, _changedZones, [], []);
            state = _store.Current;
            told = _told ?? state;
        }

        if (!_isBuilt) Build(state);
        else Update(state, zones, names);
        _isBuilt = true;
        var table = new DnsTable(
            _zones.Values.OrderBy(z => z.CreatedAt).ThenBy(z => z.Id, StringComparer.Ordinal),
            [.. state.All(Route53Tables.HealthStatuses).Where(s => !s.IsHealthy).Select(s => s.Id)], state.All(Route53Tables.Balancers), _sources,
            state.All(Route53Tables.CidrCollections));
        Volatile.Write(ref _table, table);
        _server?.Serve(table);
        Volatile.Write(ref _applied, told);
        return ValueTask.FromResult(Next.Done);
    }

    // On the thread that commits: nothing is compiled here.
    private void Note(ChangeSet changes)
    {
        lock (_gate)
        {
            _told = changes.After;
            foreach (var change in changes.Changes)
            {
                if (change is Change<RecordKey, RecordState> record) _names.Add(record.Key.Node);
                else if (change is Change<string, ZoneState> zone) _changedZones.Add(zone.Key);
            }
        }
    }

    private void Build(Snapshot state)
    {
        foreach (var zone in state.All(Route53Tables.Zones))
            _zones[zone.Id] = Compiled(state, ZoneTable.Of(zone, null), state.Where(Route53Tables.RecordsByZone, zone.Id).Select(r => r.Key.Node).Distinct());
    }

    private void Update(Snapshot state, HashSet<string> zones, HashSet<NodeKey> names)
    {
        foreach (var id in zones)
        {
            if (state.Find(Route53Tables.Zones, id) is { } zone) _zones[id] = ZoneTable.Of(zone, _zones.GetValueOrDefault(id));
            else _zones.Remove(id);
        }

        foreach (var zone in names.GroupBy(n => n.ZoneId))
        {
            if (_zones.TryGetValue(zone.Key, out var table)) _zones[zone.Key] = Compiled(state, table, zone);
        }
    }

    private static ZoneTable Compiled(Snapshot state, ZoneTable table, IEnumerable<NodeKey> nodes) => table.With(nodes.Select(node =>
    {
        ImmutableArray<RecordState> records = [.. state.Where(Route53Tables.RecordsByNode, node)];
        var name = DnsName.Parse(node.Name == "." ? "." : string.Join('.', node.Name.TrimEnd('.').Split('.').Reverse()));
        return (name, (IReadOnlyCollection<RecordState>)records);
    }));
}

/// <summary>Answers begin with the first process, also where there is no zone yet.</summary>
internal sealed class AnswersStart(IWorkQueue<AnswersKey> queue) : IRoomService
{
    public Task RunAsync(CancellationToken ct)
    {
        queue.Enqueue(AnswersKey.Only);
        return Task.CompletedTask;
    }
}
