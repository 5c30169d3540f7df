namespace Minato.CloudFormation.Templates;

/// <summary>The text of Fn::Sub: literals with names between.</summary>
internal static class SubText
{
    /// <returns>A literal and the name behind it, if there is one. <c>${!X}</c> is the literal <c>${X}</c>.</returns>
    public static IEnumerable<(string Literal, string? Name)> Parts(string text)
    {
        var from = 0;
        var literal = "";
        while (text.IndexOf("${", from, StringComparison.Ordinal) is var at and >= 0)
        {
            var end = text.IndexOf('}', at);
            if (end < 0) break;
            literal += text[from..at];
            from = end + 1;
            var name = text[(at + 2)..end].Trim();
            if (name.StartsWith('!'))
            {
                literal += $"${{{name[1..]}}}";
                continue;
            }
            yield return (literal, name.Length > 0 ? name : throw TemplateErrors.Template("variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons"));
            literal = "";
        }
        yield return (literal + text[from..], null);
    }
}
