using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Minato.Aws;
using Minato.Contracts.Sns;

namespace Minato.Sns.State;

/// <summary>An account in a region.</summary>
internal sealed record Home(string AccountId, string Region)
{
    public static Home Of(Caller caller) => new(caller.AccountId, caller.Region);

    public static Home Of(Arn arn) => new(arn.AccountId, arn.Region);

    public string Arn(string resource) => $"arn:aws:sns:{Region}:{AccountId}:{resource}";

    public override string ToString() => $"{AccountId}/{Region}";
}

internal sealed record TopicState
{
    public required string Arn { get; init; }
    public required Home Home { get; init; }
    public required string Name { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>As they were set; what was not has AWS's values.</summary>
    public ImmutableSortedDictionary<string, string> Attributes { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public string? DataProtectionPolicy { get; init; }

    /// <summary>Of the next message of a FIFO topic.</summary>
    public long NextSequence { get; init; } = 1;

    [JsonIgnore]
    public bool IsFifo => Name.EndsWith(".fifo", StringComparison.Ordinal);
}

internal enum SubscriptionStatus
{
    /// <summary>Its endpoint has to say that it wants the messages.</summary>
    Pending,
    Confirmed,

    /// <summary>Unsubscribed; for some days its endpoint may take that back.</summary>
    Removed,
}

internal sealed record SubscriptionState
{
    public required string Arn { get; init; }
    public required string TopicArn { get; init; }
    public required Home Home { get; init; }
    public required string Owner { get; init; }
    public required string Protocol { get; init; }
    public required string Endpoint { get; init; }
    public string? Principal { get; init; }
    public ImmutableSortedDictionary<string, string> Attributes { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public SubscriptionStatus Status { get; init; }

    /// <summary>What confirms it.</summary>
    public string? Token { get; init; }
    public DateTimeOffset? TokenUntil { get; init; }
    public bool WasConfirmedWithSignature { get; init; }

    /// <summary>Only a signed request may end it.</summary>
    public bool NeedsSignatureToEnd { get; init; }

    [JsonIgnore]
    public bool IsHttp => Protocol is "http" or "https";

    [JsonIgnore]
    public bool IsRaw => Attributes.GetValueOrDefault("RawMessageDelivery") is "true";
}

internal enum MessageKind { Notification, SubscriptionConfirmation, UnsubscribeConfirmation }

/// <summary>A message on its way to one subscription. On record before Publish answers, gone when it has arrived or been given up.</summary>
internal sealed record DeliveryState
{
    public required string Id { get; init; }
    public required string SubscriptionArn { get; init; }
    public required string TopicArn { get; init; }
    public MessageKind Kind { get; init; }
    public required string MessageId { get; init; }
    public required string Message { get; init; }
    public string? Subject { get; init; }
    public string? Token { get; init; }
    public required DateTimeOffset At { get; init; }
    public ImmutableSortedDictionary<string, MessageAttributeValue> Attributes { get; init; } = ImmutableSortedDictionary<string, MessageAttributeValue>.Empty;

    // Progress.
    public int Attempts { get; init; }
    public DateTimeOffset? RetryAt { get; init; }
}

/// <summary>What messages are signed with. The key is sealed.</summary>
internal sealed record SignerState
{
    public required string Id { get; init; }
    public required string Certificate { get; init; }
    public required byte[] SealedKey { get; init; }
    public required DateTimeOffset Until { get; init; }

    public static string ContextOf(string id) => $"sns/signer/{id}";
}
