using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Minato.Contracts.Ec2;
using Minato.Ec2.Api;
using Minato.Ec2.Inside;
using Minato.Ec2.Reconcile;
using Minato.Ec2.State;
using Minato.Ec2.Templates;
using Minato.Platform;

namespace Minato.Ec2;

/// <summary>
/// EC2 as far as containers need it: the default VPC of every account and region, its subnets, security groups and network
/// interfaces, this host as an instance, and instances carved out of it.
/// </summary>
public static class Ec2Room
{
    /// <summary>Topic of <see cref="Hints"/>: the state of this network interface (by id) may have changed.</summary>
    public const string InterfaceTopic = "ec2.network-interface";

    /// <summary>Topic of <see cref="Hints"/>: the state of this instance (by id) has changed.</summary>
    public const string InstanceTopic = "ec2.instance";

    public static IServiceCollection AddEc2(this IServiceCollection services)
    {
        services.AddTable(Ec2Tables.Homes);
        services.AddTable(Ec2Tables.Vpcs);
        services.AddTable(Ec2Tables.RouteTables);
        services.AddTable(Ec2Tables.InternetGateways);
        services.AddTable(Ec2Tables.NatGateways);
        services.AddTable(Ec2Tables.Endpoints);
        services.AddTable(Ec2Tables.Addresses);
        services.AddTable(Ec2Tables.NetworkAcls);
        services.AddTable(Ec2Tables.Subnets);
        services.AddTable(Ec2Tables.PrefixLists);
        services.AddTable(Ec2Tables.KeyPairs);
        services.AddTable(Ec2Tables.DhcpOptions);
        services.AddTable(Ec2Tables.AddressPools);
        services.AddTable(Ec2Tables.SecurityGroups);
        services.AddTable(Ec2Tables.Interfaces);
        services.AddTable(Ec2Tables.Machines);
        services.AddTable(Ec2Tables.Images);
        services.AddTable(Ec2Tables.Tags);
        services.AddTable(LaunchTemplateTables.Templates);
        services.AddTable(LaunchTemplateTables.Versions);
        services.TryAddSingleton<Homes>();
        services.TryAddSingleton<IEc2, Ec2Api>();
        services.AddEc2ResourceTypes();
        services.TryAddSingleton<VpcNetworks>();
        services.TryAddSingleton(new Ec2Options());
        services.TryAddSingleton<Enforcement>();
        services.AddSingleton<IResettable>(p => p.GetRequiredService<VpcNetworks>());
        services.AddReconciler<VpcNetworkReconciler, ResourceKey>(o =>
        {
            o.Name = "ec2.vpc-network";
            o.Workers = 1;
            o.On(Ec2Tables.Vpcs, v => [v.Key]);
        });
        services.AddReconciler<NatGatewayReconciler, NatGatewayKey>(o =>
        {
            o.Name = "ec2.nat-gateway";
            o.Workers = 1;
            o.On(Ec2Tables.NatGateways, g => [new(g.Key)]);
        });
        services.TryAddSingleton<MachineDoors>();
        services.TryAddSingleton<MachineImages>();
        services.TryAddSingleton<MetadataTokens>();
        services.TryAddSingleton<MetadataHandler>();
        services.TryAddSingleton<InstanceRoles>();
        services.AddRoomService<MachineWatcher>();
        services.AddReconciler<MachineReconciler, MachineKey>(o =>
        {
            o.Name = "ec2.instance";
            o.Deadline = TimeSpan.FromMinutes(15); // Its image may be large.
            o.On(Ec2Tables.Machines, m => m.Body is null ? [] : [new(m.Key)]);
        });
        services.AddReconciler<FirewallReconciler, FirewallKey>(o =>
        {
            o.Name = "ec2.firewall";
            o.Workers = 1;
            o.On(Ec2Tables.Vpcs, _ => [FirewallKey.Only]);
            o.On(Ec2Tables.Subnets, _ => [FirewallKey.Only]);
            o.On(Ec2Tables.NetworkAcls, _ => [FirewallKey.Only]);
            o.On(Ec2Tables.RouteTables, _ => [FirewallKey.Only]);
            o.On(Ec2Tables.InternetGateways, _ => [FirewallKey.Only]);
            o.On(Ec2Tables.NatGateways, _ => [FirewallKey.Only]);
            o.On(Ec2Tables.Interfaces, _ => [FirewallKey.Only]);
            o.On(Ec2Tables.Addresses, _ => [FirewallKey.Only]);
            o.On(Ec2Tables.SecurityGroups, _ => [FirewallKey.Only]);
            o.On(Ec2Tables.PrefixLists, _ => [FirewallKey.Only]);
        });
        return services;
    }
}
