using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Minato.Engines.Dns;

/// <summary>
/// A domain name as the wire has it: labels behind their lengths, the empty one last, letters small. As text it ends with a dot, and
/// what is neither letter, digit, hyphen nor underscore is written as a backslash and three octal digits.
/// </summary>
public sealed class DnsName : IEquatable<DnsName>
{
    public const int MaxLength = 255;
    public const int MaxLabel = 63;
    private readonly byte[] _wire;
    private readonly int _hash;

    private DnsName(byte[] wire) => (_wire, _hash) = (wire, DnsNameComparer.Hash(wire));

    public static DnsName Root { get; } = new([0]);

    public ReadOnlySpan<byte> Wire => _wire;

    public bool IsRoot => _wire.Length == 1;

    /// <summary>Without the first label; the root for the root.</summary>
    public DnsName Parent => IsRoot ? this : new(_wire[(1 + _wire[0])..]);

    /// <param name="wire">Checked and in small letters.</param>
    public static DnsName FromWire(ReadOnlySpan<byte> wire) => new(wire.ToArray());

    /// <summary>With or without a dot at the end.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out DnsName? name)
    {
        name = null;
        if (text is null) return false;
        if (text is "." or "") return (name = text.Length == 1 ? Root : null) is not null;
        Span<byte> wire = stackalloc byte[MaxLength];
        int length = 0, start = 0;
        for (var i = 0; i <= text.Length;)
        {
            var ends = i == text.Length;
            if (ends || text[i] == '.')
            {
                if (ends && start == length && text[^1] == '.') break; // The dot at the end closed the last label.
                if (!Close(wire, start, length)) return false;
                start = length = length + 1;
                i++;
                continue;
            }

            if (!TryReadByte(text, ref i, out var value)) return false;
            if (length + 1 >= MaxLength - 1) return false;
            wire[++length] = value;
        }

        // The last length byte written is where the root stands.
        if (start >= MaxLength) return false;
        wire[start] = 0;
        name = FromWire(wire[..(start + 1)]);
        return true;

        static bool Close(Span<byte> wire, int start, int end)
        {
            var label = end - start;
            if (label is 0 or > MaxLabel) return false;
            wire[start] = (byte)label;
            return end + 1 < MaxLength;
        }
    }

    /// <exception cref="FormatException">Not a name.</exception>
    public static DnsName Parse(string text) => TryParse(text, out var name) ? name : throw new FormatException($"'{text}' is not a domain name.");

    /// <returns>Null when the name would be too long.</returns>
    public DnsName? Under(string label)
    {
        if (label.Length > MaxLabel || 1 + label.Length + _wire.Length > MaxLength) return null;
        var wire = new byte[1 + label.Length + _wire.Length];
        wire[0] = (byte)Encoding.ASCII.GetBytes(label, wire.AsSpan(1));
        _wire.CopyTo(wire, 1 + label.Length);
        return new(wire);
    }

    /// <summary>Whether it is this name or one below it.</summary>
    public bool Holds(DnsName other) =>
        other._wire.Length >= _wire.Length && other.Wire.EndsWith(_wire) && IsBoundary(other._wire, other._wire.Length - _wire.Length);

    /// <summary>Labels as text, the first one first.</summary>
    public ImmutableArray<string> Labels()
    {
        var labels = ImmutableArray.CreateBuilder<string>();
        for (var at = 0; _wire[at] != 0; at += 1 + _wire[at]) labels.Add(LabelText(_wire.AsSpan(at + 1, _wire[at])));
        return labels.ToImmutable();
    }

    public bool Equals(DnsName? other) => other is not null && _hash == other._hash && Wire.SequenceEqual(other._wire);

    public override bool Equals(object? obj) => Equals(obj as DnsName);

    public override int GetHashCode() => _hash;

    public override string ToString()
    {
        if (IsRoot) return ".";
        var text = new StringBuilder();
        foreach (var label in Labels()) text.Append(label).Append('.');
        return text.ToString();
    }

    private static bool IsBoundary(byte[] wire, int position)
    {
        var at = 0;
        while (at < position) at += 1 + wire[at];
        return at == position;
    }

    private static bool TryReadByte(string text, ref int i, out byte value)
    {
        value = 0;
        var c = text[i++];
        if (c != '\\') return (value = (byte)char.ToLowerInvariant(c)) == char.ToLowerInvariant(c) && c is > ' ' and < (char)127;
        if (i + 3 <= text.Length && text.AsSpan(i, 3) is [>= '0' and <= '3', >= '0' and <= '7', >= '0' and <= '7'] octal)
        {
            value = (byte)(((octal[0] - '0') * 64) + ((octal[1] - '0') * 8) + octal[2] - '0');
            if (value is >= (byte)'A' and <= (byte)'Z') value |= 0x20;
            i += 3;
            return true;
        }

        if (i >= text.Length || text[i] is < ' ' or > '~' || char.IsAsciiDigit(text[i])) return false;
        value = (byte)char.ToLowerInvariant(text[i++]);
        return true;
    }

    private static string LabelText(ReadOnlySpan<byte> label)
    {
        var text = new StringBuilder(label.Length);
        foreach (var b in label)
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'_') text.Append((char)b);
            else text.Append('\\').Append((char)('0' + (b >> 6))).Append((char)('0' + ((b >> 3) & 7))).Append((char)('0' + (b & 7)));
        }

        return text.ToString();
    }
}

/// <summary>Finds names by their bytes, so that a query makes no object for what it asks.</summary>
public sealed class DnsNameComparer : IEqualityComparer<DnsName>, IAlternateEqualityComparer<ReadOnlySpan<byte>, DnsName>
{
    public static readonly DnsNameComparer Instance = new();

    public static int Hash(ReadOnlySpan<byte> wire)
    {
        var hash = new HashCode();
        hash.AddBytes(wire);
        return hash.ToHashCode();
    }

    public bool Equals(DnsName? x, DnsName? y) => x is null ? y is null : x.Equals(y);

    public int GetHashCode(DnsName obj) => obj.GetHashCode();

    public bool Equals(ReadOnlySpan<byte> alternate, DnsName other) => other.Wire.SequenceEqual(alternate);

    public int GetHashCode(ReadOnlySpan<byte> alternate) => Hash(alternate);

    public DnsName Create(ReadOnlySpan<byte> alternate) => DnsName.FromWire(alternate);
}
