using Minato.Engines.Dns;

namespace Minato.Route53.Planning.Answers;

internal sealed partial class DnsTable
{
    /// <summary>One question on its way through zones, names, policies and aliases: for whoever is at one address, asked by who is at the other.</summary>
    private readonly partial struct Resolution(DnsTable table, ushort type, uint source, uint asker, DnsReply reply)
    {
        private const int LongestChain = 8;

        /// <param name="owner">Null while it is the name that was asked.</param>
        public void Resolve(ZoneTable zone, DnsName name, DnsName? owner, int depth)
        {
            reply.Result = DnsResult.Success;
            if (zone.Cuts > 0 && Referral(zone, name, owner)) return;
            if (NodeFor(zone, name) is not { } node)
            {
                reply.Result = DnsResult.NoSuchName;
                Deny(zone);
                return;
            }

            var before = reply.Answers.Count;
            if (node.Find(type) is { } group) Emit(zone, group, type, owner, depth);
            else if (type is not (DnsTypes.Cname or DnsTypes.Any) && node.Find(DnsTypes.Cname) is { } cname)
            {
                Emit(zone, cname, DnsTypes.Cname, owner, depth);
                if (reply.Answers.Count > before) Follow(reply.Answers[^1].Data, depth);
            }

            if (reply.Answers.Count == before) Deny(zone);
        }

        /// <summary>Of wildcards the one at the closest name that exists (RFC 4592).</summary>
        private static Node? NodeFor(ZoneTable zone, DnsName name)
        {
            if (zone.Nodes.TryGetValue(name, out var node)) return node;
            for (var above = name; !above.Equals(zone.Domain);)
            {
                above = above.Parent;
                if (!zone.Nodes.ContainsKey(above)) continue;
                return above.Under("*") is { } wildcard && zone.Nodes.TryGetValue(wildcard, out var any) && !any.Groups.IsEmpty ? any : null;
            }

            return null;
        }

        private void Emit(ZoneTable zone, Group group, ushort wanted, DnsName? owner, int depth)
        {
            if (group.Policy == Policy.Multivalue)
            {
                foreach (var member in Multivalue(zone, group, depth)) Emit(zone, member, wanted, owner, depth);
            }
            else if (Choose(zone, group, depth) is { } chosen) Emit(zone, chosen, wanted, owner, depth);
        }

        private void Emit(ZoneTable zone, Member member, ushort wanted, DnsName? owner, int depth)
        {
            if (member.Alias is { } alias)
            {
                if (depth >= LongestChain) return;
                if (!member.IsInZone)
                {
                    if (table._balancers.TryGetValue(alias, out var balancer)) balancer.Answer(wanted, owner, asker, reply);
                }
                else if (NodeFor(zone, alias)?.Find(wanted) is { } target) Emit(zone, target, wanted, owner, depth + 1);
                return;
            }

            // AWS: all values, each time in another order.
            var count = member.Data.Length;
            var start = count > 1 ? reply.Next(count) : 0;
            for (var i = 0; i < count; i++) reply.Answers.Add(new(owner, wanted, member.Ttl, member.Data[(start + i) % count]));
        }

        private void Follow(byte[] target, int depth)
        {
            var name = DnsName.FromWire(target);
            if (table.Find(target, asker) is { } zone)
            {
                if (depth < LongestChain) Resolve(zone, name, name, depth + 1);
            }
            else if (table._balancers.TryGetValue(name, out var balancer)) balancer.Resolve(type, name, asker, reply);
            else reply.LeadsTo = name;
        }

        /// <summary>Others have it: whoever may not be sent on to them is told by the host's resolver.</summary>
        private bool Referral(ZoneTable zone, DnsName name, DnsName? owner)
        {
            DnsName? cut = null;
            for (var above = name; !above.Equals(zone.Domain); above = above.Parent)
            {
                // The highest delegation counts; a DS is the parent's own.
                if (zone.Nodes.TryGetValue(above, out var node) && node.Find(DnsTypes.Ns) is not null && !(type == 43 && above.Equals(name))) cut = above;
            }

            if (cut is null || zone.Nodes[cut].Find(DnsTypes.Ns) is not { Members: [var servers, ..] }) return false;
            reply.IsAuthoritative = owner is not null; // RFC 1035: about the name that was asked.
            reply.IsElsewhere = owner is null;
            reply.LeadsTo = owner;
            foreach (var server in servers.Data)
            {
                reply.Authority.Add(new(cut, DnsTypes.Ns, servers.Ttl, server));
                var host = DnsName.FromWire(server);
                if (!zone.Nodes.TryGetValue(host, out var glue)) continue;
                Glue(host, glue, DnsTypes.A);
                Glue(host, glue, DnsTypes.Aaaa);
            }

            return true;
        }

        private void Glue(DnsName name, Node node, ushort addresses)
        {
            if (node.Find(addresses) is not { Members: [var address, ..] }) return;
            foreach (var data in address.Data) reply.Additional.Add(new(name, addresses, address.Ttl, data));
        }

        /// <summary>RFC 2308: how long "no" may be remembered stands in the zone's SOA.</summary>
        private void Deny(ZoneTable zone)
        {
            if (zone.Nodes.GetValueOrDefault(zone.Domain, Node.Empty).Find(DnsTypes.Soa) is not { Members: [{ Data: [var data, ..] } soa, ..] }) return;
            var minimum = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(data.AsSpan(data.Length - 4));
            reply.Authority.Add(new(zone.Domain, DnsTypes.Soa, Math.Min(soa.Ttl, minimum), data));
        }

        private bool IsHealthy(ZoneTable zone, Member member, ushort wanted, int depth)
        {
            if (member.HealthCheckId is { } check && table._ill.Contains(check)) return false;
            if (member.Alias is not { } alias || !member.EvaluatesTarget || depth >= LongestChain) return true;
            if (!member.IsInZone) return !table._balancers.TryGetValue(alias, out var balancer) || balancer.IsHealthy;
            if (NodeFor(zone, alias)?.Find(wanted) is not { } target) return true;
            foreach (var other in target.Members)
            {
                if (IsHealthy(zone, other, wanted, depth + 1)) return true; // AWS: one is enough.
            }

            return false;
        }
    }
}
