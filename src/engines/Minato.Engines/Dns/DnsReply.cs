namespace Minato.Engines.Dns;

public enum DnsResult
{
    Success = 0,
    FormatError = 1,
    ServerFailure = 2,
    NoSuchName = 3,
    NotImplemented = 4,
    Refused = 5,
}

/// <param name="Owner">Null for the name that was asked, in the asker's own spelling.</param>
/// <param name="Data">As the wire has it, without compression.</param>
public readonly record struct DnsRecord(DnsName? Owner, ushort Type, uint Ttl, byte[] Data);

/// <summary>An answer in the making. A server fills the same one again and again, so that answering makes no garbage.</summary>
/// <param name="seed">Of its chance: who of several is answered.</param>
public sealed class DnsReply(ulong seed)
{
    private ulong _chance = seed | 1;

    public DnsResult Result { get; set; }

    public bool IsAuthoritative { get; set; }

    /// <summary>No zone here holds the name: whoever may be told about other names is told by others.</summary>
    public bool IsElsewhere { get; set; }

    /// <summary>Where a chain of CNAMEs leaves the zones that are here.</summary>
    public DnsName? LeadsTo { get; set; }

    public List<DnsRecord> Answers { get; } = [];

    public List<DnsRecord> Authority { get; } = [];

    public List<DnsRecord> Additional { get; } = [];

    /// <returns>At least 0, less than <paramref name="max"/>.</returns>
    public int Next(int max)
    {
        // Xorshift: one answer in fifty thousand a second, and nobody has to be kept from guessing it.
        _chance ^= _chance << 13;
        _chance ^= _chance >> 7;
        _chance ^= _chance << 17;
        return (int)((_chance >> 11) % (ulong)max);
    }

    public void Clear()
    {
        Result = DnsResult.Success;
        IsAuthoritative = IsElsewhere = false;
        LeadsTo = null;
        Answers.Clear();
        Authority.Clear();
        Additional.Clear();
    }
}
