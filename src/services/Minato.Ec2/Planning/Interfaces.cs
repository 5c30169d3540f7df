using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Planning;

/// <summary>What goes with a network interface when it goes.</summary>
internal static class Interfaces
{
    /// <summary>Gives back its address in the subnet, and its address of the internet.</summary>
    public static void Remove(Transaction tx, InterfaceState nic)
    {
        if (tx.Find(Ec2Tables.Subnets, nic.Key with { Id = nic.SubnetId }) is { } subnet && tx.Find(Ec2Tables.AddressPools, subnet.Key) is { } pool
            && Ipv4Range.TryParseAddress(nic.PrivateIpAddress, out var address))
        {
            tx.Put(Ec2Tables.AddressPools, AddressMap.Release(pool, (int)(address - Ipv4Range.Parse(subnet.CidrBlock).First)));
        }
        foreach (var associated in tx.Where(Ec2Tables.AddressesByInterface, nic.Key.Id).ToList()) Unassociate(tx, associated);
        tx.Delete(Ec2Tables.Interfaces, nic.Key);
        tx.Delete(Ec2Tables.Tags, nic.Key);
    }

    /// <summary>An address that an instance was given at its start is gone with the association.</summary>
    public static void Unassociate(Transaction tx, StoredAddress address)
    {
        if (address.IsAutomatic) tx.Delete(Ec2Tables.Addresses, address.Key);
        else tx.Put(Ec2Tables.Addresses, address with { Association = null });
    }
}
