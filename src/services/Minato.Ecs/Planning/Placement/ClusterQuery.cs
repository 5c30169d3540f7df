using System.Text.RegularExpressions;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.Planning.Placement;

/// <summary>
/// The cluster query language. Served so far: single comparisons of <c>attribute:NAME</c>, <c>ec2InstanceId</c>,
/// <c>agentConnected</c> and <c>task:group</c> with ==, !=, exists, !exists, in, !in, =~ and !~, joined by one kind of and/or.
/// </summary>
internal static partial class ClusterQuery
{
    /// <exception cref="InvalidParameterException">The expression cannot be read.</exception>
    public static bool Matches(string expression, InstanceView instance)
    {
        var ors = Or().Split(expression);
        return ors.Any(or => And().Split(or).All(simple => Simple(simple.Trim(), instance)));
    }

    public static void Check(string expression)
    {
        foreach (var simple in Or().Split(expression).SelectMany(or => And().Split(or))) Parse(simple.Trim());
    }

    private static bool Simple(string text, InstanceView instance)
    {
        var (subject, op, argument) = Parse(text);
        var values = Values(subject, instance);
        return op switch
        {
            "==" or "equals" => values.Contains(Plain(argument)),
            "!=" or "not_equals" => !values.Contains(Plain(argument)),
            "exists" => values.Length > 0,
            "!exists" or "not_exists" => values.Length == 0,
            "in" => values.Any(List(argument).Contains),
            "!in" or "not_in" => !values.Any(List(argument).Contains),
            "=~" or "matches" => values.Any(v => Whole(argument).IsMatch(v)),
            _ => !values.Any(v => Whole(argument).IsMatch(v)),
        };
    }

    private static (string Subject, string Operator, string Argument) Parse(string text)
    {
        var match = Comparison().Match(text);
        if (!match.Success) throw new InvalidParameterException($"Invalid expression: '{text}'.");
        return (match.Groups["subject"].Value, match.Groups["op"].Value, match.Groups["argument"].Value.Trim());
    }

    private static string[] Values(string subject, InstanceView instance) => subject switch
    {
        "ec2InstanceId" => [instance.Instance.Ec2InstanceId],
        "agentConnected" => [instance.Instance.AgentConnected ? "true" : "false"],
        "runningTasksCount" => [instance.Tasks.Length.ToString(System.Globalization.CultureInfo.InvariantCulture)],
        "task:group" => [.. instance.Tasks.Select(t => t.Group)],
        _ => [.. instance.Instance.Attributes.Where(a => $"attribute:{a.Name}" == subject).Select(a => a.Value ?? "")],
    };

    private static string Plain(string argument) => argument.Trim('"', '\'');

    private static string[] List(string argument) =>
        [.. argument.Trim('[', ']').Split(',').Select(a => Plain(a.Trim()))];

    private static Regex Whole(string argument) =>
        new($"^(?:{Plain(argument)})$", RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(100));

    [GeneratedRegex(@"\s*(?:\|\||\bor\b)\s*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Or();

    [GeneratedRegex(@"\s*(?:&&|\band\b)\s*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex And();

    [GeneratedRegex(@"^(?<subject>[\w:.\-/]+)\s*(?<op>==|!=|=~|!~|!exists|not_exists|exists|!in\b|not_in|in\b|not_equals|equals|not_matches|matches)\s*(?<argument>.*)$",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Comparison();
}
