using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Kms;

namespace Minato.Kms.State;

/// <summary>An account in a region.</summary>
internal sealed record Home(string AccountId, string Region)
{
    public static Home Of(Caller caller) => new(caller.AccountId, caller.Region);

    public string ArnOf(string resource) => new Arn("kms", Region, AccountId, resource).ToString();
}

/// <summary>A key with all the material it ever had: what was encrypted before a rotation is decrypted after it.</summary>
internal sealed record StoredKey
{
    public required string Arn { get; init; }
    public required Home Home { get; init; }
    public required string KeyId { get; init; }
    public required KeySpec Spec { get; init; }
    public required KeyUsageType Usage { get; init; }
    public required KeyManagerType Manager { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string Policy { get; init; }
    public string Description { get; init; } = "";
    public bool IsMultiRegion { get; init; }
    public bool IsEnabled { get; init; } = true;
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>When it goes for good; null while nobody wants to delete it.</summary>
    public DateTimeOffset? DeletionDate { get; init; }

    /// <summary>Automatic rotation; null while it is off.</summary>
    public RotationPlan? Rotation { get; init; }

    /// <summary>Oldest first; the last one encrypts. Never empty.</summary>
    public required ImmutableArray<Material> Materials { get; init; }

    public Material Current => Materials[^1];

    public KeyState State => this switch
    {
        { DeletionDate: not null } => KeyState.PendingDeletion,
        { IsEnabled: false } => KeyState.Disabled,
        _ => KeyState.Enabled,
    };

    public bool IsSymmetric => Spec is KeySpec.SymmetricDefault;

    public bool IsManagedByAws => Manager is KeyManagerType.Aws;
}

/// <param name="PeriodDays">90 to 2560.</param>
/// <param name="NextAt">When the next material is made.</param>
internal sealed record RotationPlan(int PeriodDays, DateTimeOffset NextAt);

/// <summary>Key material (a backing key). Sealed: nobody who reads the journal learns it.</summary>
internal sealed record Material
{
    /// <summary>64 hexadecimal digits.</summary>
    public required string Id { get; init; }
    public required byte[] Sealed { get; init; }

    /// <summary>The public half of an asymmetric key, as a SubjectPublicKeyInfo.</summary>
    public byte[]? PublicKey { get; init; }
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>How it came; null for the first one.</summary>
    public RotationType? MadeBy { get; init; }

    /// <summary>What it is sealed for: it opens in its own key alone.</summary>
    public static string ContextOf(string keyArn, string materialId) => $"{keyArn}/{materialId}";
}

/// <summary>Another name for a key.</summary>
internal sealed record StoredAlias
{
    public required Home Home { get; init; }

    /// <summary>With its <c>alias/</c>.</summary>
    public required string Name { get; init; }
    public required string KeyArn { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    public string Arn => Home.ArnOf(Name);
}
