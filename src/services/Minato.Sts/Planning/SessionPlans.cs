using System.Collections.Immutable;
using Minato.Aws;
using Minato.Aws.Policies;
using Minato.Contracts.Sts;

namespace Minato.Sts.Planning;

/// <summary>What a session may be given: policies that limit it, tags, and how long it lasts.</summary>
internal static class SessionPlans
{
    private const int LongestPolicy = 2048;
    private const int MostPolicyArns = 10;
    private const int LongestChained = 3600;

    public static IEnumerable<string> ActionsOf(AssumeRoleRequest request)
    {
        yield return "sts:AssumeRole";
        if (request.Tags is { Length: > 0 }) yield return "sts:TagSession";
        if (request.SourceIdentity is not null) yield return "sts:SetSourceIdentity";
    }

    public static void CheckDuration(int seconds, int most, bool isChained)
    {
        if (isChained && seconds > LongestChained)
            throw new AwsException("ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.");
        if (seconds > most) throw new AwsException("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    }

    public static CallerSession WithPolicies(CallerSession session, string? policy, ImmutableArray<PolicyDescriptorType>? arns)
    {
        var given = (arns ?? []).Select(a => a.Arn).OfType<string>().ToImmutableArray();
        if (given.Length > MostPolicyArns) throw new AwsException("ValidationError", $"PolicyArns cannot contain more than {MostPolicyArns} items.");
        if (policy is not null)
        {
            if (policy.Length > LongestPolicy) throw new PackedPolicyTooLargeException($"Packed policy consumes {policy.Length * 100 / LongestPolicy}% of allotted space, please use smaller policy.");
            try
            {
                PolicyParser.Parse(policy, PolicyKind.Identity);
            }
            catch (PolicySyntaxException e)
            {
                throw new MalformedPolicyDocumentException(e.Message);
            }
        }
        return session with { Policy = policy, PolicyArns = given };
    }

    /// <summary>Those asked for, with the transitive ones of the session that asks.</summary>
    public static CallerSession WithTags(CallerSession session, ImmutableArray<Tag>? asked, ImmutableArray<string>? transitive, CallerSession? from)
    {
        var tags = Tags(asked);
        var keys = transitive ?? [];
        if (keys.Any(k => !tags.ContainsKey(k))) throw Invalid("The specified transitive tag key must be included in the requested tags.");
        var inherited = (from?.TransitiveTagKeys ?? []).Where(k => from?.Tags.ContainsKey(k) is true).ToArray();
        if (keys.Any(k => inherited.Contains(k, StringComparer.OrdinalIgnoreCase)))
            throw Invalid("One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.");
        if (inherited.FirstOrDefault(tags.ContainsKey) is { } taken)
            throw Invalid($"Tag key {taken} can't be set because it conflicts with a transitive tag key from the calling session.");
        return session with
        {
            Tags = tags.SetItems(inherited.Select(k => KeyValuePair.Create(k, from?.Tags.GetValueOrDefault(k) ?? ""))),
            TransitiveTagKeys = [.. inherited, .. keys],
        };
    }

    public static ImmutableSortedDictionary<string, string> Tags(ImmutableArray<Tag>? asked)
    {
        var tags = ImmutableSortedDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var tag in asked ?? [])
        {
            if (tags.ContainsKey(tag.Key)) throw Invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
            tags = tags.Add(tag.Key, tag.Value);
        }
        return tags;
    }

    /// <summary>In percent of what a session has room for; null when it carries nothing.</summary>
    public static int? PackedSize(CallerSession session)
    {
        var length = (session.Policy?.Length ?? 0) + session.PolicyArns.Sum(a => a.Length) + session.Tags.Sum(t => t.Key.Length + t.Value.Length);
        return length == 0 ? null : Math.Min(100, (length * 100 / LongestPolicy) + 1);
    }

    private static AwsException Invalid(string message) => new("InvalidParameterValue", message);
}
