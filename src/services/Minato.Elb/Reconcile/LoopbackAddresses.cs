using Minato.Elb.State;
using Minato.Platform;

namespace Minato.Elb.Reconcile;

/// <summary>Finds an address of 127.0.0.0/8 for a load balancer that no other one has.</summary>
internal sealed class LoopbackAddresses(Ids ids)
{
    public string Choose(IReadState state)
    {
        while (true)
        {
            // Not 127.0: that is where other programs of the host listen. Neither first nor last of a network.
            var address = $"127.{1 + ids.Next(254)}.{ids.Next(256)}.{1 + ids.Next(254)}";
            if (state.Count(ElbTables.BalancersByAddress, address) == 0) return address;
        }
    }
}
