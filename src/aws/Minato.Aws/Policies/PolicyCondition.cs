using System.Collections.Immutable;

namespace Minato.Aws.Policies;

/// <summary>One key of one operator of a statement's Condition.</summary>
/// <param name="Operator">How a value is compared, without prefix and suffix; null is the operator Null.</param>
/// <param name="Set">ForAllValues, ForAnyValue or neither.</param>
/// <param name="IfExists">Holds for requests that have no such key.</param>
/// <param name="Key">The key of the request that is looked at.</param>
/// <param name="Values">One that fits is enough; with a negated operator none may.</param>
public sealed record PolicyCondition(ConditionOperator? Operator, SetOperator Set, bool IfExists, string Key, ImmutableArray<Pattern> Values)
{
    public bool Holds(AuthorizationContext context)
    {
        var given = context.Values(Key);
        if (Operator is null) return Values.Any(v => v.EqualsTo(given.IsEmpty ? "true" : "false", context, StringComparison.OrdinalIgnoreCase));
        if (given.IsEmpty) return IfExists || WithoutKey(Operator);
        return Set switch
        {
            SetOperator.ForAllValues => given.All(g => Fits(Operator, g, context)),
            SetOperator.ForAnyValue => given.Any(g => Fits(Operator, g, context)),
            // A key with several values and no set operator is compared by any of them; negated, by all.
            _ when Operator.IsNegated => given.All(g => Fits(Operator, g, context)),
            _ => given.Any(g => Fits(Operator, g, context)),
        };
    }

    // AWS: a key that is missing fails what must be so, and satisfies what must not be so.
    private bool WithoutKey(ConditionOperator compare) => Set switch
    {
        SetOperator.ForAllValues => true,
        SetOperator.ForAnyValue => false,
        _ => compare.IsNegated,
    };

    private bool Fits(ConditionOperator compare, string given, AuthorizationContext context)
    {
        foreach (var value in Values)
        {
            if (compare.Fits(value, given, context)) return !compare.IsNegated;
        }

        return compare.IsNegated;
    }
}

public enum SetOperator
{
    None,
    ForAllValues,
    ForAnyValue,
}
