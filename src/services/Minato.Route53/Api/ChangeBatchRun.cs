using System.Collections.Immutable;
using Minato.Contracts.Route53;
using Minato.Engines.Dns;
using Minato.Platform;
using Minato.Route53.Planning;
using Minato.Route53.State;
using Change = Minato.Contracts.Route53.Change;

namespace Minato.Route53.Api;

/// <summary>One batch of changes on its way into a zone: applied one by one, judged by what comes out.</summary>
internal sealed class ChangeBatchRun(Transaction tx, ZoneState zone)
{
    private readonly List<string> _faults = [];
    private readonly Dictionary<RecordKey, ChangeAction> _seen = [];
    private readonly HashSet<NodeKey> _touched = [];
    private readonly HashSet<RecordKey> _put = [];
    private readonly List<ResourceRecordSet> _aliases = [];

    /// <returns>What is wrong with the batch; empty when nothing is.</returns>
    public List<string> Run(ImmutableArray<Change> changes)
    {
        foreach (var change in changes) Apply(change);
        foreach (var node in _touched) _faults.AddRange(NodeRules.Faults([.. tx.Where(Route53Tables.RecordsByNode, node)], _put, zone));
        foreach (var alias in _aliases) CheckTarget(alias);
        if (_touched.Contains(new(zone.Id, RecordKey.Reversed(zone.Domain)))) CheckApex();
        return _faults;
    }

    private void Apply(Change change)
    {
        var asked = change.ResourceRecordSet;
        if (!DnsName.TryParse(asked.Name, out var name))
        {
            _faults.Add(NameFaults.Of(asked.Name));
            return;
        }

        if (asked.AliasTarget is { } alias && !DnsName.TryParse(alias.DNSName, out _))
        {
            _faults.Add(NameFaults.Of(alias.DNSName));
            return;
        }

        var set = RecordRules.Normal(asked, name);
        if (!zone.Domain.Holds(name))
        {
            _faults.Add($"RRSet with DNS name {name} is not permitted in zone {zone.Name}");
            return;
        }

        var key = RecordKey.Of(zone.Id, name, set.Type, set.SetIdentifier);
        if (_seen.TryGetValue(key, out var before) && !(before == ChangeAction.Delete && change.Action == ChangeAction.Create))
        {
            _faults.Add($"The request contains an invalid set of changes for a resource record set '{set.Type.ToWire()} {set.Name}'");
            return;
        }

        _seen[key] = change.Action;
        _touched.Add(key.Node);
        if (change.Action == ChangeAction.Delete) Delete(key, set);
        else Put(key, set, change.Action);
    }

    private void Delete(RecordKey key, ResourceRecordSet set)
    {
        var there = tx.Find(Route53Tables.Records, key);
        if (there is null) _faults.Add($"Tried to delete resource record set {RecordRules.Shown(set)} but it was not found");
        else if (!RecordRules.IsSame(there.Set, set)) _faults.Add($"Tried to delete resource record set {RecordRules.Shown(set)} but the values provided do not match the current values");
        else tx.Delete(Route53Tables.Records, key);
    }

    private void Put(RecordKey key, ResourceRecordSet set, ChangeAction action)
    {
        var faults = _faults.Count;
        _faults.AddRange(RecordRules.ValueFaults(set, zone.Domain));
        if (action == ChangeAction.Create && tx.Find(Route53Tables.Records, key) is not null)
            _faults.Add($"Tried to create resource record set {RecordRules.Shown(set)} but it already exists");
        if (set.HealthCheckId is { } check && tx.Find(Route53Tables.HealthChecks, check)?.AccountId != zone.AccountId)
            throw new NoSuchHealthCheck($"No health check exists with the specified ID {check}.");
        if (set.CidrRoutingConfig is { } cidr) CheckCidr(cidr, set);
        if (_faults.Count > faults) return;
        tx.Put(Route53Tables.Records, new RecordState(key, zone.AccountId, set));
        _put.Add(key);
        if (set.AliasTarget is not null) _aliases.Add(set);
    }

    // AWS: who asks a private zone is always in its VPC, so its records are not chosen by ranges.
    private void CheckCidr(CidrRoutingConfig cidr, ResourceRecordSet set)
    {
        if (tx.Find(Route53Tables.CidrCollections, cidr.CollectionId) is not { } collection || collection.AccountId != zone.AccountId)
            throw new InvalidInput($"The CIDR collection {cidr.CollectionId} doesn't exist.");
        if (zone.IsPrivate) _faults.Add($"RRSet with DNS name {set.Name}, type {set.Type.ToWire()} cannot be created: IP-based routing is not supported in private hosted zones");
        else if (cidr.LocationName != CidrCollectionState.DefaultLocation && !collection.Locations.Contains(cidr.LocationName))
            _faults.Add($"RRSet with DNS name {set.Name}, type {set.Type.ToWire()} cannot be created as CIDR location {cidr.LocationName} was not found in collection {cidr.CollectionId}");
    }

    /// <summary>AWS: an alias to a record names one of the same zone and type that is there.</summary>
    private void CheckTarget(ResourceRecordSet set)
    {
        if (set.AliasTarget is not { } alias) return;
        var target = DnsName.Parse(alias.DNSName);
        var what = $"Tried to create an alias that targets {alias.DNSName}, type {set.Type.ToWire()} in zone {alias.HostedZoneId},";
        if (tx.Find(Route53Tables.Zones, alias.HostedZoneId) is null)
        {
            // Zones of AWS's own services are not here. What lies in this zone lies in none of them.
            if (zone.Domain.Holds(target)) _faults.Add($"{what} but the alias target name does not lie within the target zone");
            return;
        }

        var isWithin = alias.HostedZoneId == zone.Id && zone.Domain.Holds(target);
        if (!isWithin) _faults.Add($"{what} but the alias target name does not lie within the target zone");
        if (!isWithin || alias.DNSName == set.Name || !tx.Where(Route53Tables.RecordsByNode, new(zone.Id, RecordKey.Reversed(target))).Any(r => r.Set.Type == set.Type))
            _faults.Add($"{what} but that target was not found");
    }

    private void CheckApex()
    {
        var types = tx.Where(Route53Tables.RecordsByNode, new(zone.Id, RecordKey.Reversed(zone.Domain))).Select(r => r.Set.Type).ToHashSet();
        if (!types.Contains(RRType.Soa)) _faults.Add("A HostedZone must contain exactly one SOA record.");
        if (!types.Contains(RRType.Ns)) _faults.Add("A HostedZone must contain at least one NS record for the zone itself.");
    }
}
