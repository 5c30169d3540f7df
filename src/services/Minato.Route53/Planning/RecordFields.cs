namespace Minato.Route53.Planning;

/// <summary>The fields of a value, as master files part them: by blanks, unless quotation marks hold them together.</summary>
internal static class RecordFields
{
    public static string[] Split(string value)
    {
        var fields = new List<string>();
        for (var at = 0; at < value.Length;)
        {
            if (value[at] is ' ' or '\t')
            {
                at++;
                continue;
            }

            var end = value[at] == '"' ? EndOfQuoted(value, at) : EndOfPlain(value, at);
            fields.Add(value[at..end]);
            at = end;
        }

        return [.. fields];
    }

    /// <summary>The bytes of a field, with or without quotation marks; a backslash takes three octal digits, or the next character as it is.</summary>
    public static byte[] Unquote(string field, string value)
    {
        var text = field is ['"', .., '"'] ? field.AsSpan(1, field.Length - 2) : field;
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\' && i + 3 < text.Length && text.Slice(i + 1, 3) is [>= '0' and <= '3', >= '0' and <= '7', >= '0' and <= '7'] octal)
            {
                bytes.Add((byte)(((octal[0] - '0') * 64) + ((octal[1] - '0') * 8) + octal[2] - '0'));
                i += 3;
            }
            else if (c == '\\' && i + 1 < text.Length) bytes.Add((byte)text[++i]);
            else if (c is < ' ' or > '~') throw new RecordFault("UnsupportedCharacter", "Value contains unsupported characters", value);
            else bytes.Add((byte)c);
        }

        return [.. bytes];
    }

    private static int EndOfQuoted(string value, int start)
    {
        for (var at = start + 1; at < value.Length; at++)
        {
            if (value[at] == '\\') at++;
            else if (value[at] == '"') return at + 1;
        }

        throw new RecordFault("InvalidCharacterString", "Value should be enclosed in quotation marks", value);
    }

    private static int EndOfPlain(string value, int start)
    {
        var inQuotes = false; // alpn="h2,h3" is one field.
        var at = start;
        for (; at < value.Length && (inQuotes || value[at] is not (' ' or '\t')); at++)
        {
            if (value[at] == '\\') at++;
            else if (value[at] == '"') inQuotes = !inQuotes;
        }

        return Math.Min(at, value.Length);
    }
}
