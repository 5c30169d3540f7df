using System.Text;

namespace Minato.Tidy;

/// <summary>Reads C# just well enough to tell code from comments and strings. Code inside the holes of interpolated strings is code.</summary>
internal sealed class CSharpText
{
    private readonly string _text;
    private readonly StringBuilder _code = new();
    private int _at;

    private CSharpText(string text) => _text = text;

    /// <summary>The code alone: comments and the contents of strings are gone, lines are kept.</summary>
    public static string CodeOf(string text)
    {
        var reader = new CSharpText(text);
        reader.Code(holeBraces: 0);
        return reader._code.ToString();
    }

    private bool IsAt(string what) => string.CompareOrdinal(_text, _at, what, 0, what.Length) == 0;

    // Until the end, or until the brace that ends a hole.
    private void Code(int holeBraces)
    {
        var depth = 0;
        while (_at < _text.Length)
        {
            var c = _text[_at];
            if (holeBraces > 0 && depth == 0 && c == '}') return;
            if (IsAt("//")) SkipTo("\n", keepEnd: true);
            else if (IsAt("/*")) SkipTo("*/", keepEnd: false);
            else if (c == '\'') Character();
            else if (c is '"' or '$' or '@' && TryString()) continue;
            else
            {
                depth += c == '{' ? 1 : c == '}' ? -1 : 0;
                _code.Append(c);
                _at++;
            }
        }
    }

    private void SkipTo(string end, bool keepEnd)
    {
        var found = _text.IndexOf(end, _at, StringComparison.Ordinal);
        var stop = found < 0 ? _text.Length : keepEnd ? found : found + end.Length;
        for (; _at < stop; _at++)
        {
            if (_text[_at] == '\n') _code.Append('\n');
        }
    }

    private void Character()
    {
        _code.Append("' '");
        for (_at++; _at < _text.Length && _text[_at] != '\''; _at++)
        {
            if (_text[_at] == '\\') _at++;
        }

        _at++;
    }

    private bool TryString()
    {
        var start = _at;
        var dollars = 0;
        var isVerbatim = false;
        for (; _at < _text.Length && _text[_at] is '$' or '@'; _at++)
        {
            if (_text[_at] == '$') dollars++;
            else isVerbatim = true;
        }

        var quotes = 0;
        while (_at + quotes < _text.Length && _text[_at + quotes] == '"') quotes++;
        if (quotes == 0)
        {
            _at = start; // A verbatim identifier.
            _code.Append(_text[_at++]);
            return true;
        }

        _code.Append('"');
        if (quotes >= 3) Raw(quotes, dollars);
        else Plain(isVerbatim, dollars > 0);
        _code.Append('"');
        return true;
    }

    private void Plain(bool isVerbatim, bool hasHoles)
    {
        for (_at++; _at < _text.Length; _at++)
        {
            var c = _text[_at];
            if (c == '\n') _code.Append('\n');
            if (c == '\\' && !isVerbatim) _at++;
            else if (c == '"' && isVerbatim && IsAt("\"\"")) _at++;
            else if (c == '"') break;
            else if (c is '{' or '}' && hasHoles && IsAt(new string(c, 2))) _at++;
            else if (c == '{' && hasHoles) Hole(1);
        }

        _at++;
    }

    private void Raw(int quotes, int dollars)
    {
        var end = new string('"', quotes);
        for (_at += quotes; _at < _text.Length && !IsAt(end); _at++)
        {
            if (_text[_at] == '\n') _code.Append('\n');
            else if (dollars > 0 && IsAt(new string('{', dollars))) Hole(dollars);
        }

        _at += quotes;
    }

    // Leaves the reader on the last brace of the hole.
    private void Hole(int braces)
    {
        _at += braces;
        _code.Append('{');
        Code(braces);
        _code.Append('}');
        _at += braces - 1;
    }
}
