using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using Minato.Engines.Dns;

namespace Minato.Route53.Planning;

/// <summary>Values of records: from what the wire has back to text.</summary>
internal static class RecordText
{
    public static string Of(ushort type, ReadOnlySpan<byte> data) => type switch
    {
        DnsTypes.A or DnsTypes.Aaaa => new IPAddress(data).ToString(),
        DnsTypes.Cname or DnsTypes.Ns or 12 => DnsName.FromWire(data).ToString(),
        15 => $"{Number(data)} {DnsName.FromWire(data[2..])}",
        33 => $"{Number(data)} {Number(data[2..])} {Number(data[4..])} {DnsName.FromWire(data[6..])}",
        DnsTypes.Soa => Soa(data),
        16 or 99 => Strings(data),
        35 => Naptr(data),
        43 => $"{Number(data)} {Byte(data, 2)} {Byte(data, 3)} {Convert.ToHexString(data[4..])}",
        44 => $"{Byte(data, 0)} {Byte(data, 1)} {Convert.ToHexString(data[2..])}",
        52 => $"{Byte(data, 0)} {Byte(data, 1)} {Byte(data, 2)} {Convert.ToHexString(data[3..])}",
        64 or 65 => Service(data),
        257 => $"{Byte(data, 0)} {Encoding.ASCII.GetString(data.Slice(2, data[1]))} {Quoted(data[(2 + data[1])..])}",
        _ => $"\\# {data.Length.ToString(CultureInfo.InvariantCulture)} {Convert.ToHexString(data)}", // RFC 3597.
    };

    private static string Number(ReadOnlySpan<byte> data) => BinaryPrimitives.ReadUInt16BigEndian(data).ToString(CultureInfo.InvariantCulture);

    private static string Soa(ReadOnlySpan<byte> data)
    {
        var first = NameLength(data);
        var second = NameLength(data[first..]);
        var text = new StringBuilder($"{DnsName.FromWire(data[..first])} {DnsName.FromWire(data.Slice(first, second))}");
        for (var at = first + second; at < data.Length; at += 4) text.Append(CultureInfo.InvariantCulture, $" {BinaryPrimitives.ReadUInt32BigEndian(data[at..])}");
        return text.ToString();
    }

    private static int NameLength(ReadOnlySpan<byte> data)
    {
        var at = 0;
        while (data[at] != 0) at += 1 + data[at];
        return at + 1;
    }

    private static string Byte(ReadOnlySpan<byte> data, int at) => data[at].ToString(CultureInfo.InvariantCulture);

    private static string Naptr(ReadOnlySpan<byte> data)
    {
        var strings = data[4..];
        for (var i = 0; i < 3; i++) strings = strings[(1 + strings[0])..];
        return $"{Number(data)} {Number(data[2..])} {Strings(data[4..^strings.Length])} {DnsName.FromWire(strings)}";
    }

    private static string Service(ReadOnlySpan<byte> data)
    {
        var name = NameLength(data[2..]);
        return $"{Number(data)} {DnsName.FromWire(data.Slice(2, name))}{ServiceParameters.Text(data[(2 + name)..])}";
    }

    private static string Strings(ReadOnlySpan<byte> data)
    {
        var text = new StringBuilder();
        for (; !data.IsEmpty; data = data[(1 + data[0])..])
        {
            if (text.Length > 0) text.Append(' ');
            text.Append(Quoted(data.Slice(1, data[0])));
        }

        return text.ToString();
    }

    /// <summary>In quotation marks, with what is not printed as three octal digits.</summary>
    public static string Quoted(ReadOnlySpan<byte> data)
    {
        var text = new StringBuilder("\"");
        foreach (var b in data)
        {
            if (b is (byte)'"' or (byte)'\\') text.Append('\\').Append((char)b);
            else if (b is >= (byte)' ' and <= (byte)'~') text.Append((char)b);
            else text.Append('\\').Append((char)('0' + (b >> 6))).Append((char)('0' + ((b >> 3) & 7))).Append((char)('0' + (b & 7)));
        }

        return text.Append('"').ToString();
    }
}
