using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Minato.Route53.Planning;

/// <summary>SVCB and HTTPS (RFC 9460): a priority, a name, and parameters in the order of their numbers.</summary>
internal static class ServiceParameters
{
    private static readonly string[] s_names = ["mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ech", "ipv6hint"];

    public static void Write(RecordWriter writer, string[] fields, string value)
    {
        if (fields.Length < 2) throw new RecordFault("SVCBRRDATATooFewFields", "Value should have a priority and a target name", value);
        writer.UInt16(fields[0], value).Name(fields[1]);
        var sorted = new SortedDictionary<int, byte[]>();
        foreach (var field in fields[2..])
        {
            var (name, text) = field.Split('=', 2) is [var left, var right] ? (left, right) : (field, null);
            var key = Number(name) ?? throw Fault(name, value);
            if (!sorted.TryAdd(key, Data(key, text is null ? [] : RecordFields.Unquote(text, value), value))) throw Fault(name, value);
        }

        foreach (var (key, data) in sorted) writer.Raw([(byte)(key >> 8), (byte)key, (byte)(data.Length >> 8), (byte)data.Length]).Raw(data);
    }

    /// <summary>Parameters as they are written, each with a blank in front.</summary>
    public static string Text(ReadOnlySpan<byte> data)
    {
        var text = new StringBuilder();
        while (data.Length >= 4)
        {
            var (key, length) = (BinaryPrimitives.ReadUInt16BigEndian(data), BinaryPrimitives.ReadUInt16BigEndian(data[2..]));
            text.Append(' ').Append(NameOf(key));
            if (length > 0) text.Append('=').Append(ValueText(key, data.Slice(4, length)));
            data = data[(4 + length)..];
        }

        return text.ToString();
    }

    private static string NameOf(int key) => key < s_names.Length ? s_names[key] : string.Create(CultureInfo.InvariantCulture, $"key{key}");

    private static string ValueText(int key, ReadOnlySpan<byte> data)
    {
        var list = new List<string>();
        switch (key)
        {
            case 0:
                for (; data.Length >= 2; data = data[2..]) list.Add(NameOf(BinaryPrimitives.ReadUInt16BigEndian(data)));
                break;
            case 1:
                for (; !data.IsEmpty; data = data[(1 + data[0])..]) list.Add(Encoding.ASCII.GetString(data.Slice(1, data[0])));
                break;
            case 3: return BinaryPrimitives.ReadUInt16BigEndian(data).ToString(CultureInfo.InvariantCulture);
            case 4 or 6:
                for (var size = key == 4 ? 4 : 16; data.Length >= size; data = data[size..]) list.Add(new IPAddress(data[..size]).ToString());
                break;
            case 5: return Convert.ToBase64String(data);
            default: return RecordText.Quoted(data);
        }

        return $"\"{string.Join(',', list)}\"";
    }

    private static int? Number(string name)
    {
        var known = Array.IndexOf(s_names, name);
        if (known >= 0) return known;
        return name.StartsWith("key", StringComparison.Ordinal)
            && ushort.TryParse(name.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private static byte[] Data(int key, byte[] text, string value)
    {
        string[] list = [.. Encoding.ASCII.GetString(text).Split(',')];
        switch (key)
        {
            case 0: return [.. list.Select(n => Number(n) ?? throw Fault(n, value)).Order().SelectMany(n => new[] { (byte)(n >> 8), (byte)n })];
            case 1: return [.. list.SelectMany<string, byte>(id => id.Length is > 0 and < 256 ? [(byte)id.Length, .. Encoding.ASCII.GetBytes(id)] : throw Fault(id, value))];
            case 3:
                var port = new byte[2];
                BinaryPrimitives.WriteUInt16BigEndian(port, ushort.TryParse(list[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Fault(list[0], value));
                return port;
            case 4: return Addresses(list, AddressFamily.InterNetwork, value);
            case 6: return Addresses(list, AddressFamily.InterNetworkV6, value);
            case 5:
                try { return Convert.FromBase64String(list[0]); }
                catch (FormatException) { throw Fault(list[0], value); }
            default: return text;
        }
    }

    private static byte[] Addresses(string[] list, AddressFamily family, string value) =>
        [.. list.SelectMany(a => IPAddress.TryParse(a, out var address) && address.AddressFamily == family ? address.GetAddressBytes() : throw Fault(a, value))];

    private static RecordFault Fault(string what, string value) => new("SVCBRRDATAIllegalParameter", $"'{what}' is not a valid service parameter", value);
}
