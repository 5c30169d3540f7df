using System.Buffers;
using System.Globalization;
using System.Text;
using Minato.Ec2.Api;

namespace Minato.Ec2.Planning;

/// <summary>What a rule may say. Whatever passes here is written to the host's firewall, where one word that it does not know spoils all.</summary>
internal static class RuleWords
{
    public const int HighestPort = 65535;
    public const int HighestIcmp = 255;
    private const int LongestText = 255;
    private const string Letters = "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*";

    private static readonly SearchValues<char> s_letters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789. _-:/()#,@[]+=&;{}!$*");

    public static string Protocol(string? given) => given?.ToLowerInvariant() switch
    {
        null or "" => throw Ec2Errors.MissingParameter("ipProtocol"),
        "6" or "tcp" => "tcp",
        "17" or "udp" => "udp",
        "1" or "icmp" => "icmp",
        "58" or "icmpv6" => "icmpv6",
        "-1" => "-1",
        var other when byte.TryParse(other, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number.ToString(CultureInfo.InvariantCulture),
        _ => throw Ec2Errors.Invalid($"Invalid value '{given}' for IP protocol. Unknown protocol."),
    };

    /// <param name="from">First port, or type of ICMP.</param>
    /// <param name="to">Last port, or code of ICMP.</param>
    public static void CheckPorts(string protocol, int? from, int? to)
    {
        if (protocol is "tcp" or "udp") CheckPorts(from, to);
        if (protocol is "icmp" && (from is null || to is null)) throw Ec2Errors.Invalid("Invalid value 'Must specify both from and to ports with ICMP.' for portRange.");
        if (protocol is not ("icmp" or "icmpv6")) return;
        if (from is < -1 or > HighestIcmp) throw Ec2Errors.Invalid($"ICMP type ({from}) out of range");
        if (to is < -1 or > HighestIcmp) throw Ec2Errors.Invalid($"ICMP code ({to}) out of range");
    }

    private static void CheckPorts(int? from, int? to)
    {
        if (from is null || to is null) throw Ec2Errors.Invalid("Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.");
        if (from is < 0 or > HighestPort) throw Ec2Errors.Invalid($"TCP/UDP (from) port ({from}) out of range");
        if (to is < 0 or > HighestPort) throw Ec2Errors.Invalid($"TCP/UDP (to) port ({to}) out of range");
        if (from > to) throw Ec2Errors.Invalid($"Invalid TCP/UDP port range ({from}:{to})");
    }

    public static string Cidr(string? text) => text is not null && Ipv4Range.TryParse(text, out var range) && text.Contains('/', StringComparison.Ordinal)
        ? range.ToString()
        : throw Ec2Errors.Invalid($"CIDR block {text} is malformed");

    public static string Cidr6(string? text) => Ipv6Block.Canonical(text) ?? throw Ec2Errors.Invalid($"CIDR block {text} is malformed");

    public static string? Description(string? text) => IsPlain(text) ? text
        : throw Ec2Errors.Invalid($"Invalid rule description. Valid descriptions are strings less than 256 characters from the following set:  {Letters}");

    public static void CheckGroup(string name, string description)
    {
        if (!Ascii.IsValid(name)) throw Ec2Errors.Invalid($"Value ({name}) for parameter GroupName is invalid. Character sets beyond ASCII are not supported.");
        if (!Ascii.IsValid(description))
            throw Ec2Errors.Invalid($"Value ({description}) for parameter GroupDescription is invalid. Character sets beyond ASCII are not supported.");
        if (!IsPlain(name))
            throw Ec2Errors.Invalid($"Invalid security group name. Valid names are strings less than 256 characters from the following set:  {Letters}");
        if (!IsPlain(description))
            throw Ec2Errors.Invalid($"Invalid security group description. Valid descriptions are strings less than 256 characters from the following set:  {Letters}");
    }

    private static bool IsPlain(string? text) => text is null || (text.Length <= LongestText && !text.AsSpan().ContainsAnyExcept(s_letters));
}
