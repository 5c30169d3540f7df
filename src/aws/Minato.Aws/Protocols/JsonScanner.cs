using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Minato.Aws.Protocols;

/// <summary>Steps over JSON text. Strict in grammar and UTF-8; throws <see cref="MalformedException"/> with AWS's words for a wrong kind.</summary>
internal sealed class JsonScanner(ReadOnlyMemory<byte> text)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly SearchValues<byte> StringStops = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(b => (byte)b), (byte)'"', (byte)'\\']);

    private int _at;

    private ReadOnlySpan<byte> Rest => text.Span[_at..];

    public bool AtEnd
    {
        get
        {
            SkipSpace();
            return _at == text.Length;
        }
    }

    public bool AtString => Peek() == '"';

    /// <summary>Goes to the next entry of an array or object, over its comma.</summary>
    /// <returns>False at the end, which is consumed.</returns>
    public bool NextInContainer(byte close, bool started)
    {
        var c = Peek();
        if (c == close)
        {
            _at++;
            return false;
        }
        if (!started) return true;
        if (c != ',') throw new MalformedException();
        _at++;
        if (Peek() == close) throw new MalformedException();
        return true;
    }

    /// <summary>A name and its colon. The bytes are valid until the next call.</summary>
    public ReadOnlySpan<byte> ReadName()
    {
        var raw = RawString(out var escaped);
        Colon();
        return escaped ? Encoding.UTF8.GetBytes(Unescape(raw)) : raw;
    }

    public string ReadNameText()
    {
        var raw = RawString(out var escaped);
        var name = Decode(raw, escaped);
        Colon();
        return name;
    }

    public bool TryReadNull()
    {
        if (Peek() != 'n') return false;
        Literal("null"u8);
        return true;
    }

    /// <summary>Consumes an opening bracket.</summary>
    public void Expect(byte open, string what)
    {
        var c = Peek();
        if (c == open)
        {
            _at++;
            return;
        }
        throw c switch
        {
            (byte)'{' => new MalformedException("Start of structure or map found where not expected."),
            (byte)'[' => new MalformedException("Start of list found where not expected"),
            _ => new MalformedException($"Expected {what} or null"),
        };
    }

    public string ReadString(string wanted)
    {
        if (Peek() != '"') throw WrongKind(wanted);
        var raw = RawString(out var escaped);
        return Decode(raw, escaped);
    }

    public bool ReadBoolean()
    {
        switch (Peek())
        {
            case (byte)'t': Literal("true"u8); return true;
            case (byte)'f': Literal("false"u8); return false;
            default: throw WrongKind("Boolean");
        }
    }

    public long ReadInteger(string wanted)
    {
        var number = Number(wanted);
        if (Utf8Parser.TryParse(number, out long value, out var used) && used == number.Length) return value;
        // AWS: 3.0 and 3e0 pass as integers.
        if (Utf8Parser.TryParse(number, out decimal exact, out used) && used == number.Length
            && exact == Math.Truncate(exact) && exact is >= long.MinValue and <= long.MaxValue) return (long)exact;
        throw new MalformedException($"NUMBER_VALUE can not be converted to {(wanted[0] is 'I' ? "an" : "a")} {wanted}");
    }

    public double ReadDouble()
    {
        var number = Number("Double");
        if (Utf8Parser.TryParse(number, out double value, out var used) && used == number.Length && double.IsFinite(value)) return value;
        throw new MalformedException("NUMBER_VALUE can not be converted to a Double");
    }

    /// <summary>The text of the value that comes next.</summary>
    public ReadOnlyMemory<byte> ReadRaw()
    {
        SkipSpace();
        var start = _at;
        Skip();
        return text[start.._at];
    }

    public void Skip() => Skip(0);

    private void Skip(int depth)
    {
        if (depth > MalformedException.DeepestNesting) throw new MalformedException("Nesting is too deep.");
        switch (Peek())
        {
            case (byte)'"':
                var raw = RawString(out var escaped);
                if (escaped) Unescape(raw);
                else if (!System.Text.Unicode.Utf8.IsValid(raw)) throw new MalformedException();
                break;
            case (byte)'{':
                _at++;
                for (var started = false; NextInContainer((byte)'}', started); started = true)
                {
                    ReadName();
                    Skip(depth + 1);
                }
                break;
            case (byte)'[':
                _at++;
                for (var started = false; NextInContainer((byte)']', started); started = true) Skip(depth + 1);
                break;
            case (byte)'t': Literal("true"u8); break;
            case (byte)'f': Literal("false"u8); break;
            case (byte)'n': Literal("null"u8); break;
            default: Number("Number"); break;
        }
    }

    private ReadOnlySpan<byte> RawString(out bool escaped)
    {
        escaped = false;
        if (Peek() != '"') throw new MalformedException();
        var start = ++_at;
        while (true)
        {
            var stop = Rest.IndexOfAny(StringStops);
            if (stop < 0) throw new MalformedException();
            _at += stop;
            var c = text.Span[_at];
            if (c == '"') return text.Span[start.._at++];
            if (c != '\\' || _at + 1 >= text.Length) throw new MalformedException();
            escaped = true;
            _at += 2;
        }
    }

    private static string Decode(ReadOnlySpan<byte> raw, bool escaped)
    {
        if (escaped) return Unescape(raw);
        try { return Strict.GetString(raw); }
        catch (DecoderFallbackException) { throw new MalformedException(); }
    }

    private static string Unescape(ReadOnlySpan<byte> raw)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(raw.Length);
        try
        {
            var length = 0;
            while (raw.IndexOf((byte)'\\') is var slash and >= 0)
            {
                raw[..slash].CopyTo(bytes.AsSpan(length));
                length += slash;
                raw = raw[slash..];
                raw = raw[Escape(raw, bytes, ref length)..];
            }
            raw.CopyTo(bytes.AsSpan(length));
            return Strict.GetString(bytes, 0, length + raw.Length);
        }
        catch (DecoderFallbackException)
        {
            throw new MalformedException();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    // Returns how much of the text the escape took. No escape is shorter than its bytes, so the output always fits.
    private static int Escape(ReadOnlySpan<byte> at, byte[] into, ref int length)
    {
        var plain = at[1] switch
        {
            (byte)'"' => '"', (byte)'\\' => '\\', (byte)'/' => '/', (byte)'b' => '\b', (byte)'f' => '\f', (byte)'n' => '\n', (byte)'r' => '\r', (byte)'t' => '\t',
            (byte)'u' => '\0',
            _ => throw new MalformedException(),
        };
        if (at[1] != 'u')
        {
            into[length++] = (byte)plain;
            return 2;
        }
        var taken = 6;
        int unit = Hex(at);
        if (char.IsSurrogate((char)unit))
        {
            if (at.Length < 12 || at[6] != '\\' || at[7] != 'u') throw new MalformedException();
            var low = Hex(at[6..]);
            if (!char.IsSurrogatePair((char)unit, low)) throw new MalformedException();
            unit = char.ConvertToUtf32((char)unit, low);
            taken = 12;
        }
        length += new Rune(unit).EncodeToUtf8(into.AsSpan(length));
        return taken;
    }

    private static char Hex(ReadOnlySpan<byte> at) =>
        at.Length >= 6 && ushort.TryParse(at.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? (char)unit : throw new MalformedException();

    private ReadOnlySpan<byte> Number(string wanted)
    {
        var c = Peek();
        if (c is not ((byte)'-' or (>= (byte)'0' and <= (byte)'9'))) throw WrongKind(wanted);
        var start = _at;
        if (c == '-') _at++;
        var whole = Digits();
        if (whole == 0 || (whole > 1 && text.Span[_at - whole] == '0')) throw new MalformedException();
        if (At('.') && Digits() == 0) throw new MalformedException();
        if (At('e', 'E'))
        {
            At('+', '-');
            if (Digits() == 0) throw new MalformedException();
        }
        return text.Span[start.._at];
    }

    private int Digits()
    {
        var count = Rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (count < 0) count = text.Length - _at;
        _at += count;
        return count;
    }

    private bool At(char c, char or = '\0')
    {
        if (_at == text.Length || (text.Span[_at] != c && (or == '\0' || text.Span[_at] != or))) return false;
        _at++;
        return true;
    }

    private void Literal(ReadOnlySpan<byte> word)
    {
        if (!Rest.StartsWith(word)) throw new MalformedException();
        _at += word.Length;
    }

    private void Colon()
    {
        if (Peek() != ':') throw new MalformedException();
        _at++;
    }

    private byte Peek()
    {
        SkipSpace();
        return _at < text.Length ? text.Span[_at] : throw new MalformedException();
    }

    private void SkipSpace()
    {
        var span = text.Span;
        while (_at < span.Length && span[_at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') _at++;
    }

    private MalformedException WrongKind(string wanted) => Peek() switch
    {
        (byte)'"' => new($"STRING_VALUE can not be converted to {Article(wanted)}"),
        (byte)'t' => new($"TRUE_VALUE can not be converted to {Article(wanted)}"),
        (byte)'f' => new($"FALSE_VALUE can not be converted to {Article(wanted)}"),
        (byte)'{' => new("Start of structure or map found where not expected."),
        (byte)'[' => new("Start of list found where not expected"),
        (byte)'-' or (>= (byte)'0' and <= (byte)'9') => new($"NUMBER_VALUE can not be converted to {Article(wanted)}"),
        _ => new(),
    };

    private static string Article(string wanted) => $"{(wanted[0] is 'I' ? "an" : "a")} {wanted}";
}
