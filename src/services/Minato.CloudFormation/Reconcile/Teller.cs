using Minato.CloudFormation.State;
using Minato.Contracts.CloudFormation;
using Minato.Platform;

namespace Minato.CloudFormation.Reconcile;

/// <summary>Tells events, in the transaction that makes them true: each exactly once.</summary>
internal sealed class Teller(Ids ids, TimeProvider clock)
{
    public const string StackType = "AWS::CloudFormation::Stack";

    /// <summary>A stack takes a status, and says so.</summary>
    public StackState Turn(Transaction tx, StackState stack, StackStatus status, string? reason = null)
    {
        var turned = stack with { Status = status, StatusReason = reason };
        tx.Put(CloudFormationTables.Stacks, turned);
        var told = ResourceStatusExtensions.Parse(status.ToWire()) ?? throw new InvalidOperationException($"No event can say {status}.");
        Put(tx, turned, ids.Uuid(), stack.Name, StackType, told, reason, stack.Id, null);
        return turned;
    }

    public void Tell(Transaction tx, StackState stack, ResourceState resource, ResourceStatus status, string? reason = null, string? physicalId = null, string? properties = null) =>
        Put(tx, stack, $"{resource.LogicalId}-{ids.Uuid()}", resource.LogicalId, resource.Type, status, reason, physicalId ?? "", properties);

    private void Put(
        Transaction tx, StackState stack, string id, string logicalId, string type, ResourceStatus status, string? reason, string physicalId, string? properties) =>
        tx.Put(CloudFormationTables.Events, new EventState
        {
            StackId = stack.Id, Number = tx.Count(CloudFormationTables.EventsByStack, stack.Id) + 1, Id = id, LogicalId = logicalId, PhysicalId = physicalId, Type = type,
            At = clock.GetUtcNow(), Status = status, Reason = reason, Properties = properties, Token = stack.Operation?.Token, OperationId = stack.Operation?.Id,
        });
}
