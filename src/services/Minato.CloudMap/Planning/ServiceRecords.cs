using System.Collections.Immutable;
using Minato.CloudMap.State;
using Minato.Contracts.Route53;
using Minato.Contracts.Servicediscovery;
using DnsName = Minato.Engines.Dns.DnsName;

namespace Minato.CloudMap.Planning;

/// <summary>The record sets that a service has in its namespace's zone.</summary>
internal static class ServiceRecords
{
    public static ImmutableArray<ResourceRecordSet> Plan(ServiceState service, NamespaceState ns, IReadOnlyCollection<InstanceState> instances)
    {
        if (service.DnsConfig is not { DnsRecords: { Length: > 0 } records } config) return [];
        var name = $"{service.Name}.{ns.Name}.".ToLowerInvariant();
        // AWS: who says it is ill is not answered, unless all say so.
        var well = instances.Where(i => i.CustomHealth != CustomHealthStatus.Unhealthy).ToList();
        var sets = ImmutableArray.CreateBuilder<ResourceRecordSet>();
        foreach (var instance in well.Count > 0 ? well : instances)
        {
            foreach (var record in records) sets.Add(Of(config, record, instance, name));
            // The target of an SRV record needs addresses of its own.
            if (records.FirstOrDefault(r => r.Type == RecordType.Srv) is { } srv) sets.AddRange(HostOf(instance, srv.TTL, name));
        }

        return sets.ToImmutable();
    }

    /// <summary>Whether a record set of the zone is one of the service's.</summary>
    public static bool IsOf(ServiceState service, NamespaceState ns, ResourceRecordSet set)
    {
        var name = $"{service.Name}.{ns.Name}.".ToLowerInvariant();
        return set.Name == name || set.Name.EndsWith("." + name, StringComparison.Ordinal);
    }

    private static ResourceRecordSet Of(DnsConfig config, DnsRecord record, InstanceState instance, string name)
    {
        var set = new ResourceRecordSet
        {
            Name = name, Type = Type(record.Type), TTL = record.TTL, SetIdentifier = instance.Key.Id, HealthCheckId = instance.HealthCheckId,
            ResourceRecords = [new() { Value = Value(record.Type, instance, name) }],
        };
        return config.RoutingPolicy == RoutingPolicy.Weighted ? set with { Weight = 1 } : set with { MultiValueAnswer = true };
    }

    private static string Value(RecordType type, InstanceState instance, string name) => type switch
    {
        RecordType.A => instance.Attributes[InstanceAttributes.Ipv4],
        RecordType.Aaaa => instance.Attributes[InstanceAttributes.Ipv6],
        RecordType.Cname => instance.Attributes[InstanceAttributes.Cname],
        _ => $"1 1 {instance.Attributes[InstanceAttributes.Port]} {HostName(instance, name)}",
    };

    private static IEnumerable<ResourceRecordSet> HostOf(InstanceState instance, long ttl, string name)
    {
        foreach (var (attribute, type) in new[] { (InstanceAttributes.Ipv4, RRType.A), (InstanceAttributes.Ipv6, RRType.Aaaa) })
        {
            if (instance.Attributes.GetValueOrDefault(attribute) is { } address)
                yield return new() { Name = HostName(instance, name), Type = type, TTL = ttl, ResourceRecords = [new() { Value = address }] };
        }
    }

    /// <summary>As Route 53 lists it: in small letters, and the colon of 10.0.0.5:80 as an octal number.</summary>
    private static string HostName(InstanceState instance, string name)
    {
        var text = $"{instance.Key.Id}.{name}";
        return DnsName.TryParse(text, out var host) ? host.ToString() : text; // Route 53 says why it is none.
    }

    private static RRType Type(RecordType type) => type switch
    {
        RecordType.A => RRType.A, RecordType.Aaaa => RRType.Aaaa, RecordType.Cname => RRType.Cname, _ => RRType.Srv,
    };
}
