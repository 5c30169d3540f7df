namespace Minato.Ecs.Planning.Placement.Query;

internal enum QueryOperator
{
    Equal, NotEqual, Greater, GreaterOrEqual, Less, LessOrEqual, Exists, NotExists, In, NotIn, Matches, NotMatches,
}

/// <summary>How operators are written, as signs and as words.</summary>
internal static class QueryOperators
{
    /// <summary>Longer signs come before those they begin with.</summary>
    public static readonly (string Text, QueryOperator Operator)[] Signs =
    [
        ("==", QueryOperator.Equal), ("!=", QueryOperator.NotEqual), ("=~", QueryOperator.Matches), ("!~", QueryOperator.NotMatches),
        (">=", QueryOperator.GreaterOrEqual), ("<=", QueryOperator.LessOrEqual), (">", QueryOperator.Greater), ("<", QueryOperator.Less),
    ];

    public static readonly (string Text, QueryOperator Operator)[] Words =
    [
        ("equals", QueryOperator.Equal), ("not_equals", QueryOperator.NotEqual), ("greater_than_equal", QueryOperator.GreaterOrEqual),
        ("greater_than", QueryOperator.Greater), ("less_than_equal", QueryOperator.LessOrEqual), ("less_than", QueryOperator.Less),
        ("!exists", QueryOperator.NotExists), ("not_exists", QueryOperator.NotExists), ("exists", QueryOperator.Exists),
        ("!in", QueryOperator.NotIn), ("not_in", QueryOperator.NotIn), ("in", QueryOperator.In),
        ("matches", QueryOperator.Matches), ("not_matches", QueryOperator.NotMatches),
    ];

    public static bool TakesNothing(this QueryOperator op) => op is QueryOperator.Exists or QueryOperator.NotExists;

    public static bool TakesList(this QueryOperator op) => op is QueryOperator.In or QueryOperator.NotIn;

    public static bool TakesPattern(this QueryOperator op) => op is QueryOperator.Matches or QueryOperator.NotMatches;

    public static bool Orders(this QueryOperator op) =>
        op is QueryOperator.Greater or QueryOperator.GreaterOrEqual or QueryOperator.Less or QueryOperator.LessOrEqual;
}
