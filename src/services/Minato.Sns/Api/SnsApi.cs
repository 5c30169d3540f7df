using System.Collections.Immutable;
using Minato.Aws;
using Minato.Platform;
using Minato.Sns.Planning;
using Minato.Sns.State;

namespace Minato.Sns.Api;

/// <summary>SNS. What is published is on record for each subscription before the answer; reconcilers bring it there.</summary>
internal sealed partial class SnsApi(Store store, PageTokens tokens, Ids ids, TimeProvider clock) : Contracts.Sns.ISns
{
    private const int PageSize = 100;

    /// <summary>Messages that wait, all accounts together: more are not taken in.</summary>
    private const int MostPending = 100_000;

    private static TopicState FindTopic(IReadState state, string arn, Caller caller, string action, string name = "TopicArn")
    {
        SnsErrors.TopicArn(arn, name);
        var topic = state.Find(SnsTables.Topics, arn);
        // AWS: somebody of another account does not learn whether there is such a topic.
        if (topic is null) throw SnsErrors.NoTopic;
        return TopicPolicy.Lets(topic, caller, action) ? topic : throw SnsErrors.NotAllowed(caller, action, arn);
    }

    private string? Position(string operation, string? token) => string.IsNullOrEmpty(token) ? null : tokens.Decode(operation, token) ?? throw SnsErrors.Invalid("NextToken");

    private (ImmutableArray<T> Items, string? Next) Page<T>(string operation, IEnumerable<T> rest, Func<T, string> position)
    {
        var items = rest.Take(PageSize + 1).ToImmutableArray();
        return items.Length <= PageSize ? (items, null) : (items.RemoveAt(PageSize), tokens.Encode(operation, position(items[PageSize - 1])));
    }
}
