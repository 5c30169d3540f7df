using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Planning;

/// <summary>What becomes of an instance's interface and its address of the internet.</summary>
internal static class MachineNetwork
{
    /// <summary>AWS: the address of the internet is given back, the private one is kept.</summary>
    public static void Stop(Transaction tx, ResourceKey machine, MachineBody body)
    {
        foreach (var address in tx.Where(Ec2Tables.AddressesByInterface, body.InterfaceId).Where(a => a.IsAutomatic && a.Key.Home == machine.Home).ToList())
            Interfaces.Unassociate(tx, address);
    }

    /// <summary>AWS: an interface that was there before the instance stays, and is free again.</summary>
    public static void Leave(Transaction tx, ResourceKey machine, MachineBody body)
    {
        if (tx.Find(Ec2Tables.Interfaces, machine with { Id = body.InterfaceId }) is not { } nic) return;
        Stop(tx, machine, body);
        if (nic.Attachment?.DeleteOnTermination is not false) Interfaces.Remove(tx, nic);
        else tx.Put(Ec2Tables.Interfaces, nic with { Attachment = null });
    }
}
