using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Minato.Contracts.Route53;
using Minato.Engines.Dns;

namespace Minato.Route53.Planning;

/// <summary>Values of records: from the text of a master file to what the wire has.</summary>
internal static class RecordData
{
    /// <exception cref="RecordFault">AWS would not take it; the message is AWS's.</exception>
    public static byte[] Encode(RRType type, string value) => type switch
    {
        RRType.A => Ipv4(value),
        RRType.Aaaa => Ipv6(value),
        RRType.Cname or RRType.Ns or RRType.Ptr => Name(value),
        RRType.Txt or RRType.Spf => Text(value),
        _ => Fields(type, value),
    };

    private static byte[] Fields(RRType type, string value)
    {
        var fields = RecordFields.Split(value);
        var writer = new RecordWriter();
        switch (type)
        {
            case RRType.Mx:
                Expect(fields, 2, type, "MXRRDATANotTwoFields", value);
                writer.UInt16(fields[0], value).Name(fields[1]);
                break;
            case RRType.Srv:
                Expect(fields, 4, type, "SRVRRDATANotFourFields", value);
                writer.UInt16(fields[0], value).UInt16(fields[1], value).UInt16(fields[2], value).Name(fields[3]);
                break;
            case RRType.Soa:
                Expect(fields, 7, type, "SOARRDATANotSevenFields", value);
                writer.Name(fields[0]).Name(fields[1]);
                foreach (var number in fields[2..]) writer.UInt32(number, value);
                break;
            case RRType.Caa:
                Expect(fields, 3, type, "CAARRDATANotThreeFields", value);
                writer.Byte(fields[0], value).Tag(fields[1], value).Raw(Quoted(fields[2], value));
                break;
            case RRType.Naptr:
                Expect(fields, 6, type, "NAPTRRRDATANotSixFields", value);
                writer.UInt16(fields[0], value).UInt16(fields[1], value).CharacterString(fields[2], value).CharacterString(fields[3], value)
                    .CharacterString(fields[4], value).Name(fields[5]);
                break;
            case RRType.Ds:
                Expect(fields, 4, type, "DSRRDATANotFourFields", value);
                writer.UInt16(fields[0], value).Byte(fields[1], value).Byte(fields[2], value).Hex(fields[3], value);
                break;
            case RRType.Sshfp:
                Expect(fields, 3, type, "SSHFPRRDATANotThreeFields", value);
                writer.Byte(fields[0], value).Byte(fields[1], value).Hex(fields[2], value);
                break;
            case RRType.Tlsa:
                Expect(fields, 4, type, "TLSARRDATANotFourFields", value);
                writer.Byte(fields[0], value).Byte(fields[1], value).Byte(fields[2], value).Hex(fields[3], value);
                break;
            default:
                ServiceParameters.Write(writer, fields, value);
                break;
        }

        return writer.ToArray();
    }

    // Four decimal numbers: a leading zero would be read as octal.
    private static byte[] Ipv4(string value)
    {
        var parts = value.Split('.');
        return parts.Length == 4 && parts.All(p => byte.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out _) && (p.Length == 1 || p[0] != '0'))
            ? [.. parts.Select(p => byte.Parse(p, NumberStyles.None, CultureInfo.InvariantCulture))]
            : throw new RecordFault("ARRDATAIllegalIPv4Address", "Value is not a valid IPv4 address", value);
    }

    // Neither with a scope nor in brackets.
    private static byte[] Ipv6(string value) =>
        value.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.') && IPAddress.TryParse(value, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6
            ? address.GetAddressBytes() : throw new RecordFault("AAAARRDATAIllegalIPv6Address", "Value is not a valid IPv6 address", value);

    private static byte[] Name(string value) => new RecordWriter().Name(value).ToArray();

    private static byte[] Text(string value)
    {
        var writer = new RecordWriter();
        foreach (var field in RecordFields.Split(value))
        {
            if (!field.StartsWith('"')) throw new RecordFault("InvalidCharacterString", "Value should be enclosed in quotation marks", value);
            writer.CharacterString(field, value);
        }

        return writer.ToArray() is { Length: > 0 } data ? data : throw new RecordFault("InvalidCharacterString", "Value should be enclosed in quotation marks", value);
    }

    private static byte[] Quoted(string field, string value) => field.StartsWith('"') ? RecordFields.Unquote(field, value)
        : throw new RecordFault("InvalidCharacterString", "Value should be enclosed in quotation marks", value);

    private static void Expect(string[] fields, int count, RRType type, string code, string value)
    {
        if (fields.Length != count) throw new RecordFault(code, $"{type.ToWire()} record doesn't have {count} fields", value);
    }
}

/// <summary>A value that Route 53 refuses, in its words.</summary>
internal sealed class RecordFault(string problem) : Exception($"Invalid Resource Record: '{problem}'")
{
    public RecordFault(string code, string words, string value)
        : this($"FATAL problem: {code} ({words}) encountered with '{value}'")
    {
    }
}

/// <summary>Writes the data of one record.</summary>
internal sealed class RecordWriter
{
    private const int MostText = 255;
    private readonly List<byte> _bytes = [];

    public byte[] ToArray() => [.. _bytes];

    public RecordWriter Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public RecordWriter Name(string text)
    {
        if (!DnsName.TryParse(text, out var name)) throw new RecordFault(NameFaults.Of(text));
        return Raw(name.Wire);
    }

    public RecordWriter Byte(string text, string value) => Raw([(byte)Number(text, byte.MaxValue, value)]);

    public RecordWriter UInt16(string text, string value)
    {
        Span<byte> two = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(two, (ushort)Number(text, ushort.MaxValue, value));
        return Raw(two);
    }

    public RecordWriter UInt32(string text, string value)
    {
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(four, Number(text, uint.MaxValue, value));
        return Raw(four);
    }

    public RecordWriter Hex(string text, string value)
    {
        try
        {
            return Raw(Convert.FromHexString(text));
        }
        catch (FormatException)
        {
            throw new RecordFault("InvalidHexadecimal", "Value is not hexadecimal", value);
        }
    }

    public RecordWriter CharacterString(string field, string value)
    {
        var bytes = RecordFields.Unquote(field, value);
        if (bytes.Length > MostText) throw new RecordFault("CharacterStringTooLong", "Value is too long", value);
        return Raw([(byte)bytes.Length]).Raw(bytes);
    }

    public RecordWriter Tag(string text, string value) => text.Length is > 0 and <= 15 && text.All(char.IsAsciiLetterOrDigit)
        ? Raw([(byte)text.Length]).Raw(System.Text.Encoding.ASCII.GetBytes(text))
        : throw new RecordFault("CAARRDATAIllegalTag", "The tag is not valid", value);

    private static uint Number(string text, uint most, string value) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most ? number
            : throw new RecordFault("InvalidNumber", $"'{text}' is not a number from 0 to {most.ToString(CultureInfo.InvariantCulture)}", value);
}
