using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Api;

internal sealed partial class EcsApi
{
    private const int ProvidersOnAPage = 100;

    public async Task<CreateCapacityProviderResponse> CreateCapacityProviderAsync(CreateCapacityProviderRequest request, Caller caller, CancellationToken ct)
    {
        // AWS: managed instances are launched by EC2, which there is none of here.
        if (request.ManagedInstancesProvider is not null) throw new UnsupportedFeatureException("Managed instances are not supported in this Region.");
        CapacityProviderRules.CheckName(request.Name);
        var asked = request.AutoScalingGroupProvider ?? throw new InvalidParameterException("autoScalingGroupProvider cannot be null.");
        var key = new CapacityProviderKey(AccountRegion.Of(caller), request.Name);
        var group = CapacityProviderRules.Merge(
            new() { AutoScalingGroupArn = asked.AutoScalingGroupArn }, asked.ManagedScaling, asked.ManagedTerminationProtection, asked.ManagedDraining);
        var tags = Tagging.Check(request.Tags, caller.MaySetSystemTags);
        await surroundings.CheckGroupAsync(group, key.Scope, ct);
        var wire = await store.UpdateAsync(ecs =>
        {
            if (ecs.Find(CapacityTables.Providers, key) is { IsActive: true })
                throw new InvalidParameterException("A capacity provider with the specified name already exists. Specify a unique name and try again.");
            if (ecs.Count(CapacityTables.ActiveByGroup, group.AutoScalingGroupArn) > 0)
            {
                throw new InvalidParameterException(
                    "The specified Auto Scaling group ARN is already being used by another capacity provider. Specify a unique Auto Scaling group ARN and try again.");
            }

            var provider = new CapacityProviderState { Key = key, Group = group, Tags = tags };
            ecs.Put(CapacityTables.Providers, provider);
            return ToWire(provider, withTags: true);
        }, ct);
        return new() { CapacityProvider = wire };
    }

    public async Task<UpdateCapacityProviderResponse> UpdateCapacityProviderAsync(UpdateCapacityProviderRequest request, Caller caller, CancellationToken ct)
    {
        var key = ProviderKey(caller, request.Name);
        var asked = request.AutoScalingGroupProvider ?? throw new InvalidParameterException("autoScalingGroupProvider cannot be null.");
        await surroundings.CheckGroupAsync(Asked(Provider(store.Current, key)), key.Scope, ct);
        var wire = await store.UpdateAsync(ecs =>
        {
            var old = Provider(ecs, key);
            var provider = old with { Group = Asked(old), UpdateStatus = CapacityProviderUpdateStatus.UpdateComplete };
            ecs.Put(CapacityTables.Providers, provider);
            return ToWire(provider, withTags: true);
        }, ct);
        return new() { CapacityProvider = wire };

        AutoScalingGroupProvider Asked(CapacityProviderState old) =>
            CapacityProviderRules.Merge(old.Group, asked.ManagedScaling, asked.ManagedTerminationProtection, asked.ManagedDraining);
    }

    public async Task<DeleteCapacityProviderResponse> DeleteCapacityProviderAsync(DeleteCapacityProviderRequest request, Caller caller, CancellationToken ct)
    {
        var key = ProviderKey(caller, request.CapacityProvider);
        var wire = await store.UpdateAsync(ecs =>
        {
            var provider = Provider(ecs, key);
            // Rare, and the only time that anybody asks which clusters have it.
            if (ecs.Where(EcsTables.ActiveClusters, key.Scope).FirstOrDefault(c => c.CapacityProviders.Contains(key.Name)) is { } cluster)
            {
                throw new ClientException(
                    $"The capacity provider cannot be deleted because it is associated with cluster: {cluster.Key.Name}. Remove the capacity provider from the cluster and try again.");
            }

            var deleted = provider with { IsActive = false, UpdateStatus = CapacityProviderUpdateStatus.DeleteComplete };
            ecs.Put(CapacityTables.Providers, deleted);
            return ToWire(deleted, withTags: true);
        }, ct);
        return new() { CapacityProvider = wire };
    }

    public Task<DescribeCapacityProvidersResponse> DescribeCapacityProvidersAsync(
        DescribeCapacityProvidersRequest request, Caller caller, CancellationToken ct)
    {
        var scope = AccountRegion.Of(caller);
        var ecs = store.Current;
        var withTags = request.Include?.Contains(CapacityProviderField.Tags) ?? false;
        ImmutableArray<Failure> failures = [];
        IEnumerable<CapacityProvider> found;
        if (request.CapacityProviders is { Length: > 0 } asked)
        {
            string[] names = [.. asked.Select(References.Id)];
            found = names.Where(IsKnown).Select(Describe).ToArray();
            failures = [.. names.Where(n => !IsKnown(n)).Select(n => new Failure { Arn = scope.Arn($"capacity-provider/{n}"), Reason = "MISSING" })];
        }
        else
        {
            found = ecs.Where(CapacityTables.ProvidersByScope, scope).Where(p => p.IsActive).Select(p => p.Key.Name)
                .Concat([CapacityProviderState.Fargate, CapacityProviderState.FargateSpot]).Order(StringComparer.Ordinal).Select(Describe);
        }

        var after = tokens.Position("DescribeCapacityProviders", request.NextToken);
        var (page, next) = tokens.Page("DescribeCapacityProviders",
            found.SkipWhile(p => after is not null && string.CompareOrdinal(p.Name, after) <= 0), request.MaxResults ?? ProvidersOnAPage, p => p.Name ?? "");
        return Answer(new DescribeCapacityProvidersResponse { CapacityProviders = [.. page], Failures = failures, NextToken = next });

        bool IsKnown(string name) => CapacityProviderState.IsFargate(name) || ecs.Find(CapacityTables.Providers, new CapacityProviderKey(scope, name)) is not null;
        CapacityProvider Describe(string name) =>
            ecs.Find(CapacityTables.Providers, new CapacityProviderKey(scope, name)) is { } provider ? ToWire(provider, withTags) : FargateProvider(scope, name);
    }

    private static CapacityProviderKey ProviderKey(Caller caller, string reference)
    {
        var name = References.Id(reference);
        return !CapacityProviderState.IsFargate(name) ? new(AccountRegion.Of(caller), name)
            : throw new InvalidParameterException("The specified capacity provider is reserved and cannot be changed or deleted.");
    }

    private static CapacityProviderState Provider(IReadState ecs, CapacityProviderKey key) =>
        ecs.Find(CapacityTables.Providers, key) is { IsActive: true } provider ? provider
            : throw new InvalidParameterException("The specified capacity provider does not exist. Specify a valid name or ARN and try again.");

    private static CapacityProvider FargateProvider(AccountRegion scope, string name) => new()
    {
        CapacityProviderArn = new CapacityProviderKey(scope, name).Arn,
        Name = name,
        Status = CapacityProviderStatus.Active,
        Type = name == CapacityProviderState.Fargate ? CapacityProviderType.Fargate : CapacityProviderType.FargateSpot,
        Tags = [],
    };

    private static CapacityProvider ToWire(CapacityProviderState provider, bool withTags) => new()
    {
        CapacityProviderArn = provider.Key.Arn,
        Name = provider.Key.Name,
        Status = provider.IsActive ? CapacityProviderStatus.Active : CapacityProviderStatus.Inactive,
        Type = CapacityProviderType.Ec2Autoscaling,
        AutoScalingGroupProvider = provider.Group,
        UpdateStatus = provider.UpdateStatus,
        Tags = withTags ? provider.Tags : [],
    };
}
