using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Minato.Aws;
using Minato.Contracts.Servicediscovery;

namespace Minato.CloudMap.State;

/// <summary>An account in a region.</summary>
internal sealed record Home(string AccountId, string Region)
{
    public const string Principal = "servicediscovery.amazonaws.com";

    public static Home Of(Caller caller) => new(caller.AccountId, caller.Region);

    /// <summary>How Cloud Map calls other rooms for the account.</summary>
    public Caller AsService() => Caller.ForService(AccountId, Region, Principal);

    public string Arn(string resource) => $"arn:aws:servicediscovery:{Region}:{AccountId}:{resource}";
}

/// <summary>A namespace. The API writes what is wanted, <see cref="Reconcile.NamespaceReconciler"/> the hosted zone.</summary>
internal sealed record NamespaceState
{
    public required string Id { get; init; }
    public required Home Home { get; init; }
    public required string Name { get; init; }
    public required NamespaceType Type { get; init; }
    public string? Description { get; init; }
    public string? CreatorRequestId { get; init; }
    public string? VpcId { get; init; }
    public long SoaTtl { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public bool IsDeleting { get; init; }
    public string? HostedZoneId { get; init; } // progress

    [JsonIgnore]
    public string Arn => Home.Arn($"namespace/{Id}");

    /// <summary>Whether services may be made in it.</summary>
    [JsonIgnore]
    public bool IsReady => !IsDeleting && (Type == NamespaceType.Http || HostedZoneId is not null);

    [JsonIgnore]
    public NamespaceProperties Properties => new()
    {
        HttpProperties = new() { HttpName = Name },
        DnsProperties = Type == NamespaceType.Http ? new() : new() { HostedZoneId = HostedZoneId, SOA = new() { TTL = SoaTtl } },
    };
}

internal sealed record ServiceState
{
    public required string Id { get; init; }
    public required Home Home { get; init; }
    public required string NamespaceId { get; init; }
    public required string Name { get; init; }
    public required ServiceType Type { get; init; }
    public string? Description { get; init; }
    public string? CreatorRequestId { get; init; }
    public DnsConfig? DnsConfig { get; init; }
    public HealthCheckConfig? HealthCheckConfig { get; init; }
    public HealthCheckCustomConfig? HealthCheckCustomConfig { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableSortedDictionary<string, string> Attributes { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Grows with every change of its instances.</summary>
    public long Revision { get; init; } = 1;

    [JsonIgnore]
    public string Arn => Home.Arn($"service/{Id}");

    [JsonIgnore]
    public bool IsChecked => HealthCheckConfig is not null || HealthCheckCustomConfig is not null;

    public Service ToWire(int instances) => new()
    {
        Id = Id, Arn = Arn, ResourceOwner = Home.AccountId, Name = Name, NamespaceId = NamespaceId, Description = Description, InstanceCount = instances,
        DnsConfig = DnsConfig, Type = Type, HealthCheckConfig = HealthCheckConfig, HealthCheckCustomConfig = HealthCheckCustomConfig,
        CreateDate = CreatedAt, CreatorRequestId = CreatorRequestId, CreatedByAccount = Home.AccountId,
    };
}

internal sealed record InstanceKey(string ServiceId, string Id) : IComparable<InstanceKey>
{
    public int CompareTo(InstanceKey? other)
    {
        if (other is null) return 1;
        var order = string.CompareOrdinal(ServiceId, other.ServiceId);
        return order == 0 ? string.CompareOrdinal(Id, other.Id) : order;
    }

    public override string ToString() => $"{ServiceId}/{Id}";
}

internal sealed record InstanceState
{
    public required InstanceKey Key { get; init; }
    public string? CreatorRequestId { get; init; }
    public required ImmutableSortedDictionary<string, string> Attributes { get; init; }

    /// <summary>What the application says of itself; null in services that do not ask it.</summary>
    public CustomHealthStatus? CustomHealth { get; init; }

    /// <summary>Deregistered; DNS still has it.</summary>
    public bool IsLeaving { get; init; }
    public string? HealthCheckId { get; init; } // progress: Route 53's

    /// <summary>Progress: what that one checks; null when there is none.</summary>
    public string? HealthCheckOf { get; init; }

    /// <summary>Progress: Route 53's that checked what it was before, and are to be deleted.</summary>
    public ImmutableArray<string>? OldHealthChecks { get; init; }
}

internal sealed record OperationState
{
    public required string Id { get; init; }
    public required Home Home { get; init; }
    public required OperationType Type { get; init; }
    public OperationStatus Status { get; init; } = OperationStatus.Submitted;
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required ImmutableSortedDictionary<string, string> Targets { get; init; }
    public string? ErrorCode { get; init; }
    public string? ErrorMessage { get; init; }

    [JsonIgnore]
    public bool IsDone => Status is OperationStatus.Success or OperationStatus.Fail;

    /// <summary>The service or namespace whose reconciler ends it; null when it has ended.</summary>
    [JsonIgnore]
    public string? Waits => IsDone ? null : Targets.GetValueOrDefault("SERVICE") ?? Targets.GetValueOrDefault("NAMESPACE");
}
