using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Iam.State;

namespace Minato.Iam.Api;

/// <summary>Roles that belong to a service of AWS: it alone assumes and changes them.</summary>
internal sealed partial class IamApi
{
    public async Task<CreateServiceLinkedRoleResponse> CreateServiceLinkedRoleAsync(CreateServiceLinkedRoleRequest request, Caller caller, CancellationToken ct)
    {
        var name = ServiceLinkedName(request.AWSServiceName) + (request.CustomSuffix is { } suffix ? $"_{suffix}" : "");
        var created = new RoleState
        {
            AccountId = caller.AccountId, Name = name, Path = $"/aws-service-role/{request.AWSServiceName}/", Id = NewId("AROA", 17), CreatedAt = clock.GetUtcNow(),
            Description = request.Description,
            AssumeRolePolicyDocument = $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"{{request.AWSServiceName}}"},"Action":"sts:AssumeRole"}]}""",
        };
        await store.UpdateAsync(tx =>
        {
            if (tx.Find(IamTables.Roles, created.Key) is not null)
                throw new InvalidInputException($"Service role name {name} has been taken in this account, please try a different suffix.");
            PrincipalWrites.Put(tx, null, created);
        }, ct);
        return new() { Role = ToWire(created) };
    }

    // No room acts with a role of its own that could still be in use, so that the deletion is done when it is asked for.
    public async Task<DeleteServiceLinkedRoleResponse> DeleteServiceLinkedRoleAsync(DeleteServiceLinkedRoleRequest request, Caller caller, CancellationToken ct)
    {
        var role = await store.UpdateAsync(tx =>
        {
            var found = Role(tx, caller, request.RoleName);
            if (!found.IsServiceLinked) throw new NoSuchEntityException($"The role with name {request.RoleName} cannot be found.");
            PrincipalWrites.Delete(tx, found);
            return found;
        }, ct);
        return new() { DeletionTaskId = $"task{role.Path}{role.Name}/{ids.Uuid()}" };
    }

    public Task<GetServiceLinkedRoleDeletionStatusResponse> GetServiceLinkedRoleDeletionStatusAsync(
        GetServiceLinkedRoleDeletionStatusRequest request, Caller caller, CancellationToken ct)
    {
        if (request.DeletionTaskId.Split('/') is not ["task", "aws-service-role", _, var name, _] || name.Length == 0)
            throw new InvalidInputException("The specified task id is not valid.");
        // AWS: a role that is there again was made anew after the task had ended.
        return Task.FromResult(new GetServiceLinkedRoleDeletionStatusResponse { Status = DeletionTaskStatusType.Succeeded });
    }

    private static string ServiceLinkedName(string service) => service switch
    {
        "ecs.amazonaws.com" => "AWSServiceRoleForECS",
        "elasticloadbalancing.amazonaws.com" => "AWSServiceRoleForElasticLoadBalancing",
        "autoscaling.amazonaws.com" => "AWSServiceRoleForAutoScaling",
        "ecs.application-autoscaling.amazonaws.com" => "AWSServiceRoleForApplicationAutoScaling_ECSService",
        "replication.ecr.amazonaws.com" => "AWSServiceRoleForECRReplication",
        "pullthroughcache.ecr.amazonaws.com" => "AWSServiceRoleForECRPullThroughCache",
        "route53resolver.amazonaws.com" => "AWSServiceRoleForRoute53Resolver",
        "spot.amazonaws.com" => "AWSServiceRoleForEC2Spot",
        "cloudtrail.amazonaws.com" => "AWSServiceRoleForCloudTrail",
        "ecs-compute.amazonaws.com" => "AWSServiceRoleForECSCompute",
        var other when other.EndsWith(".amazonaws.com", StringComparison.Ordinal) => $"AWSServiceRoleFor{char.ToUpperInvariant(other[0])}{other.Split('.')[0][1..]}",
        _ => throw new InvalidInputException("Invalid service name."),
    };
}
