using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Templates;

namespace Minato.Ec2.Templates;

/// <summary>What templates can name of EC2.</summary>
internal static class Ec2Types
{
    public static IServiceCollection AddEc2ResourceTypes(this IServiceCollection services) => services
        .AddSingleton<IResourceType, VpcType>()
        .AddSingleton<IResourceType, VpcCidrBlockType>()
        .AddSingleton<IResourceType, SubnetType>()
        .AddSingleton<IResourceType, RouteTableType>()
        .AddSingleton<IResourceType, RouteType>()
        .AddSingleton<IResourceType, SubnetRouteTableAssociationType>()
        .AddSingleton<IResourceType, InternetGatewayType>()
        .AddSingleton<IResourceType, GatewayAttachmentType>()
        .AddSingleton<IResourceType, NatGatewayType>()
        .AddSingleton<IResourceType, VpcEndpointResource>()
        .AddSingleton<IResourceType, AddressType>()
        .AddSingleton<IResourceType, AddressAssociationType>()
        .AddSingleton<IResourceType, SecurityGroupType>()
        .AddSingleton<IResourceType, SecurityGroupIngressType>()
        .AddSingleton<IResourceType, SecurityGroupEgressType>()
        .AddSingleton<IResourceType, PrefixListType>()
        .AddSingleton<IResourceType, NetworkAclType>()
        .AddSingleton<IResourceType, NetworkAclEntryType>()
        .AddSingleton<IResourceType, SubnetNetworkAclAssociationType>()
        .AddSingleton<IResourceType, NetworkInterfaceType>()
        .AddSingleton<IResourceType, NetworkInterfaceAttachmentType>()
        .AddSingleton<IResourceType, LaunchTemplateType>()
        .AddSingleton<IResourceType, KeyPairType>()
        .AddSingleton<IResourceType, DhcpOptionsType>()
        .AddSingleton<IResourceType, DhcpOptionsAssociationType>()
        .AddSingleton<IResourceType, InstanceType>();
}
