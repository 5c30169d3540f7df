namespace Minato.Elb.State;

/// <summary>That a listener presents a certificate: by default, or when the client asks for one of its names.</summary>
internal sealed record CertificateUse(CertificateUseKey Key, string BalancerArn);

internal sealed record CertificateUseKey(string ListenerArn, string CertificateArn, bool IsDefault) : IComparable<CertificateUseKey>
{
    public int CompareTo(CertificateUseKey? other)
    {
        if (other is null) return 1;
        var order = string.CompareOrdinal(ListenerArn, other.ListenerArn);
        if (order == 0) order = other.IsDefault.CompareTo(IsDefault); // The default comes first.
        return order == 0 ? string.CompareOrdinal(CertificateArn, other.CertificateArn) : order;
    }

    public override string ToString() => $"{ListenerArn}|{CertificateArn}|{IsDefault}";
}

/// <summary>Whether clients are asked for a certificate: <c>off</c>, <c>passthrough</c>, or <c>verify</c> with a trust store.</summary>
internal sealed record MutualState(string Mode)
{
    public string? TrustStoreArn { get; init; }
    public bool IgnoresExpiry { get; init; }
    public bool NamesAuthorities { get; init; }
}
