using System.Collections.Immutable;

namespace Minato.Ecs.Planning.Placement.Query;

/// <summary>What a subject is compared with.</summary>
internal sealed record QueryArgument(QueryScale Scale, ImmutableArray<string> Values, QueryPattern? Pattern)
{
    /// <summary>A subject with several values passes when one of them does; one that lacks the subject passes the negations.</summary>
    public bool Test(QueryOperator op, IReadOnlyList<string> found) => op switch
    {
        QueryOperator.Exists => found.Count > 0,
        QueryOperator.NotExists => found.Count == 0,
        QueryOperator.Equal or QueryOperator.In => Any(found),
        QueryOperator.NotEqual or QueryOperator.NotIn => !Any(found),
        QueryOperator.Matches => MatchesAny(found),
        QueryOperator.NotMatches => !MatchesAny(found),
        _ => Orders(op, found),
    };

    private bool Any(IReadOnlyList<string> found)
    {
        foreach (var one in found)
            foreach (var value in Values)
                if (Scale.Compare(one, value) == 0) return true;
        return false;
    }

    private bool MatchesAny(IReadOnlyList<string> found)
    {
        foreach (var one in found)
            if (Pattern?.IsMatch(one) == true) return true;
        return false;
    }

    private bool Orders(QueryOperator op, IReadOnlyList<string> found)
    {
        foreach (var one in found)
        {
            if (Scale.Compare(one, Values[0]) is not { } order) continue;
            if (op switch
            {
                QueryOperator.Greater => order > 0,
                QueryOperator.GreaterOrEqual => order >= 0,
                QueryOperator.Less => order < 0,
                _ => order <= 0,
            }) return true;
        }

        return false;
    }
}
