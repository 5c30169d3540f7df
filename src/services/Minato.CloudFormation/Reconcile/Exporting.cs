using System.Collections.Immutable;
using Minato.CloudFormation.Planning;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.Platform;

namespace Minato.CloudFormation.Reconcile;

/// <summary>Outputs of a stack, what of them others may import, and what it imports itself.</summary>
internal static class Exporting
{
    /// <summary>The outputs of what is there now come into force.</summary>
    /// <exception cref="Minato.Aws.AwsException">An output cannot be evaluated, or an export belongs to somebody or is in use.</exception>
    public static StackState Apply(
        Transaction tx, StackState stack, Blueprint blueprint, Func<string, ResourceValue?> resources, Func<string, IReadOnlyList<string>?> zones)
    {
        var evaluator = new Evaluator(blueprint.Scope with { Resource = resources, Zones = zones, Import = Blueprints.Exports(tx, stack.Home) });
        var outputs = blueprint.Template.Outputs.Values.Where(o => o.Condition is null || evaluator.Holds(o.Condition))
            .Select(o => OutputOf(o, evaluator)).OfType<OutputState>().ToImmutableArray();
        Export(tx, stack, outputs);
        HoldImports(tx, stack, blueprint, keepOld: false);
        return stack with { Outputs = outputs };
    }

    private static OutputState? OutputOf(OutputDefinition output, Evaluator evaluator)
    {
        var value = evaluator.Evaluate(output.Value);
        if (value is null) return null;
        var text = Values.Text(value) ?? throw TemplateErrors.NoText();
        return new(output.Name, text, output.Description, output.ExportName is null ? null : evaluator.Text(output.ExportName, "Export name"));
    }

    private static void Export(Transaction tx, StackState stack, ImmutableArray<OutputState> outputs)
    {
        var wanted = outputs.Where(o => o.ExportName is not null).ToList();
        if (wanted.GroupBy(o => o.ExportName).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw TemplateErrors.Validation($"Duplicate Export names. The name {twice.Key} is used by more than one output of this template.");
        var old = tx.Where(CloudFormationTables.ExportsByStack, stack.Id).ToDictionary(e => e.Name);
        foreach (var output in wanted)
        {
            var export = new ExportState(stack.Home, output.ExportName ?? "", output.Value, stack.Id);
            if (tx.Find(CloudFormationTables.Exports, export.Key) is { } taken)
            {
                if (taken.StackId != stack.Id)
                    throw TemplateErrors.Validation($"Export with name {export.Name} is already exported by stack {StackNames.NameOf(taken.StackId)}");
                if (taken.Value != export.Value && UserOf(tx, taken) is { } user) throw TemplateErrors.Validation($"Export {export.Name} cannot be updated as it is in use by {user}");
            }
            old.Remove(export.Name);
            tx.Put(CloudFormationTables.Exports, export);
        }
        foreach (var gone in old.Values)
        {
            if (UserOf(tx, gone) is { } user) throw TemplateErrors.Validation($"Export {gone.Name} cannot be deleted as it is in use by {user}");
            tx.Delete(CloudFormationTables.Exports, gone.Key);
        }
    }

    /// <summary>Names of the stacks that use an export; null when nobody does.</summary>
    public static string? UserOf(IReadState state, ExportState export)
    {
        var users = state.Where(CloudFormationTables.ImportsByExport, export.Key).Where(i => i.StackId != export.StackId).Select(i => StackNames.NameOf(i.StackId)).ToList();
        return users.Count == 0 ? null : users is [var only] ? only : string.Join(" and ", users);
    }

    /// <summary>From when a stack begins to use exports they cannot change.</summary>
    public static void HoldImports(Transaction tx, StackState stack, Blueprint blueprint, bool keepOld)
    {
        var evaluator = new Evaluator(blueprint.Scope with { IsSymbolic = true, Import = Blueprints.Exports(tx, stack.Home) });
        foreach (var resource in blueprint.Template.Resources.Values.Where(r => blueprint.IsActive(r.LogicalId))) evaluator.Evaluate(resource.Properties);
        foreach (var output in blueprint.Template.Outputs.Values.Where(o => o.Condition is null || evaluator.Holds(o.Condition))) evaluator.Evaluate(output.Value);
        var wanted = evaluator.Imports.Select(name => new ImportState(ExportState.KeyOf(stack.Home, name), stack.Id)).ToDictionary(i => i.Key);
        if (!keepOld)
        {
            foreach (var old in tx.Where(CloudFormationTables.ImportsByStack, stack.Id).Where(i => !wanted.ContainsKey(i.Key)).ToList())
                tx.Delete(CloudFormationTables.Imports, old.Key);
        }
        foreach (var import in wanted.Values)
        {
            if (tx.Find(CloudFormationTables.Imports, import.Key) is null) tx.Put(CloudFormationTables.Imports, import);
        }
    }

    /// <summary>After a rollback only what the old template imports is held.</summary>
    public static void Restore(Transaction tx, StackState stack, Blueprint blueprint) => HoldImports(tx, stack, blueprint, keepOld: false);

    public static void Remove(Transaction tx, StackState stack)
    {
        foreach (var export in tx.Where(CloudFormationTables.ExportsByStack, stack.Id).ToList()) tx.Delete(CloudFormationTables.Exports, export.Key);
        foreach (var import in tx.Where(CloudFormationTables.ImportsByStack, stack.Id).ToList()) tx.Delete(CloudFormationTables.Imports, import.Key);
    }
}
