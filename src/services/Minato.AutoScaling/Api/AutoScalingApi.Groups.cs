using System.Collections.Immutable;
using Minato.Aws;
using Minato.AutoScaling.Planning;
using Minato.AutoScaling.State;
using Minato.Contracts.AutoScaling;
using Minato.Platform;

namespace Minato.AutoScaling.Api;

internal sealed partial class AutoScalingApi
{
    public async Task<CreateAutoScalingGroupResponse> CreateAutoScalingGroupAsync(CreateAutoScalingGroupRequest request, Caller caller, CancellationToken ct)
    {
        CheckLaunch(request.LaunchConfigurationName, request.LaunchTemplate, request.MixedInstancesPolicy, request.InstanceId);
        if (request.LaunchConfigurationName is null && request.LaunchTemplate is null)
            throw Invalid("Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.");
        var template = await TemplateAsync(request.LaunchTemplate, caller, ct);
        var (zones, subnets) = await ZonesAsync(request.AvailabilityZones, request.VPCZoneIdentifier, caller, ct);
        if (zones.IsEmpty) throw Invalid("At least one Availability Zone or VPC Subnet is required.");
        var group = new GroupState
        {
            Key = KeyOf(caller, request.AutoScalingGroupName),
            Uuid = ids.Uuid(),
            CreatedAt = Now,
            LaunchConfiguration = request.LaunchConfigurationName,
            Template = template,
            MinSize = request.MinSize,
            MaxSize = request.MaxSize,
            DesiredCapacity = request.DesiredCapacity ?? request.MinSize,
            Zones = zones,
            VpcZoneIdentifier = request.VPCZoneIdentifier,
            Subnets = subnets,
            DefaultCooldown = request.DefaultCooldown ?? 300,
            HealthCheckType = request.HealthCheckType ?? "EC2",
            HealthCheckGracePeriod = request.HealthCheckGracePeriod ?? 0,
            NewInstancesProtected = request.NewInstancesProtectedFromScaleIn ?? false,
            TerminationPolicies = request.TerminationPolicies ?? ["Default"],
            Hooks = [.. (request.LifecycleHookSpecificationList ?? []).Select(h => Hook(request.AutoScalingGroupName, h))],
            Tags = (request.Tags ?? []).ToImmutableSortedDictionary(t => t.Key, t => new GroupTag(t.Value, t.PropagateAtLaunch ?? false), StringComparer.Ordinal),
        };
        CheckSize(group);
        await store.UpdateAsync(state =>
        {
            if (state.Find(AutoScalingTables.Groups, group.Key) is not null)
                throw new AlreadyExistsFault($"AutoScalingGroup by this name already exists - A group with the name {group.Key.Name} already exists");
            if (group.LaunchConfiguration is { } name) LaunchConfiguration(state, caller, name);
            state.Put(AutoScalingTables.Groups, group);
        }, ct);
        return new();
    }

    public async Task<UpdateAutoScalingGroupResponse> UpdateAutoScalingGroupAsync(UpdateAutoScalingGroupRequest request, Caller caller, CancellationToken ct)
    {
        CheckLaunch(request.LaunchConfigurationName, request.LaunchTemplate, request.MixedInstancesPolicy, instance: null);
        var template = await TemplateAsync(request.LaunchTemplate, caller, ct);
        var (zones, subnets) = await ZonesAsync(request.AvailabilityZones, request.VPCZoneIdentifier, caller, ct);
        await store.UpdateAsync(state =>
        {
            var old = Group(state, caller, request.AutoScalingGroupName);
            var (min, max) = (request.MinSize ?? old.MinSize, request.MaxSize ?? old.MaxSize);
            var group = old with
            {
                // AWS: the one that is named takes the place of the other.
                LaunchConfiguration = request.LaunchConfigurationName ?? (template is null ? old.LaunchConfiguration : null),
                Template = template ?? (request.LaunchConfigurationName is null ? old.Template : null),
                MinSize = min,
                MaxSize = max,
                // AWS: new bounds move a desired capacity that nobody asked to change.
                DesiredCapacity = request.DesiredCapacity ?? (min <= max ? Math.Clamp(old.DesiredCapacity, min, max) : old.DesiredCapacity),
                Zones = zones.IsEmpty ? old.Zones : zones,
                VpcZoneIdentifier = request.VPCZoneIdentifier ?? old.VpcZoneIdentifier,
                Subnets = zones.IsEmpty ? old.Subnets : subnets,
                DefaultCooldown = request.DefaultCooldown ?? old.DefaultCooldown,
                HealthCheckType = request.HealthCheckType ?? old.HealthCheckType,
                HealthCheckGracePeriod = request.HealthCheckGracePeriod ?? old.HealthCheckGracePeriod,
                NewInstancesProtected = request.NewInstancesProtectedFromScaleIn ?? old.NewInstancesProtected,
                TerminationPolicies = request.TerminationPolicies ?? old.TerminationPolicies,
            };
            CheckSize(group);
            if (group.LaunchConfiguration is { } name) LaunchConfiguration(state, caller, name);
            state.Put(AutoScalingTables.Groups, group);
        }, ct);
        return new();
    }

    public async Task<DeleteAutoScalingGroupResponse> DeleteAutoScalingGroupAsync(DeleteAutoScalingGroupRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(state =>
        {
            var group = Group(state, caller, request.AutoScalingGroupName);
            if (request.ForceDelete != true && state.Count(AutoScalingTables.InstancesByGroup, group.Key) > 0)
            {
                throw new ResourceInUseFault(
                    "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.");
            }

            state.Put(AutoScalingTables.Groups, group with { IsDeleting = true, MinSize = 0, DesiredCapacity = 0 });
        }, ct);
        return new();
    }

    public Task<DescribeAutoScalingGroupsResponse> DescribeAutoScalingGroupsAsync(DescribeAutoScalingGroupsRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var groups = request.AutoScalingGroupNames is { Length: > 0 } names
            ? names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(n => state.Find(AutoScalingTables.Groups, KeyOf(caller, n))).OfType<GroupState>()
            : state.Where(AutoScalingTables.GroupsByHome, HomeOf(caller));
        foreach (var filter in request.Filters ?? []) groups = groups.Where(g => Matches(g, filter)).ToArray();
        var (page, next) = Page("DescribeAutoScalingGroups", groups, g => g.Key.Name, request.MaxRecords, request.NextToken);
        return Task.FromResult(new DescribeAutoScalingGroupsResponse
        {
            AutoScalingGroups = [.. page.Select(g => g.ToWire(state, request.IncludeInstances ?? true))], NextToken = next,
        });
    }

    public async Task<SetDesiredCapacityResponse> SetDesiredCapacityAsync(SetDesiredCapacityRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(state =>
        {
            var group = Group(state, caller, request.AutoScalingGroupName);
            var desired = request.DesiredCapacity;
            if (desired > group.MaxSize) throw Invalid($"New SetDesiredCapacity value {desired} is above max value {group.MaxSize} for the AutoScalingGroup.");
            if (desired < group.MinSize) throw Invalid($"New SetDesiredCapacity value {desired} is below min value {group.MinSize} for the AutoScalingGroup.");
            if (group.IsDeleting) throw new ScalingActivityInProgressFault("The AutoScalingGroup is being deleted.");
            state.Put(AutoScalingTables.Groups, group with { DesiredCapacity = desired });
        }, ct);
        return new();
    }

    public Task<DescribeScalingActivitiesResponse> DescribeScalingActivitiesAsync(DescribeScalingActivitiesRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var groups = request.AutoScalingGroupName is { } name ? [Group(state, caller, name)] : state.Where(AutoScalingTables.GroupsByHome, HomeOf(caller));
        var activities = groups.SelectMany(g => state.Where(AutoScalingTables.ActivitiesByGroup, g.Key)).OrderByDescending(a => a.At).ThenByDescending(a => a.Key.Number)
            .Where(a => request.ActivityIds is not { Length: > 0 } asked || asked.Contains(a.Id));
        return Task.FromResult(new DescribeScalingActivitiesResponse { Activities = [.. activities.Take(request.MaxRecords ?? 100).Select(a => a.ToWire())] });
    }

    private static bool Matches(GroupState group, Filter filter)
    {
        var values = filter.Values ?? [];
        return filter.Name switch
        {
            "tag-key" => group.Tags.Keys.Any(values.Contains),
            "tag-value" => group.Tags.Values.Any(t => values.Contains(t.Value ?? "")),
            { } name when name.StartsWith("tag:", StringComparison.Ordinal) => group.Tags.GetValueOrDefault(name[4..]) is { } tag && values.Contains(tag.Value ?? ""),
            _ => throw Invalid($"Filter type {filter.Name} is not correct. Allowed Filter types are: tag-key tag-value tag:<key>"),
        };
    }

    private static void CheckLaunch(string? configuration, LaunchTemplateSpecification? template, MixedInstancesPolicy? mixed, string? instance)
    {
        if (configuration is not null && template is not null)
            throw Invalid("Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.");
        if (mixed is not null) throw Invalid("A mixed instances policy is not supported here: name a launch template.");
        if (instance is not null && configuration is null) throw Invalid($"The instance '{instance}' does not exist.");
    }

    /// <summary>The launch template as EC2 knows it, by id and name.</summary>
    private async ValueTask<TemplateReference?> TemplateAsync(LaunchTemplateSpecification? asked, Caller caller, CancellationToken ct)
    {
        if (asked is null) return null;
        var version = asked.Version ?? "$Default";
        try
        {
            var answer = await ec2.DescribeLaunchTemplateVersionsAsync(
                new() { LaunchTemplateId = asked.LaunchTemplateId, LaunchTemplateName = asked.LaunchTemplateName, Versions = [version] }, caller, ct);
            if (answer.LaunchTemplateVersions is not [{ LaunchTemplateId: { } id, LaunchTemplateName: { } name } found, ..]) throw IncompleteTemplate("");
            if (found.LaunchTemplateData?.ImageId is null) throw IncompleteTemplate("The request must contain the parameter ImageId");
            return new(id, name, version);
        }
        catch (AwsException e) when (e.IsClientFault && e.Code != ValidationError)
        {
            throw IncompleteTemplate(e.Message);
        }
    }

    private static AwsException IncompleteTemplate(string why) => Invalid($"You must use a valid fully-formed launch template. {why}".TrimEnd());

    private static void CheckSize(GroupState group)
    {
        if (group.MaxSize < group.MinSize) throw Invalid($"Max bound, {group.MaxSize}, must be greater than or equal to min bound, {group.MinSize}");
        if (group.DesiredCapacity < group.MinSize || group.DesiredCapacity > group.MaxSize)
            throw Invalid($"Desired capacity:{group.DesiredCapacity} must be between the specified min size:{group.MinSize} and max size:{group.MaxSize}");
    }

    private async ValueTask<(ImmutableArray<string> Zones, ImmutableSortedDictionary<string, string> Subnets)> ZonesAsync(
        ImmutableArray<string>? zones, string? subnets, Caller caller, CancellationToken ct)
    {
        var known = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
        if (string.IsNullOrEmpty(subnets)) return (zones ?? [], known);
        try
        {
            var answer = await ec2.DescribeSubnetsAsync(
                new() { SubnetIds = [.. subnets.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)] }, caller, ct);
            foreach (var subnet in answer.Subnets ?? [])
                if (subnet is { AvailabilityZone: { } zone, SubnetId: { } id } && !known.ContainsKey(zone)) known = known.Add(zone, id);
            return ([.. known.Keys], known);
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            throw Invalid($"The subnet ID '{subnets}' does not exist");
        }
    }
}
