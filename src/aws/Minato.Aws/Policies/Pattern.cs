using System.Text;

namespace Minato.Aws.Policies;

/// <summary>
/// A text of a policy that stands for many: <c>*</c> is any run of characters, <c>?</c> one, <c>${key}</c> a value of the request,
/// <c>${key, 'otherwise'}</c> the same with a value for requests without one, and <c>${*}</c>, <c>${?}</c>, <c>${$}</c> the character itself.
/// What a variable stands for is taken to the letter, whatever characters it has.
/// </summary>
public sealed class Pattern
{
    // Not characters of any text: so that a star of the policy and a star of a value are told apart.
    private const char Run = '\uFFFE';
    private const char One = '\uFFFF';

    private readonly string _text;
    private readonly Part[]? _parts; // Null without variables: most patterns have none.

    private Pattern(string text, Part[]? parts) => (_text, _parts) = (text, parts);

    private sealed record Part(string Text, string? Key, string? Otherwise);

    public static Pattern Literal(string text) => new(text, null);

    /// <param name="text">As it stands in the policy.</param>
    /// <param name="hasVariables">AWS: only documents of version 2012-10-17 have variables.</param>
    public static Pattern Parse(string text, bool hasVariables)
    {
        List<Part>? parts = null;
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var end = hasVariables && text[i] == '$' && i + 1 < text.Length && text[i + 1] == '{' ? text.IndexOf('}', i) : -1;
            if (end < 0)
            {
                plain.Append(text[i] switch { '*' => Run, '?' => One, var c => c });
                continue;
            }

            var variable = text[(i + 2)..end];
            i = end;
            if (variable is "*" or "?" or "$")
            {
                plain.Append(variable);
                continue;
            }

            parts ??= [];
            parts.Add(new(plain.ToString(), null, null));
            plain.Clear();
            parts.Add(Variable(variable));
        }

        if (parts is null) return new(plain.ToString(), null);
        parts.Add(new(plain.ToString(), null, null));
        return new("", [.. parts]);
    }

    /// <summary>Everything, with one star.</summary>
    public bool IsAny => _parts is null && _text is [Run];

    /// <summary>Keys of the request that it needs.</summary>
    public IEnumerable<string> Keys => _parts?.Select(p => p.Key).OfType<string>() ?? [];

    /// <param name="value">What is looked at.</param>
    /// <param name="context">Where variables get their values. A pattern with a variable that has none matches nothing.</param>
    /// <param name="comparison">Ordinal, with or without case.</param>
    public bool Matches(string value, AuthorizationContext context, StringComparison comparison = StringComparison.Ordinal) =>
        Resolve(context) is { } pattern && Matches(pattern, value, comparison);

    /// <summary>As <see cref="Matches(string, AuthorizationContext, StringComparison)"/>, with stars that stand for themselves.</summary>
    public bool EqualsTo(string value, AuthorizationContext context, StringComparison comparison) =>
        Resolve(context) is { } text && string.Equals(text.Replace(Run, '*').Replace(One, '?'), value, comparison);

    /// <returns>The text without variables; null when one of them has no value.</returns>
    public string? Resolve(AuthorizationContext context)
    {
        if (_parts is null) return _text;
        var text = new StringBuilder();
        foreach (var part in _parts)
        {
            if (part.Key is null) text.Append(part.Text);
            else if ((context.Single(part.Key) ?? part.Otherwise) is { } value) text.Append(value.Replace(Run, ' ').Replace(One, ' '));
            else return null;
        }

        return text.ToString();
    }

    /// <summary>In time of the product of both lengths at the worst: only the last star is ever gone back to.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> value, StringComparison comparison)
    {
        var (p, v, star, mark) = (0, 0, -1, 0);
        while (v < value.Length)
        {
            if (p < pattern.Length && pattern[p] == Run) (star, mark, p) = (p, v, p + 1);
            else if (p < pattern.Length && (pattern[p] == One || Same(pattern[p], value[v], comparison))) (p, v) = (p + 1, v + 1);
            else if (star >= 0) (p, mark, v) = (star + 1, mark + 1, mark + 1);
            else return false;
        }

        while (p < pattern.Length && pattern[p] == Run) p++;
        return p == pattern.Length;
    }

    private static bool Same(char a, char b, StringComparison comparison) =>
        a == b || (comparison == StringComparison.OrdinalIgnoreCase && char.ToUpperInvariant(a) == char.ToUpperInvariant(b));

    private static Part Variable(string text)
    {
        var comma = text.IndexOf(',', StringComparison.Ordinal);
        return comma < 0 ? new("", text.Trim(), null) : new("", text[..comma].Trim(), text[(comma + 1)..].Trim().Trim('\''));
    }
}
