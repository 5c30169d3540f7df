using System.Collections.Immutable;

namespace Minato.Aws.Policies;

/// <summary>A policy that was read once, to be asked many times.</summary>
public sealed record PolicyDocument(ImmutableArray<PolicyStatement> Statements)
{
    /// <returns>The first statement that says so of the request; null without one.</returns>
    public PolicyStatement? Find(bool allows, AuthorizationContext context)
    {
        foreach (var statement in Statements)
        {
            if (statement.Allows == allows && statement.AppliesTo(context)) return statement;
        }

        return null;
    }
}

/// <summary>Where something stands in a document: lines and columns from 1.</summary>
public readonly record struct TextSpan((int Line, int Column) Start, (int Line, int Column) End);

/// <summary>A list of a statement, and whether it names what is meant or all but what is meant (NotAction, NotResource).</summary>
public sealed record PatternList(ImmutableArray<Pattern> Patterns, bool IsNegated)
{
    public bool Matches(string value, AuthorizationContext context, StringComparison comparison)
    {
        foreach (var pattern in Patterns)
        {
            if (pattern.IsAny || pattern.Matches(value, context, comparison)) return !IsNegated;
        }

        return IsNegated;
    }
}

/// <param name="Place">Where it stands in its document.</param>
/// <param name="Sid">Its name, if it has one.</param>
/// <param name="Allows">Else it denies.</param>
/// <param name="Actions">What it speaks of.</param>
/// <param name="Resources">Null in a trust policy, which stands for its role alone.</param>
/// <param name="Principals">Null in a policy of a principal.</param>
/// <param name="Conditions">All of them must hold.</param>
public sealed record PolicyStatement(
    TextSpan Place, string? Sid, bool Allows, PatternList Actions, PatternList? Resources, PrincipalList? Principals, ImmutableArray<PolicyCondition> Conditions)
{
    /// <summary>Keys of a request that it asks about.</summary>
    public IEnumerable<string> ContextKeys => Actions.Patterns.Concat(Resources?.Patterns ?? []).Concat(Conditions.SelectMany(c => c.Values)).SelectMany(p => p.Keys)
        .Concat(Conditions.Select(c => c.Key));

    public bool AppliesTo(AuthorizationContext context)
    {
        // AWS: names of actions have no case, ARNs have.
        if (!Actions.Matches(context.Action, context, StringComparison.OrdinalIgnoreCase)) return false;
        if (Resources is not null && !Resources.Matches(context.Resource, context, StringComparison.Ordinal)) return false;
        if (Principals is not null && Principals.Match(context.Principal) is PrincipalMatch.None) return false;
        foreach (var condition in Conditions)
        {
            if (!condition.Holds(context)) return false;
        }

        return true;
    }
}
