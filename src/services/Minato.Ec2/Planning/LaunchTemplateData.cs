using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Minato.Contracts.Ec2;
using Minato.Ec2.State;

namespace Minato.Ec2.Planning;

/// <summary>What a version of a launch template says, and what it makes of a RunInstances request. Pure.</summary>
internal static class LaunchTemplateData
{
    /// <summary>What was asked on top of the version it is based on.</summary>
    /// <remarks>AWS: the shapes asked and answered differ in their names alone, down to the last member. So one is read as the other.</remarks>
    public static ResponseLaunchTemplateData Merge(ResponseLaunchTemplateData? source, RequestLaunchTemplateData asked)
    {
        var merged = source is null ? [] : JsonSerializer.SerializeToNode(source, LaunchTemplateJson.Default.ResponseLaunchTemplateData)?.AsObject() ?? [];
        var changes = JsonSerializer.SerializeToNode(asked, LaunchTemplateJson.Default.RequestLaunchTemplateData)?.AsObject() ?? [];
        foreach (var (member, value) in changes) merged[member] = value?.DeepClone();
        return merged.Deserialize(LaunchTemplateJson.Default.ResponseLaunchTemplateData) ?? new();
    }

    /// <summary>The request with what the template says and it does not.</summary>
    public static RunInstancesRequest Apply(RunInstancesRequest request, ResponseLaunchTemplateData data)
    {
        request = WithNetwork(request, data);
        return request with
        {
            ImageId = request.ImageId ?? data.ImageId,
            InstanceType = request.InstanceType ?? data.InstanceType,
            KeyName = request.KeyName ?? data.KeyName,
            UserData = request.UserData ?? data.UserData,
            Placement = request.Placement ?? (data.Placement is { } placement ? new() { AvailabilityZone = placement.AvailabilityZone, Tenancy = placement.Tenancy } : null),
            IamInstanceProfile = request.IamInstanceProfile ?? (data.IamInstanceProfile is { } profile ? new() { Arn = profile.Arn, Name = profile.Name } : null),
            InstanceMarketOptions = request.InstanceMarketOptions ?? (data.InstanceMarketOptions is { } market ? new() { MarketType = market.MarketType } : null),
            InstanceInitiatedShutdownBehavior = request.InstanceInitiatedShutdownBehavior ?? data.InstanceInitiatedShutdownBehavior,
            DisableApiTermination = request.DisableApiTermination ?? data.DisableApiTermination,
            DisableApiStop = request.DisableApiStop ?? data.DisableApiStop,
            MetadataOptions = Metadata(request.MetadataOptions, data.MetadataOptions),
            TagSpecifications = Tags(request.TagSpecifications ?? [], data.TagSpecifications ?? []),
        };
    }

    /// <summary>The first interface of the template, in the subnet of the request where it names one: so a group of instances spreads one template over its subnets.</summary>
    private static RunInstancesRequest WithNetwork(RunInstancesRequest request, ResponseLaunchTemplateData data)
    {
        var groups = request.SecurityGroupIds ?? data.SecurityGroupIds;
        if (request.NetworkInterfaces is not null) return request;
        if (data.NetworkInterfaces?.OrderBy(n => n.DeviceIndex ?? 0).FirstOrDefault() is not { } network)
            return request with { SecurityGroupIds = groups, SecurityGroups = request.SecurityGroups ?? data.SecurityGroups };
        return request with
        {
            SubnetId = null, SecurityGroupIds = null,
            NetworkInterfaces =
            [
                new()
                {
                    DeviceIndex = network.DeviceIndex, SubnetId = request.SubnetId ?? network.SubnetId, Groups = request.SecurityGroupIds ?? network.Groups ?? data.SecurityGroupIds,
                    AssociatePublicIpAddress = network.AssociatePublicIpAddress, DeleteOnTermination = network.DeleteOnTermination, Description = network.Description,
                    NetworkInterfaceId = network.NetworkInterfaceId, PrivateIpAddress = network.PrivateIpAddress, PrivateIpAddresses = network.PrivateIpAddresses,
                    SecondaryPrivateIpAddressCount = network.SecondaryPrivateIpAddressCount, Ipv6AddressCount = network.Ipv6AddressCount, Ipv6Addresses = network.Ipv6Addresses,
                },
            ],
        };
    }

    private static InstanceMetadataOptionsRequest? Metadata(InstanceMetadataOptionsRequest? asked, LaunchTemplateInstanceMetadataOptions? template) => template is null ? asked : new()
    {
        HttpTokens = asked?.HttpTokens ?? template.HttpTokens switch
        {
            LaunchTemplateHttpTokensState.Required => HttpTokensState.Required, LaunchTemplateHttpTokensState.Optional => HttpTokensState.Optional, _ => null,
        },
        HttpEndpoint = asked?.HttpEndpoint ?? template.HttpEndpoint switch
        {
            LaunchTemplateInstanceMetadataEndpointState.Enabled => InstanceMetadataEndpointState.Enabled,
            LaunchTemplateInstanceMetadataEndpointState.Disabled => InstanceMetadataEndpointState.Disabled, _ => null,
        },
        InstanceMetadataTags = asked?.InstanceMetadataTags ?? template.InstanceMetadataTags switch
        {
            LaunchTemplateInstanceMetadataTagsState.Enabled => InstanceMetadataTagsState.Enabled,
            LaunchTemplateInstanceMetadataTagsState.Disabled => InstanceMetadataTagsState.Disabled, _ => null,
        },
        HttpPutResponseHopLimit = asked?.HttpPutResponseHopLimit ?? template.HttpPutResponseHopLimit,
    };

    // AWS: tags of both are given; the request's word counts where both name a key.
    private static ImmutableArray<TagSpecification> Tags(ImmutableArray<TagSpecification> asked, ImmutableArray<LaunchTemplateTagSpecification> template) =>
    [
        .. template.Select(t => new TagSpecification { ResourceType = t.ResourceType, Tags = t.Tags }),
        .. asked,
    ];
}
