using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Placement.Query;

namespace Minato.Ecs.Api;

/// <summary>What placement constraints and strategies have to be; the same for tasks and services.</summary>
internal static class PlacementRules
{
    private const int MostConstraints = 10;
    private const int MostStrategies = 5;

    public static void Check(ImmutableArray<PlacementConstraint>? constraints, ImmutableArray<PlacementStrategy>? strategies)
    {
        if (constraints is { Length: > MostConstraints })
            throw new InvalidParameterException($"placement constraints can have at most {MostConstraints} items.");
        if (strategies is { Length: > MostStrategies })
            throw new InvalidParameterException($"placement strategies can have at most {MostStrategies} items.");
        foreach (var constraint in constraints ?? []) Check(constraint);
        foreach (var strategy in strategies ?? []) Check(strategy);
    }

    private static void Check(PlacementConstraint constraint)
    {
        if (constraint.Type == PlacementConstraintType.MemberOf)
        {
            if (string.IsNullOrEmpty(constraint.Expression))
                throw new InvalidParameterException("A memberOf placement constraint needs an expression.");
            ClusterQuery.Parse(constraint.Expression);
        }
        else if (constraint.Type != PlacementConstraintType.DistinctInstance)
        {
            throw new InvalidParameterException("The type of a placement constraint is distinctInstance or memberOf.");
        }
        else if (!string.IsNullOrEmpty(constraint.Expression))
        {
            throw new InvalidParameterException("A distinctInstance placement constraint takes no expression.");
        }
    }

    private static void Check(PlacementStrategy strategy)
    {
        var field = strategy.Field ?? "";
        var isGood = strategy.Type?.ToWire() switch
        {
            "random" => field.Length == 0,
            "binpack" => field.Equals("cpu", StringComparison.OrdinalIgnoreCase) || field.Equals("memory", StringComparison.OrdinalIgnoreCase),
            "spread" => field is "instanceId" or "host" || (field.StartsWith("attribute:", StringComparison.Ordinal) && field.Length > "attribute:".Length),
            var type => throw new InvalidParameterException($"There is no placement strategy '{type}'."),
        };
        if (!isGood) throw new InvalidParameterException($"The field '{field}' is not valid for the placement strategy {strategy.Type?.ToWire()}.");
    }
}
