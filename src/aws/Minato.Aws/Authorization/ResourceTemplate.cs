namespace Minato.Aws.Authorization;

/// <summary>
/// How the ARN of a resource is made of a request: text with members in braces. <c>{name|default}</c> has a default (<c>:account</c> is the caller's); <c>{name/}</c> is what stands
/// behind the last slash, <c>{name^}</c> a parameter's name without the first slash and selector, <c>{name@}</c> the source of a copy,
/// <c>{name~}</c> a key's id or alias. The last member is the resource itself: it may be a list, and a value that is an ARN already is taken as it is.
/// </summary>
internal sealed class ResourceTemplate
{
    private readonly (string Text, Field? Field)[] _parts;
    private readonly int _last;
    private const string OfCaller = ":account";

    private sealed record Field(string Path, string? Default, char Form);

    public ResourceTemplate(string text)
    {
        var parts = new List<(string, Field?)>();
        for (var at = 0; at < text.Length;)
        {
            var open = text.IndexOf('{', at);
            if (open < 0) open = text.Length;
            if (open > at) parts.Add((text[at..open], null));
            if (open == text.Length) break;
            var close = text.IndexOf('}', open);
            parts.Add(("", FieldOf(text[(open + 1)..close])));
            at = close + 1;
        }
        _parts = [.. parts];
        _last = Array.FindLastIndex(_parts, p => p.Field is { Path: not ("region" or "account") });
    }

    private static Field FieldOf(string text)
    {
        var bar = text.IndexOf('|', StringComparison.Ordinal);
        var (path, otherwise) = bar < 0 ? (text, null) : (text[..bar], text[(bar + 1)..]);
        return path[^1] is '/' or '^' or '@' or '~' ? new(path[..^1], otherwise, path[^1]) : new(path, otherwise, ' ');
    }

    /// <summary>The members at the top of the request that it needs.</summary>
    public IEnumerable<string> Members => _parts.Select(p => p.Field?.Path.Split('.')[0]).OfType<string>();

    /// <returns>None when the request lacks the member that would be the resource.</returns>
    public IEnumerable<string> Expand(RequestMembers members, Caller caller)
    {
        if (_last < 0) return [Text(members, caller, null)];
        var field = _parts[_last].Field ?? throw new InvalidOperationException();
        var values = members.Values(field.Path);
        if (values.Count == 0) return field.Default is { } otherwise ? [Text(members, caller, otherwise is ":self" ? NameOf(caller) : otherwise)] : [];
        return values.Select(v => v.StartsWith("arn:", StringComparison.Ordinal) ? v : Text(members, caller, Shape(field, v)));
    }

    private string Text(RequestMembers members, Caller caller, string? last) => string.Concat(_parts.Select((p, i) => p.Field switch
    {
        null => p.Text,
        _ when i == _last => last,
        { Path: "region" } => caller.Region,
        { Path: "account" } => caller.AccountId,
        { Default: OfCaller } own when members.Values(own.Path).Count == 0 => caller.AccountId,
        var field => members.Values(field.Path) is [var value, ..] ? Shape(field, value.StartsWith("arn:", StringComparison.Ordinal) ? Behind(value) : value) : field.Default,
    }));

    private static string Shape(Field field, string value) => field.Form switch
    {
        '/' => Behind(value),
        '^' => value.TrimStart('/').Split(':')[0],
        '@' => Uri.UnescapeDataString(value.Split("?versionId=")[0]).TrimStart('/'),
        '~' => value.StartsWith("alias/", StringComparison.Ordinal) ? value : $"key/{value}",
        _ => value,
    };

    private static string Behind(string value) => value[(value.LastIndexOf('/') + 1)..];

    private static string NameOf(Caller caller) => Behind(caller.PrincipalArn);
}
