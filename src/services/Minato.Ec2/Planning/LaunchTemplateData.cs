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
        var network = data.NetworkInterfaces?.FirstOrDefault();
        return request with
        {
            ImageId = request.ImageId ?? data.ImageId,
            InstanceType = request.InstanceType ?? data.InstanceType,
            KeyName = request.KeyName ?? data.KeyName,
            UserData = request.UserData ?? data.UserData,
            SubnetId = request.SubnetId ?? network?.SubnetId,
            SecurityGroupIds = request.SecurityGroupIds ?? data.SecurityGroupIds ?? network?.Groups,
            SecurityGroups = request.SecurityGroups ?? data.SecurityGroups,
            Placement = request.Placement ?? (data.Placement is { } placement ? new() { AvailabilityZone = placement.AvailabilityZone, Tenancy = placement.Tenancy } : null),
            IamInstanceProfile = request.IamInstanceProfile ?? (data.IamInstanceProfile is { } profile ? new() { Arn = profile.Arn, Name = profile.Name } : null),
            InstanceMarketOptions = request.InstanceMarketOptions ?? (data.InstanceMarketOptions is { } market ? new() { MarketType = market.MarketType } : null),
            TagSpecifications = Tags(request.TagSpecifications ?? [], data.TagSpecifications ?? []),
        };
    }

    // AWS: tags of both are given; the request's word counts where both name a key.
    private static ImmutableArray<TagSpecification> Tags(ImmutableArray<TagSpecification> asked, ImmutableArray<LaunchTemplateTagSpecification> template) =>
    [
        .. template.Where(t => t.ResourceType == "instance").Select(t => new TagSpecification { ResourceType = t.ResourceType, Tags = t.Tags }),
        .. asked,
    ];
}
