using System.Runtime.CompilerServices;
using Minato.Aws.Authorization;
using Minato.Aws.Policies;
using Minato.Platform;
using Minato.Sns.State;

namespace Minato.Sns.Api;

/// <summary>
/// Policies and tags of topics for the place where every call is looked at. The policy that a topic comes with is not among them: it lets in whom
/// AWS says to be the source's owner, which users and roles are not.
/// </summary>
internal sealed class TopicPolicies(Store store) : IResourcePolicies
{
    // By the very text: it stays the same object until the topic gets another one.
    private readonly ConditionalWeakTable<string, PolicyDocument> _read = [];

    public string Service => "sns";

    public ResourceFacts? Find(string arn) => store.Current.Find(SnsTables.Topics, arn) is not { } topic ? null : new(arn)
    {
        Policy = topic.Attributes.GetValueOrDefault("Policy") is { Length: > 0 } text ? _read.GetValue(text, static t => PolicyParser.Parse(t, PolicyKind.Resource)) : null,
        Tags = topic.Tags,
    };
}
