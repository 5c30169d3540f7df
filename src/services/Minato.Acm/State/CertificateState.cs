using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Minato.Aws;
using Minato.Contracts.Acm;

namespace Minato.Acm.State;

/// <summary>An account in a region.</summary>
internal sealed record Home(string AccountId, string Region)
{
    public static Home Of(Caller caller) => new(caller.AccountId, caller.Region);
}

/// <summary>A certificate: asked for, or imported.</summary>
internal sealed record CertificateState
{
    public required string Arn { get; init; }
    public required Home Home { get; init; }
    public required CertificateType Type { get; init; }
    public required string DomainName { get; init; }

    /// <summary>The domain name is one of them.</summary>
    public required ImmutableArray<string> Names { get; init; }
    public required KeyAlgorithm KeyAlgorithm { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public ValidationMethod? ValidationMethod { get; init; }

    /// <summary>Where the mail for a name goes, by name; null where it goes to the name itself.</summary>
    public ImmutableSortedDictionary<string, string>? ValidationDomains { get; init; }
    public bool CanExport { get; init; }

    /// <summary>AWS: told and kept, though nobody here writes a transparency log.</summary>
    public bool IsLogged { get; init; } = true;
    public string? IdempotencyToken { get; init; }
    public string? AuthorityArn { get; init; }
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    // Progress of what was asked for; written by the import of what was not.
    public FailureReason? Failure { get; init; }
    public DateTimeOffset? RevokedAt { get; init; }
    public RevocationReason? RevocationReason { get; init; }
    public bool WasExported { get; init; }
    public DateTimeOffset? RenewedAt { get; init; }

    /// <summary>When the account was last told that it ends.</summary>
    public DateTimeOffset? ToldAt { get; init; }

    /// <summary>Somebody wants it renewed before its time.</summary>
    public bool RenewNow { get; init; }

    /// <summary>Null until it is issued.</summary>
    public IssuedState? Issued { get; init; }

    /// <summary>Issued and renewed here.</summary>
    [JsonIgnore]
    public bool IsManaged => Type is CertificateType.AmazonIssued;

    public CertificateStatus StatusAt(DateTimeOffset now) => this switch
    {
        { Failure: not null } => CertificateStatus.Failed,
        { RevokedAt: not null } => CertificateStatus.Revoked,
        { Issued: null } => CertificateStatus.PendingValidation,
        { Issued.NotAfter: var end } when end <= now => CertificateStatus.Expired,
        _ => CertificateStatus.Issued,
    };
}

/// <summary>What was issued or imported. The key is sealed: nobody who reads the journal learns it.</summary>
internal sealed record IssuedState
{
    public required DateTimeOffset At { get; init; }
    public required string Certificate { get; init; }
    public string? Chain { get; init; }
    public required byte[] SealedKey { get; init; }
    public required string Serial { get; init; }
    public required DateTimeOffset NotBefore { get; init; }
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>What its key is sealed for: it opens in this certificate alone.</summary>
    public static string ContextOf(string arn, string serial) => $"{arn}/{serial}";
}

/// <summary>Settings of an account.</summary>
internal sealed record AccountState(Home Home, int DaysBeforeExpiry)
{
    public string Key => KeyOf(Home);

    public static string KeyOf(Home home) => $"{home.AccountId}/{home.Region}";
}
