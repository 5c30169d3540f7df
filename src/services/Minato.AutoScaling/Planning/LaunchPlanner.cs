using System.Collections.Immutable;
using Minato.AutoScaling.State;
using Minato.Contracts.AutoScaling;
using Minato.Contracts.Ec2;

namespace Minato.AutoScaling.Planning;

/// <summary>What is asked of EC2 for an instance of a group. Pure.</summary>
internal static class LaunchPlanner
{
    private const int LongestBackOffMinutes = 5;

    /// <summary>EC2 is asked the same way however often: the token makes it one instance.</summary>
    public static RunInstancesRequest Request(GroupState group, LaunchState launch, LaunchConfiguration? configuration)
    {
        var request = new RunInstancesRequest
        {
            MinCount = 1,
            MaxCount = 1,
            ClientToken = launch.Token,
            SubnetId = group.Subnets.GetValueOrDefault(launch.Zone),
            Placement = group.Subnets.ContainsKey(launch.Zone) ? null : new() { AvailabilityZone = launch.Zone },
            TagSpecifications = [new() { ResourceType = "instance", Tags = Tags(group, launch) }],
        };
        if (launch.Template is { } template) return request with { LaunchTemplate = new() { LaunchTemplateId = template.Id, Version = template.Version } };
        return configuration is null ? request : request with
        {
            ImageId = configuration.ImageId,
            InstanceType = configuration.InstanceType,
            UserData = Filled(configuration.UserData),
            KeyName = Filled(configuration.KeyName),
            SecurityGroupIds = configuration.SecurityGroups is { Length: > 0 } groups ? groups : null,
            IamInstanceProfile = configuration.IamInstanceProfile is not { } profile ? null
                : profile.StartsWith("arn:", StringComparison.Ordinal) ? new() { Arn = profile } : new() { Name = profile },
            InstanceMarketOptions = configuration.SpotPrice is null ? null : new() { MarketType = MarketType.Spot },
        };
    }

    /// <summary>When to ask EC2 again after it refused.</summary>
    public static DateTimeOffset RetryAt(LaunchState launch, DateTimeOffset now) =>
        now + TimeSpan.FromSeconds(Math.Min(LongestBackOffMinutes * 60, 10 << Math.Min(launch.Failures, 10)));

    private static ImmutableArray<Contracts.Ec2.Tag> Tags(GroupState group, LaunchState launch)
    {
        var tags = ImmutableArray.CreateBuilder<Contracts.Ec2.Tag>();
        tags.Add(new() { Key = "aws:autoscaling:groupName", Value = group.Key.Name });
        if (launch.Template is { } template)
        {
            tags.Add(new() { Key = "aws:ec2launchtemplate:id", Value = template.Id });
            tags.Add(new() { Key = "aws:ec2launchtemplate:version", Value = template.Version });
        }

        foreach (var (key, tag) in group.Tags)
            if (tag.PropagateAtLaunch) tags.Add(new() { Key = key, Value = tag.Value ?? "" });
        return tags.ToImmutable();
    }

    private static string? Filled(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
