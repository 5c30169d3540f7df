using System.Text;

namespace Minato.Aws.Protocols;

/// <summary>Percent signs of URLs and form bodies.</summary>
internal static class PercentEncoding
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What cannot be decoded stays as it is.</summary>
    public static byte[] DecodeBytes(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var length = DecodeInPlace(bytes, plusIsSpace: true);
        return bytes[..length];
    }

    /// <exception cref="MalformedException">The bytes are not UTF-8.</exception>
    public static string Decode(ReadOnlySpan<byte> text, bool plusIsSpace)
    {
        if (text.IndexOfAny((byte)'%', (byte)'+') < 0) return Text(text);
        var rented = System.Buffers.ArrayPool<byte>.Shared.Rent(text.Length);
        try
        {
            text.CopyTo(rented);
            return Text(rented.AsSpan(0, DecodeInPlace(rented.AsSpan(0, text.Length), plusIsSpace)));
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static string Text(ReadOnlySpan<byte> utf8)
    {
        try { return Strict.GetString(utf8); }
        catch (DecoderFallbackException) { throw new MalformedException("The text is not UTF-8."); }
    }

    private static int DecodeInPlace(Span<byte> bytes, bool plusIsSpace)
    {
        var to = 0;
        for (var from = 0; from < bytes.Length; from++, to++)
        {
            var b = bytes[from];
            if (b == '%' && from + 2 < bytes.Length && Hex(bytes[from + 1]) is var high and >= 0 && Hex(bytes[from + 2]) is var low and >= 0)
            {
                bytes[to] = (byte)(high << 4 | low);
                from += 2;
            }
            else bytes[to] = b == '+' && plusIsSpace ? (byte)' ' : b;
        }
        return to;
    }

    private static int Hex(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        _ => -1,
    };
}
