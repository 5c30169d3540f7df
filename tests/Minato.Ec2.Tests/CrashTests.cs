using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Platform;
using Minato.Testing;

namespace Minato.Ec2.Tests;

public sealed class CrashTests
{
    /// <summary>Goal: what was acknowledged survives, and no address is ever held twice. Method: interfaces come and go while the
    /// process is killed at random moments; a call that was cut off is repeated with its client token.</summary>
    [Theory, Seeds(1, 20)]
    public void Addresses_survive_crashes_and_are_never_held_twice(ulong seed) => World.Run(
        seed,
        async world =>
        {
            var ec2 = world.Client<IEc2>();
            var vpc = (await ec2.DescribeVpcsAsync(new(), world.Caller, world.Stopping)).Vpcs?[0].VpcId;
            var subnet = (await ec2.DescribeSubnetsAsync(new(), world.Caller, world.Stopping)).Subnets?[0].SubnetId ?? "";
            var held = new Dictionary<string, string>();
            for (var i = 0; i < 60; i++)
            {
                var request = new CreateNetworkInterfaceRequest { SubnetId = subnet, ClientToken = $"task-{i}" };
                var cut = world.Client<IEc2>().CreateNetworkInterfaceAsync(request, world.Caller, world.Stopping);
                if (world.Chance.Next(4) == 0) await world.RestartAsync(); // Perhaps written, never answered.
                else await cut;
                var made = (await world.Client<IEc2>().CreateNetworkInterfaceAsync(request, world.Caller, world.Stopping)).NetworkInterface;
                held.TryAdd(made?.PrivateIpAddress ?? "", made?.NetworkInterfaceId ?? "").ShouldBeTrue();
                if (world.Chance.Next(3) != 0) continue;
                var (address, id) = held.ElementAt(world.Chance.Next(held.Count));
                await world.Client<IEc2>().DeleteNetworkInterfaceAsync(new() { NetworkInterfaceId = id }, world.Caller, world.Stopping);
                held.Remove(address);
            }
            var left = (await world.Client<IEc2>().DescribeNetworkInterfacesAsync(new(), world.Caller, world.Stopping)).NetworkInterfaces ?? [];
            left.Select(n => n.PrivateIpAddress).ShouldBe(held.Keys, ignoreOrder: true);
            (await world.Client<IEc2>().DescribeVpcsAsync(new(), world.Caller, world.Stopping)).Vpcs?.Single().VpcId.ShouldBe(vpc);
        },
        services => services.AddEc2().AddSingleton(new PageTokens("a secret of the test"u8)));
}
