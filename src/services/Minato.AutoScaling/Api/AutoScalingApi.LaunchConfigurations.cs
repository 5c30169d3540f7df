using Minato.Aws;
using Minato.AutoScaling.State;
using Minato.Contracts.AutoScaling;
using Minato.Platform;

namespace Minato.AutoScaling.Api;

internal sealed partial class AutoScalingApi
{
    public async Task<CreateLaunchConfigurationResponse> CreateLaunchConfigurationAsync(
        CreateLaunchConfigurationRequest request, Caller caller, CancellationToken ct)
    {
        if (request.ImageId is null || request.InstanceType is null)
            throw Invalid("Valid requests must contain either the InstanceID parameter or both the ImageId and InstanceType parameters.");
        await CheckTypeAsync(request.InstanceType, caller, ct);
        var key = KeyOf(caller, request.LaunchConfigurationName);
        var made = new LaunchConfiguration
        {
            LaunchConfigurationName = key.Name,
            LaunchConfigurationARN = $"arn:aws:autoscaling:{key.Region}:{key.AccountId}:launchConfiguration:{ids.Uuid()}:launchConfigurationName/{key.Name}",
            ImageId = request.ImageId,
            InstanceType = request.InstanceType,
            CreatedTime = Now,
            KeyName = request.KeyName ?? "",
            SecurityGroups = request.SecurityGroups ?? [],
            ClassicLinkVPCSecurityGroups = [],
            UserData = request.UserData ?? "",
            KernelId = request.KernelId ?? "",
            RamdiskId = request.RamdiskId ?? "",
            BlockDeviceMappings = request.BlockDeviceMappings ?? [],
            InstanceMonitoring = request.InstanceMonitoring ?? new() { Enabled = true },
            SpotPrice = request.SpotPrice,
            IamInstanceProfile = request.IamInstanceProfile,
            EbsOptimized = request.EbsOptimized ?? false,
            AssociatePublicIpAddress = request.AssociatePublicIpAddress,
            PlacementTenancy = request.PlacementTenancy,
            MetadataOptions = request.MetadataOptions,
        };
        await store.UpdateAsync(state =>
        {
            if (state.Find(AutoScalingTables.LaunchConfigurations, key) is not null)
                throw new AlreadyExistsFault($"Launch Configuration by this name already exists - A launch configuration already exists with the name {key.Name}");
            state.Put(AutoScalingTables.LaunchConfigurations, new LaunchConfigurationState { Key = key, Content = made });
        }, ct);
        return new();
    }

    public Task<DescribeLaunchConfigurationsResponse> DescribeLaunchConfigurationsAsync(
        DescribeLaunchConfigurationsRequest request, Caller caller, CancellationToken ct)
    {
        var all = store.Current.Where(AutoScalingTables.LaunchConfigurationsByHome, HomeOf(caller))
            .Where(c => request.LaunchConfigurationNames is not { Length: > 0 } names || names.Contains(c.Key.Name));
        var (page, next) = Page("DescribeLaunchConfigurations", all, c => c.Key.Name, request.MaxRecords, request.NextToken);
        return Task.FromResult(new DescribeLaunchConfigurationsResponse { LaunchConfigurations = [.. page.Select(c => c.Content)], NextToken = next });
    }

    public async Task<DeleteLaunchConfigurationResponse> DeleteLaunchConfigurationAsync(
        DeleteLaunchConfigurationRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(state =>
        {
            var found = LaunchConfiguration(state, caller, request.LaunchConfigurationName);
            if (state.Where(AutoScalingTables.GroupsByHome, HomeOf(caller)).Any(g => g.LaunchConfiguration == found.Key.Name))
                throw new ResourceInUseFault($"Cannot delete launch configuration {found.Key.Name} because it is attached to an AutoScalingGroup");
            state.Delete(AutoScalingTables.LaunchConfigurations, found.Key);
        }, ct);
        return new();
    }

    private async Task CheckTypeAsync(string type, Caller caller, CancellationToken ct)
    {
        try
        {
            await ec2.DescribeInstanceTypesAsync(new() { InstanceTypes = [type] }, caller, ct);
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            throw Invalid($"Invalid instance type: '{type}'");
        }
    }

    private static LaunchConfigurationState LaunchConfiguration(IReadState state, Caller caller, string name) =>
        state.Find(AutoScalingTables.LaunchConfigurations, KeyOf(caller, name))
        ?? throw Invalid($"Launch configuration name not found - Launch configuration {name} not found");
}
