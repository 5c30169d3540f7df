using System.Collections.Frozen;

namespace Minato.Aws.Authorization;

/// <summary>One action that an operation needs, and on what.</summary>
internal sealed record ActionRow(string Action, ResourceTemplate[] Resources, (string Key, ResourceTemplate Value)[] Keys, string? OnlyWith, string? OnlyWithout);

/// <summary>All that an operation needs.</summary>
internal sealed record OperationActions(ActionRow[] Rows)
{
    /// <summary>The members at the top of its request that rows look at.</summary>
    public FrozenSet<string> Members { get; } = Rows.SelectMany(r => r.Resources.Concat(r.Keys.Select(k => k.Value)).SelectMany(t => t.Members)
        .Concat(new[] { r.OnlyWith, r.OnlyWithout }.OfType<string>())).ToFrozenSet(StringComparer.Ordinal);
}

/// <summary>
/// Which actions on which resources the operations of a service are, written as AWS's service authorization reference lists them. A line is
/// <c>resource … [? key=value …] [if member] [unless member] : Operation Operation=Action …</c>; a resource without <c>arn:</c> stands behind the
/// service's own prefix. An operation may stand in several lines: it needs all of them.
/// </summary>
internal sealed class ActionTable
{
    private readonly string _prefix;
    private readonly string _arn;
    private readonly FrozenDictionary<string, OperationActions> _operations;

    /// <param name="prefix">Of the service's actions, such as <c>ecs</c>.</param>
    /// <param name="arn">Of the ARNs of its resources, up to the account's colon.</param>
    /// <param name="lines">See the class.</param>
    public ActionTable(string prefix, string arn, string lines)
    {
        (_prefix, _arn) = (prefix, arn);
        _operations = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).SelectMany(Rows)
            .GroupBy(r => r.Operation, r => r.Row, StringComparer.Ordinal)
            .ToFrozenDictionary(g => g.Key, g => new OperationActions([.. g]), StringComparer.Ordinal);
    }

    public IEnumerable<string> Operations => _operations.Keys;

    /// <returns>Null for an operation that the table does not know.</returns>
    public OperationActions? Find(string operation) => _operations.GetValueOrDefault(operation);

    private IEnumerable<(string Operation, ActionRow Row)> Rows(string line)
    {
        var colon = line.LastIndexOf(" : ", StringComparison.Ordinal);
        var (left, operations) = (line[..colon], line[(colon + 3)..].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        var words = left.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var end = Array.FindIndex(words, w => w is "?" or "if" or "unless");
        var resources = (end < 0 ? words : words[..end]).Select(w => new ResourceTemplate(Whole(w))).ToArray();
        var keys = words.SkipWhile(w => w is not "?").Skip(1).TakeWhile(w => w is not ("if" or "unless")).Select(Key).ToArray();
        foreach (var operation in operations)
        {
            var (name, action) = operation.Split('=') is [var n, var a] ? (n, a) : (operation, operation);
            yield return (name, new(action.Contains(':', StringComparison.Ordinal) ? action : $"{_prefix}:{action}", resources, keys, Behind(words, "if"), Behind(words, "unless")));
        }
    }

    private string Whole(string resource) =>
        resource is "*" || resource.StartsWith("arn:", StringComparison.Ordinal) || (resource[0] == '{' && resource.IndexOf('}') == resource.Length - 1 && !resource.Contains('~', StringComparison.Ordinal))
            ? resource : _arn + resource;

    private (string, ResourceTemplate) Key(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var value = text[(equals + 1)..];
        // A value that is an ARN of the service begins with a colon.
        return (text[..equals], new(value.StartsWith(':') ? _arn + value[1..] : value));
    }

    private static string? Behind(string[] words, string word) => Array.IndexOf(words, word) is var at and >= 0 ? words[at + 1] : null;
}
