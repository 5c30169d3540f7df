using Minato.Contracts.Ecs;

namespace Minato.Ecs.Planning.Placement.Query;

/// <summary>An expression of the cluster query language, read once and asked of many instances.</summary>
internal sealed class ClusterQuery
{
    public const int LongestText = 2000;

    private readonly QueryNode _root;

    private ClusterQuery(QueryNode root) => _root = root;

    /// <exception cref="InvalidParameterException">The expression cannot be read; the message says where.</exception>
    public static ClusterQuery Parse(string text)
    {
        if (text.Length > LongestText) throw Invalid(text[..40] + "…", $"it is longer than {LongestText} characters");
        return new(new QueryReader(text).Read());
    }

    public bool Matches(InstanceView instance) => _root.Matches(instance);

    public static InvalidParameterException Invalid(string text, string why) => new($"Invalid expression: '{text}': {why}.");
}

/// <summary>One node of a query's tree.</summary>
internal abstract record QueryNode
{
    private QueryNode() { }

    public abstract bool Matches(InstanceView instance);

    public sealed record Or(QueryNode Left, QueryNode Right) : QueryNode
    {
        public override bool Matches(InstanceView instance) => Left.Matches(instance) || Right.Matches(instance);
    }

    public sealed record And(QueryNode Left, QueryNode Right) : QueryNode
    {
        public override bool Matches(InstanceView instance) => Left.Matches(instance) && Right.Matches(instance);
    }

    public sealed record Not(QueryNode Inner) : QueryNode
    {
        public override bool Matches(InstanceView instance) => !Inner.Matches(instance);
    }

    public sealed record Simple(QuerySubject Subject, QueryOperator Operator, QueryArgument Argument) : QueryNode
    {
        public override bool Matches(InstanceView instance) => Argument.Test(Operator, Subject.Of(instance));
    }
}
