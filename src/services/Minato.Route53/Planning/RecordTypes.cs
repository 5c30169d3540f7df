using Minato.Contracts.Route53;
using Minato.Engines.Dns;

namespace Minato.Route53.Planning;

internal static class RecordTypes
{
    public static ushort Number(RRType type) => type switch
    {
        RRType.A => DnsTypes.A,
        RRType.Ns => DnsTypes.Ns,
        RRType.Cname => DnsTypes.Cname,
        RRType.Soa => DnsTypes.Soa,
        RRType.Ptr => 12,
        RRType.Mx => 15,
        RRType.Txt => 16,
        RRType.Aaaa => DnsTypes.Aaaa,
        RRType.Srv => 33,
        RRType.Naptr => 35,
        RRType.Ds => 43,
        RRType.Sshfp => 44,
        RRType.Tlsa => 52,
        RRType.Svcb => 64,
        RRType.Https => 65,
        RRType.Spf => 99,
        RRType.Caa => 257,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not a type of record."),
    };
}
