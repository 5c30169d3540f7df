using System.Collections.Immutable;
using System.Text;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.Planning.Placement.Query;

/// <summary>Reads an expression: or, and, not and parentheses around simple comparisons. A reader reads once.</summary>
internal sealed class QueryReader(string text)
{
    private const int DeepestNesting = 64;
    private int _at;
    private int _depth;

    public QueryNode Read()
    {
        var node = Or();
        SkipSpace();
        return _at == text.Length ? node : throw Invalid($"nothing is expected after character {_at}");
    }

    private QueryNode Or()
    {
        if (++_depth > DeepestNesting) throw Invalid($"it is nested deeper than {DeepestNesting} times");
        var node = And();
        while (TakeSign("||") || TakeWord("or")) node = new QueryNode.Or(node, And());
        _depth--;
        return node;
    }

    private QueryNode And()
    {
        var node = Not();
        while (TakeSign("&&") || TakeWord("and")) node = new QueryNode.And(node, Not());
        return node;
    }

    private QueryNode Not()
    {
        var turns = 0;
        while (TakeSign("!") || TakeWord("not")) turns++;
        var node = TakeSign("(") ? Closed(Or()) : Simple();
        return turns % 2 == 0 ? node : new QueryNode.Not(node);
    }

    private QueryNode Closed(QueryNode node) => TakeSign(")") ? node : throw Invalid($"a closing parenthesis is missing at character {_at}");

    private QueryNode.Simple Simple()
    {
        SkipSpace();
        var start = _at;
        while (_at < text.Length && IsOfSubject(text[_at])) _at++;
        var name = text[start.._at];
        var subject = QuerySubject.Named(name) ?? throw Invalid(name.Length == 0 ? $"a subject is missing at character {start}" : $"there is no subject '{name}'");
        var op = Operator();
        if (op.Orders() && !subject.Scale.IsOrdered()) throw Invalid($"'{name}' has no order");
        return new(subject, op, Argument(subject.Scale, op));
    }

    private QueryOperator Operator()
    {
        foreach (var (word, op) in QueryOperators.Words) if (TakeWord(word)) return op;
        foreach (var (sign, op) in QueryOperators.Signs) if (TakeSign(sign)) return op;
        throw Invalid($"an operator is missing at character {_at}");
    }

    private QueryArgument Argument(QueryScale scale, QueryOperator op)
    {
        if (op.TakesNothing()) return new(scale, [], null);
        if (op.TakesPattern())
        {
            var (pattern, problem) = QueryPattern.Compile(Literal(isPattern: true));
            return new(scale, [], pattern ?? throw Invalid(problem ?? "the regular expression cannot be read"));
        }

        ImmutableArray<string> values = op.TakesList() ? List() : [Literal(isPattern: false)];
        foreach (var value in values)
            if (!scale.CanRead(value)) throw Invalid($"'{value}' cannot be compared with the subject");
        return new(scale, values, null);
    }

    private ImmutableArray<string> List()
    {
        if (!TakeSign("[")) throw Invalid($"a list in brackets is missing at character {_at}");
        var values = ImmutableArray.CreateBuilder<string>();
        do values.Add(Literal(isPattern: false));
        while (TakeSign(","));
        return TakeSign("]") ? values.ToImmutable() : throw Invalid($"a closing bracket is missing at character {_at}");
    }

    private string Literal(bool isPattern)
    {
        SkipSpace();
        if (_at < text.Length && text[_at] is '"' or '\'') return Quoted(text[_at]);
        var start = _at;
        while (_at < text.Length && !Ends(isPattern)) _at++;
        return _at > start ? text[start.._at] : throw Invalid($"a value is missing at character {start}");
    }

    // A simple expression holds no parentheses; a regular expression may well hold brackets and commas.
    private bool Ends(bool isPattern)
    {
        var here = text[_at];
        if (char.IsWhiteSpace(here) || here is '(' or ')') return true;
        if (_at + 1 < text.Length && here is '&' or '|' && text[_at + 1] == here) return true;
        return !isPattern && here is ',' or ']' or '[' or '"' or '\'';
    }

    private string Quoted(char quote)
    {
        var value = new StringBuilder();
        for (_at++; _at < text.Length; _at++)
        {
            if (text[_at] == quote)
            {
                _at++;
                return value.ToString();
            }

            // Only the quote itself needs a backslash before it: others belong to regular expressions.
            if (text[_at] == '\\' && _at + 1 < text.Length && text[_at + 1] == quote) _at++;
            value.Append(text[_at]);
        }

        throw Invalid("a quotation mark is not closed");
    }

    private bool TakeSign(string sign)
    {
        SkipSpace();
        if (string.CompareOrdinal(text, _at, sign, 0, sign.Length) != 0) return false;
        _at += sign.Length;
        return true;
    }

    private bool TakeWord(string word)
    {
        SkipSpace();
        var end = _at + word.Length;
        if (string.CompareOrdinal(text, _at, word, 0, word.Length) != 0 || (end < text.Length && IsOfSubject(text[end]))) return false;
        _at = end;
        return true;
    }

    private void SkipSpace()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
    }

    private static bool IsOfSubject(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/' or '\\' or ':';

    private InvalidParameterException Invalid(string why) => ClusterQuery.Invalid(text, why);
}
