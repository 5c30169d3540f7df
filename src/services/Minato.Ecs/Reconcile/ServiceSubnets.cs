using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ecs.State;

namespace Minato.Ecs.Reconcile;

/// <summary>In which Availability Zone a subnet lies. A subnet never moves, so each is asked for once.</summary>
internal sealed class ServiceSubnets(IServiceProvider rooms)
{
    private readonly ConcurrentDictionary<string, string> _zones = new(StringComparer.Ordinal);

    public async ValueTask<ImmutableDictionary<string, string>> ZonesAsync(ImmutableArray<string> subnets, AccountRegion scope, CancellationToken ct)
    {
        // One subnet leaves nothing to choose.
        if (subnets.Length < 2 || rooms.GetService<IEc2>() is not { } ec2) return ImmutableDictionary<string, string>.Empty;
        ImmutableArray<string> unknown = [.. subnets.Where(s => !_zones.ContainsKey(s))];
        if (!unknown.IsEmpty) await AskAsync(ec2, unknown, scope, ct);
        return subnets.Distinct(StringComparer.Ordinal).ToImmutableDictionary(s => s, s => _zones.GetValueOrDefault(s, s), StringComparer.Ordinal);
    }

    private async ValueTask AskAsync(IEc2 ec2, ImmutableArray<string> subnets, AccountRegion scope, CancellationToken ct)
    {
        try
        {
            var answer = await ec2.DescribeSubnetsAsync(new() { SubnetIds = subnets }, scope.AsService(), ct);
            foreach (var subnet in answer.Subnets ?? [])
                if (subnet is { SubnetId: { } id, AvailabilityZone: { } zone }) _zones[id] = zone;
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            // One of them is gone. Tasks that go there will say so; until then each subnet counts as a zone.
        }
    }
}
