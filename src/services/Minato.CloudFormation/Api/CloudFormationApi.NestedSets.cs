using System.Collections.Immutable;
using Minato.Aws;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.Contracts.CloudFormation;
using Minato.Platform;

namespace Minato.CloudFormation.Api;

// Change sets of stacks inside of stacks: they show what the root's would do. They live and die with it.
internal sealed partial class CloudFormationApi
{
    private const int NestedRandom = 12;
    private const int LongestSetName = 128;

    private string NewChangeSetId(Home home, string name) => new Arn("cloudformation", home.Region, home.AccountId, $"changeSet/{name}/{ids.Uuid()}").ToString();

    /// <summary>What one call makes for the stacks inside of its own.</summary>
    private sealed record NestedSets(Transaction Tx, string NameOfRoot, string RootId)
    {
        public List<string> Made { get; } = [];
    }

    /// <summary>Makes the sets of nested stacks, from the innermost out.</summary>
    /// <returns>Ids of sets by the logical ids of their stacks; those without changes have none.</returns>
    private Dictionary<string, string> SetsOf(NestedSets sets, string parentId, ImmutableArray<NestedPreview> previews)
    {
        var made = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var preview in previews)
        {
            if (SetOf(sets, parentId, preview) is { } id) made[preview.LogicalId] = id;
        }
        return made;
    }

    private string? SetOf(NestedSets sets, string parentId, NestedPreview preview)
    {
        var (tx, stack) = (sets.Tx, preview.Stack);
        var isNew = stack.Status is StackStatus.ReviewInProgress;
        if (isNew && tx.Find(CloudFormationTables.Stacks, stack.Id) is null) teller.Turn(tx, stack, StackStatus.ReviewInProgress, "User Initiated");
        var stem = $"{sets.NameOfRoot}-{preview.LogicalId}";
        var name = $"{stem[..Math.Min(stem.Length, LongestSetName - NestedRandom - 1)]}-{ids.Uuid().Replace("-", "", StringComparison.Ordinal)[..NestedRandom].ToUpperInvariant()}";
        var id = NewChangeSetId(stack.Home, name);
        var inputs = starts.KeepTemplate(tx, preview.Asked, preview.Prepared, isNew ? null : stack.Inputs);
        var inside = SetsOf(sets, id, preview.Children);
        var planner = starts.PlannerFor(tx, stack, preview.Prepared.Blueprint, inputs, Unchanged(preview.Children, inside));
        if (!isNew && planner.IsEmpty)
        {
            tx.Delete(CloudFormationTables.Templates, inputs.TemplateId);
            return null;
        }
        var changes = Linked(planner.Changes(r => tx.Find(CloudFormationTables.Resources, ResourceState.KeyOf(stack.Id, r))?.PhysicalId, ImmutableDictionary<string, string>.Empty), inside);
        tx.Put(CloudFormationTables.ChangeSets, new ChangeSetState
        {
            Id = id, Name = name, StackId = stack.Id, Home = stack.Home, Type = isNew ? ChangeSetType.Create : ChangeSetType.Update, CreatedAt = clock.GetUtcNow(), Inputs = inputs,
            Status = ChangeSetStatus.CreateComplete, ExecutionStatus = ExecutionStatus.Available, IncludesNested = true, ParentId = parentId, RootId = sets.RootId, Changes = TextsOf(changes),
        });
        sets.Made.Add(id);
        return id;
    }

    private static HashSet<string> Unchanged(ImmutableArray<NestedPreview> previews, Dictionary<string, string> changed) =>
        previews.Select(p => p.LogicalId).Where(id => !changed.ContainsKey(id)).ToHashSet(StringComparer.Ordinal);

    private static List<ResourceChange> Linked(IEnumerable<ResourceChange> changes, Dictionary<string, string> sets) =>
        [.. changes.Select(c => sets.GetValueOrDefault(c.LogicalResourceId ?? "") is { } set ? c with { ChangeSetId = set } : c)];

    // AWS: everything is done from the root.
    private static void RefuseNested(ChangeSetState set, string what)
    {
        if (set.RootId is { } root) throw TemplateErrors.Validation($"ChangeSet [{set.Id}] is nested and can only be {what} with its root [{root}]");
    }

    private static List<ChangeSetState> DropNested(Transaction tx, ChangeSetState root)
    {
        var all = root.NestedIds.Select(id => tx.Find(CloudFormationTables.ChangeSets, id)).OfType<ChangeSetState>().ToList();
        foreach (var nested in all)
        {
            tx.Delete(CloudFormationTables.Templates, nested.Inputs.TemplateId);
            tx.Delete(CloudFormationTables.ChangeSets, nested.Id);
        }
        return all;
    }

    // AWS: stacks that only these sets have made go with them.
    private void DropNestedStacks(Transaction tx, ChangeSetState root)
    {
        foreach (var stack in DropNested(tx, root).Select(s => tx.Find(CloudFormationTables.Stacks, s.StackId)).OfType<StackState>().ToList())
        {
            if (stack.Status is StackStatus.ReviewInProgress && !tx.Where(CloudFormationTables.ChangeSetsByStack, stack.Id).Any()) starts.Vanish(tx, stack);
        }
    }
}
