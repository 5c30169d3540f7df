using System.Globalization;
using System.Text;
using Minato.Engines.Dns;

namespace Minato.Route53.Planning.Answers;

/// <summary>
/// Names that EC2 gives to addresses in VPCs: <c>ip-10-0-0-5.ec2.internal</c>, and <c>ip-10-0-0-5.REGION.compute.internal</c> elsewhere
/// than in us-east-1. AWS: the resolver of a VPC knows them, nobody else does.
/// </summary>
internal static class InnerNames
{
    private const uint Loopback = 127;
    private static readonly DnsName s_first = DnsName.Parse("ec2.internal");
    private static readonly DnsName s_others = DnsName.Parse("compute.internal");

    public static bool MayAsk(uint asker) => asker != 0 && asker >> 24 != Loopback;

    /// <returns>Null for another name.</returns>
    public static byte[]? AddressOf(ReadOnlySpan<byte> name)
    {
        if (name[0] == 0) return null;
        var label = name.Slice(1, name[0]);
        var rest = name[(1 + name[0])..];
        var isInner = rest.SequenceEqual(s_first.Wire) || (rest[0] != 0 && rest[(1 + rest[0])..].SequenceEqual(s_others.Wire));
        if (!isInner || !label.StartsWith("ip-"u8)) return null;
        var parts = Encoding.ASCII.GetString(label).Split('-');
        return parts.Length == 5 && parts.Skip(1).All(p => byte.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            ? [.. parts.Skip(1).Select(p => byte.Parse(p, NumberStyles.None, CultureInfo.InvariantCulture))] : null;
    }
}
